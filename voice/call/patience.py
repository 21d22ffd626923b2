"""What is done when the caller is silent, not understood, or kept waiting."""

from dataclasses import replace

from voice.call.acts import Free, LetGo, Menu, Question, SeekPerson
from voice.call.effects import Earcon, HangUp, Outcome, Say, StartTimer
from voice.call.events import NotRecognised, TimePassed, Timer
from voice.call.leaving import number_given
from voice.call.person import to_switchboard
from voice.call.speaking import keys_told, remark, speak, tell
from voice.call.state import LAST_S, SEARCHING_S, Call, Phase, PhoneLine, Step
from voice.call.taking_along import address_wrong, give_up_address

_WAITING = (Phase.THINKING, Phase.SEEKING)
_GONE = (Phase.RELEASED, Phase.ENDED)


def time_passed(line: PhoneLine, call: Call, event: TimePassed) -> Step:
    """Acts on a timer, if what it waited for is still awaited."""
    match event.timer:
        case Timer.LENGTH:
            return _long(line, call)
        case Timer.LAST:
            return Step(call) if call.phase in _GONE else farewell(line, call, "goodbye_long")
        case _ if event.turn != call.turn:
            return Step(call)
        case Timer.SILENCE if call.phase is Phase.LISTENING:
            return _silent(line, call)
        case Timer.DIGITS if call.phase is Phase.LISTENING:
            return number_given(line, call)
        case Timer.FILLER if call.phase in _WAITING:
            return _ask_for_patience(line, call)
        case Timer.PATIENCE if call.phase is Phase.THINKING:
            sorry = line.phrases.line("too_slow", call.language)
            return Step(replace(call, preface=(sorry,), queued=None), then=SeekPerson())
        case Timer.PATIENCE if call.phase is Phase.SEEKING:
            return to_switchboard(line, call)
        case _:
            return Step(call)


def not_understood(line: PhoneLine, call: Call) -> Step:
    """Asks once more; then by keys; then a person is sought."""
    misses = call.misses + 1
    changed = replace(call, misses=misses)
    if misses == 1:
        return remark(line, changed, line.phrases.line("not_understood", call.language))
    return _by_keys(line, changed) if misses == 2 else _give_up(line, changed)


def not_recognised(line: PhoneLine, call: Call, event: NotRecognised) -> Step:
    """Goes on by keys, after the second time without listening to words at all."""
    if event.utterance not in call.awaiting:
        return Step(call)
    trouble = replace(call, awaiting=frozenset(), heard=(), troubles=call.troubles + 1)
    if call.held or call.asked or call.writing:
        return Step(trouble)
    return _by_keys(line, trouble).after(Earcon())


def farewell(line: PhoneLine, call: Call, key: str) -> Step:
    """Ends the call, because it leads nowhere any more."""
    told = (
        line.phrases.line("goodbye_long", call.language)
        if key == "goodbye_long"
        else line.phrases.line("goodbye_silent", call.language)
    )
    outcome = call.outcome if call.outcome is not Outcome.HUNG_UP else Outcome.FAREWELL
    question = Question((told,), after=LetGo(HangUp()), interruptible=False)
    return tell(line, replace(call, outcome=outcome), question)


def _silent(line: PhoneLine, call: Call) -> Step:
    silences = call.silences + 1
    changed = replace(call, silences=silences)
    if call.question.free is Free.NUMBER and call.digits:
        return number_given(line, changed)
    if call.question.free is Free.ADDRESS and call.spelled:
        return address_wrong(line, changed)
    match silences:
        case 1 if call.question.writes_along:
            return speak(line, changed)
        case 1:
            return remark(line, changed, line.phrases.line("not_heard", call.language))
        case 2:
            told = line.phrases.line("not_heard_again", call.language)
            return remark(line, changed, told, *keys_told(line, changed))
        case 3 if not call.helpless:
            return _by_keys(line, changed)
        case _:
            return _give_up(line, changed)


def _by_keys(line: PhoneLine, call: Call) -> Step:
    """The present question's keys, or the menu where it has none."""
    told = line.phrases.line("use_keys", call.language)
    if call.question.choices:
        return remark(line, call, told, *keys_told(line, call))
    if call.question.free is Free.NUMBER:
        return remark(line, call, told)
    if call.question.free is Free.ADDRESS:
        return give_up_address(line, replace(call, preface=(told,)))
    return Step(replace(call, preface=(told,)), then=Menu())


def _give_up(line: PhoneLine, call: Call) -> Step:
    """Seeks a person, unless that was in vain already."""
    if call.helpless or call.case_open:
        return farewell(line, call, "goodbye_silent")
    told = line.phrases.line("to_a_person", call.language)
    return Step(replace(call, preface=(told,), silences=0, misses=0), then=SeekPerson())


def _ask_for_patience(line: PhoneLine, call: Call) -> Step:
    key = "moment" if call.fillers == 0 else "still_searching"
    told = (
        line.phrases.line("moment", call.language)
        if key == "moment"
        else line.phrases.line("still_searching", call.language)
    )
    changed = replace(call, fillers=call.fillers + 1)
    again = StartTimer(Timer.FILLER, call.turn, SEARCHING_S)
    return Step(changed, (Say(call.turn, (told,)), again))


def _long(line: PhoneLine, call: Call) -> Step:
    """Seeks a person when the caller is next listened to; at the very end says goodbye."""
    if call.phase in _GONE or call.overtime:
        return Step(call)
    last = StartTimer(Timer.LAST, call.turn, LAST_S)
    changed = replace(call, overtime=True)
    return (
        overtime(line, changed).after(last)
        if call.phase is Phase.LISTENING
        else Step(changed, (last,))
    )


def overtime(line: PhoneLine, call: Call) -> Step:
    """A long call goes on with a person, once."""
    told = line.phrases.line("too_long", call.language)
    return Step(replace(call, preface=(told,)), then=SeekPerson())
