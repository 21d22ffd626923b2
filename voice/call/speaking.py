"""Saying things one after another, and listening after each."""

from dataclasses import replace

from voice.by_ear.lines import Line
from voice.by_ear.phrases import Key
from voice.call.acts import Choice, Free, Question
from voice.call.effects import Listen, Mode, Say, StartTimer, Stop
from voice.call.events import Timer
from voice.call.state import SILENCE_S, UTTERANCE_S, Call, Phase, PhoneLine, Step

MOST_OFFERED = 3
"""How many choices are told at once; key 9 leads to the next ones."""


def tell(line: PhoneLine, call: Call, *script: Question) -> Step:
    """Begins a new script."""
    earlier = call.script if call.script != script else call.earlier
    changed = replace(call, script=script, position=0, earlier=earlier, digits="", spelled="")
    return speak(line, changed)


def speak(line: PhoneLine, call: Call, *before: Line) -> Step:
    """Says the question of the script's position, after `before`."""
    return _say(line, call, (*before, *call.question.lines), call.question.interruptible)


def remark(line: PhoneLine, call: Call, *lines: Line) -> Step:
    """Says something, and goes on listening for an answer to the same question."""
    return _say(line, call, lines, interruptible=True)


def listen(line: PhoneLine, call: Call) -> Step:
    """Waits for an answer."""
    turn = call.turn + 1
    changed = replace(call, phase=Phase.LISTENING, turn=turn)
    return Step(changed, (Listen(mode_of(line, call)), StartTimer(Timer.SILENCE, turn, SILENCE_S)))


def interrupted(line: PhoneLine, call: Call) -> Step:
    """Falls silent, because the caller speaks."""
    turn = call.turn + 1
    changed = replace(call, phase=Phase.LISTENING, turn=turn, cut=True)
    return Step(changed, (Stop(), StartTimer(Timer.SILENCE, turn, UTTERANCE_S)))


def go_on(line: PhoneLine, call: Call) -> Step:
    """The next thing of the script; after its last one the caller is listened to."""
    if call.position + 1 < len(call.script):
        return speak(line, replace(call, position=call.position + 1))
    return remark(line, call, line.phrases.line("anything_else", call.language))


def skip_list(line: PhoneLine, call: Call) -> Step:
    """What comes after the list that the caller has heard enough of."""
    position = call.position
    while call.script[position].in_list and position + 1 < len(call.script):
        position += 1
    rest = call.script[position].rest()
    if rest.after and not rest.lines:
        return Step(replace(call, position=position), then=rest.after)
    script = (*call.script[:position], rest, *call.script[position + 1 :])
    return speak(line, replace(call, script=script, position=position))


def go_back(line: PhoneLine, call: Call) -> Step:
    """What was said before this."""
    if call.position > 0:
        return speak(line, replace(call, position=call.position - 1))
    if call.earlier:
        last = len(call.earlier) - 1
        changed = replace(call, script=call.earlier, earlier=call.script, position=last)
        return speak(line, changed)
    return speak(line, call)


def offered(
    line: PhoneLine, language: str, choices: tuple[Choice, ...], more: bool = False
) -> tuple[Line, ...]:
    """The lines that name the keys of titled choices."""
    phrases, lines = line.phrases, []
    for number, choice in enumerate(c for c in choices if c.title and c.key):
        how: Key = "choice_or_say" if line.hears and number == 0 else "choice"
        lines.append(phrases.line(how, language, choice=choice.title, key=choice.key))
    if more:
        lines.append(phrases.line("choice_more", language))
    return tuple(lines)


def keys_told(line: PhoneLine, call: Call) -> tuple[Line, ...]:
    """The keys of the present question, and that of a person."""
    choices = call.question.choices
    titled = offered(line, call.language, choices)
    asked = () if titled or not choices else (line.phrases.line("yes_no", call.language),)
    return (*titled, *asked, line.phrases.line("choice_person", call.language))


def _say(line: PhoneLine, call: Call, lines: tuple[Line, ...], interruptible: bool) -> Step:
    turn = call.turn + 1
    spoken = (*call.preface, *lines)
    if call.slow:
        spoken = tuple(one.slowly() for one in spoken)
    changed = replace(
        call, phase=Phase.SPEAKING, turn=turn, awaiting=frozenset(), asides=frozenset(), heard=(),
        confidence=1.0, asked="", held=None, queued=None, seeking=-1, preface=(), cut=False,
        writing=False,
    )  # fmt: skip
    mode = mode_of(line, call) if interruptible else Mode.OFF
    # what is being said while the caller waits ("Einen Moment bitte") is said to its end
    stop = (Stop(),) if call.phase is Phase.SPEAKING else ()
    return Step(changed, (*stop, Listen(mode), Say(turn, spoken, interruptible)))


def mode_of(line: PhoneLine, call: Call) -> Mode:
    """How the caller is listened to now."""
    if not line.hears or call.troubles > 1:
        return Mode.OFF
    patiently = call.question.free in (Free.NUMBER, Free.ADDRESS)
    return Mode.DIGITS if patiently else Mode.SPEECH
