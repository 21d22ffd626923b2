"""The beginning of a call: that a computer speaks, and in which language."""

from dataclasses import replace

from voice.by_ear.lines import Line
from voice.by_ear.phrases import Key
from voice.call.acts import (
    AskLanguage,
    Begin,
    Choice,
    ChooseLanguage,
    Free,
    Menu,
    Question,
    SeekPerson,
    Tell,
    yes_or_no,
)
from voice.call.effects import Listen, Mode, Say, SetLanguage, StartTimer
from voice.call.events import Answered, Timer
from voice.call.speaking import offered, tell
from voice.call.state import Call, Phase, PhoneLine, Step

FIRST = ("de", "en")
"""In these everybody is told that a computer speaks, as far as they are spoken here."""
_LAST_KEY = 9


def answer(line: PhoneLine, call: Call, event: Answered) -> Step:
    """Says that a computer speaks, before anything else and to its end."""
    told = tuple(code for code in FIRST if code in line.languages) or line.languages[:1]
    turn = call.turn + 1
    changed = replace(
        call, phase=Phase.DISCLOSURE, turn=turn, caller=event.caller,
        language=line.languages[0], languages_told=told,
    )  # fmt: skip
    lines = tuple(_disclosure(line, code) for code in told)
    length = StartTimer(Timer.LENGTH, turn, line.minutes * 60)
    return Step(changed, (Listen(Mode.OFF), length, Say(turn, lines, interruptible=False)))


def disclosed(line: PhoneLine, call: Call) -> Step:
    """After the disclosure; a key that was pressed meanwhile counts now."""
    held, call = call.held_key, replace(call, held_key=None)
    if held == "0":
        return Step(call, then=SeekPerson())
    if len(line.languages) == 1:
        return Step(call, then=Begin())
    chosen = next((c for c in _language_choices(line) if c.key == held), None)
    return Step(call, then=chosen.act if chosen else AskLanguage())


def ask_language(line: PhoneLine, call: Call) -> Step:
    """Names each language's key in that language."""
    choices = _language_choices(line)
    lines = tuple(
        line.phrases.line("language_key", code, key=choice.key)
        for code, choice in zip(line.languages, choices, strict=False)
    )
    return tell(line, call, Question(lines, choices, Free.LANGUAGE))


def ask_whether(line: PhoneLine, call: Call, language: str, said: str) -> Step:
    """Asks, in the language that was heard, whether to go on in it."""
    question = Question(
        (line.phrases.line("language_question", language),),
        yes_or_no(ChooseLanguage(language, said), AskLanguage()),
        Free.LANGUAGE,
    )
    return tell(line, replace(call, language=language), question)


def choose_language(line: PhoneLine, call: Call, act: ChooseLanguage) -> Step:
    """Confirms the language; one in which it was not said yet tells that a computer speaks."""
    code, lines = act.language, [line.phrases.line("language_chosen", act.language)]
    if code not in call.languages_told:
        lines.append(_disclosure(line, code))
    changed = replace(call, language=code, languages_told=(*call.languages_told, code))
    after = Tell(act.said) if act.said else Begin()
    question = Question(tuple(lines), after=after, interruptible=False)
    return tell(line, changed, question).after(SetLanguage(code))


def begin(line: PhoneLine, call: Call) -> Step:
    """Asks what it is about."""
    if not line.hears:
        return Step(call, then=Menu())
    return tell(line, call, Question((line.phrases.line("begin", call.language),)))


def menu(line: PhoneLine, call: Call) -> Step:
    """Offers the offices as topics, by keys."""
    choices = tuple(
        Choice(str(number), Tell(names[call.language], f"topic/{office}"), names[call.language])
        for number, (office, names) in enumerate(line.offices.items(), 1)
    )
    lines = (
        line.phrases.line("menu", call.language),
        *offered(line, call.language, choices),
        line.phrases.line("choice_person", call.language),
    )
    return tell(line, call, Question(lines, choices))


def _disclosure(line: PhoneLine, language: str) -> Line:
    key: Key = "disclosure" if line.hears else "disclosure_keys"
    return replace(line.phrases.line(key, language, county=line.county), fixed=True)


def _language_choices(line: PhoneLine) -> tuple[Choice, ...]:
    return tuple(
        Choice(str(number), ChooseLanguage(code))
        for number, code in enumerate(line.languages[:_LAST_KEY], 1)
    )
