"""Leaving a call-back wish or a message with an office."""

from dataclasses import replace

from voice.by_ear.cleaning import sentence
from voice.by_ear.digits import dialable, ending, read_back
from voice.call.acts import (
    AskMessage,
    AskNumber,
    CallBack,
    Free,
    NoteCallback,
    NoteMessage,
    Question,
    yes_or_no,
)
from voice.call.asking import think
from voice.call.effects import AskForCallback, Effect, LeaveMessage, Outcome, StartTimer, Stop
from voice.call.events import Noted, Timer
from voice.call.person import to_switchboard
from voice.call.speaking import remark, tell
from voice.call.state import DIGITS_S, Call, Phase, PhoneLine, Step

_MOST_DIGITS = 20


def call_back(line: PhoneLine, call: Call, act: CallBack) -> Step:
    """Asks for the number; the one that she named or calls from is offered first."""
    changed = replace(
        call, office=act.office or call.office, interpreter=act.interpreter or call.interpreter,
        appointment=act.appointment,
    )  # fmt: skip
    if changed.number:
        return _whether_right(line, replace(changed, number=""), changed.number)
    number = dialable(call.caller) if call.caller else None
    if number is None:
        return ask_number(line, changed)
    asked = line.phrases.line("callback_same", call.language, digits=ending(number))
    return tell(line, changed, Question((asked,), yes_or_no(NoteCallback(number), AskNumber())))


def ask_number(line: PhoneLine, call: Call) -> Step:
    """Asks for a number by keys or voice."""
    asked = line.phrases.line("callback_number", call.language)
    return tell(line, call, Question((asked,), free=Free.NUMBER))


def digit_pressed(line: PhoneLine, call: Call, key: str) -> Step:
    """Gathers a number's digits; `#` ends it, `*` begins it anew."""
    if key == "#":
        return number_given(line, call)
    if key == "*":
        return ask_number(line, call)
    return _await_more(_gathered(call, key))


def digits_said(line: PhoneLine, call: Call, digits: str) -> Step:
    """Takes digits that were spoken, after those that are there already: they come in groups."""
    gathered = _gathered(call, digits)
    whole = dialable(gathered.digits) is not None
    return number_given(line, gathered) if whole else _await_more(gathered)


def number_given(line: PhoneLine, call: Call) -> Step:
    """Reads the number back, or asks for it once more."""
    number = dialable(call.digits)
    if number is None:
        again = line.phrases.line("number_incomplete", call.language)
        return remark(line, replace(call, digits="", misses=call.misses + 1), again)
    return _whether_right(line, call, number)


def ask_message(line: PhoneLine, call: Call, act: AskMessage) -> Step:
    """Asks what to pass on."""
    asked = line.phrases.line("message_ask", call.language)
    office = act.office or call.office
    return tell(line, replace(call, office=office), Question((asked,), free=Free.MESSAGE))


def message_said(line: PhoneLine, call: Call, text: str) -> Step:
    """Reads the message back."""
    asked = line.phrases.line("message_right", call.language, text=sentence(text))
    choices = yes_or_no(NoteMessage(text), AskMessage())
    return tell(line, replace(call, misses=0), Question((asked,), choices, Free.MESSAGE))


def note_callback(line: PhoneLine, call: Call, act: NoteCallback) -> Step:
    """Leaves the wish with the office."""
    notes = (
        line.appointment if call.appointment else "",
        line.interpreter.get(call.language, "") if call.interpreter else "",
    )
    text = " ".join(filter(None, notes)) or None
    return _leave(
        call, Outcome.CALLBACK, AskForCallback(call.turn + 1, call.office, act.phone, text)
    )


def note_message(call: Call, act: NoteMessage) -> Step:
    """Leaves the message with the office."""
    return _leave(call, Outcome.MESSAGE, LeaveMessage(call.turn + 1, call.office, act.text))


def noted(line: PhoneLine, call: Call, event: Noted) -> Step:
    """Says that it is noted; if it is not, a person must take it."""
    say, language = line.phrases.line, call.language
    if not event.ok:
        return to_switchboard(line, replace(call, preface=(say("nothing_noted", language),)))
    done = (
        say("message_noted", language)
        if call.outcome is Outcome.MESSAGE
        else say("callback_noted", language)
    )
    interpreter = (say("interpreter_noted", language),) if call.interpreter else ()
    lines = (done, *interpreter, say("anything_else", language))
    settled = replace(call, case_open=True, helpless=False, silences=0)
    return tell(line, settled, Question(lines))


def _gathered(call: Call, digits: str) -> Call:
    return replace(call, digits=(call.digits + digits)[:_MOST_DIGITS], silences=0)


def _await_more(call: Call) -> Step:
    turn = call.turn + 1
    stop = (Stop(),) if call.phase is Phase.SPEAKING else ()
    changed = replace(call, phase=Phase.LISTENING, turn=turn, awaiting=frozenset(), heard=())
    return Step(changed, (*stop, StartTimer(Timer.DIGITS, turn, DIGITS_S)))


def _whether_right(line: PhoneLine, call: Call, number: str) -> Step:
    asked = line.phrases.line("number_right", call.language, digits=read_back(number))
    question = Question((asked,), yes_or_no(NoteCallback(number), AskNumber()), Free.NUMBER)
    return tell(line, replace(call, misses=0), question)


def _leave(call: Call, outcome: Outcome, effect: Effect) -> Step:
    waiting = think(call)
    changed = replace(
        waiting.call, phase=Phase.SEEKING, seeking=waiting.call.turn, sought=True, outcome=outcome
    )
    stop = (Stop(),) if call.phase is Phase.SPEAKING else ()
    return Step(changed, (*stop, *waiting.effects, effect))
