"""The way to a person: found, told to both sides, dialled, and what follows a vain attempt."""

from dataclasses import replace

from bot.model import CallOutcome
from voice.by_ear.commands import Command
from voice.by_ear.lines import Line
from voice.call.acts import CallBack, Choice, Free, LetGo, MoreToAsk, Question, SayGoodbye
from voice.call.asking import think
from voice.call.desk_choices import instead
from voice.call.effects import (
    AskForCall,
    Briefing,
    Dial,
    Finish,
    HangUp,
    Listen,
    Mode,
    Outcome,
    Release,
    ReportDialled,
    Stop,
    Switchboard,
)
from voice.call.events import Dialled, Missing, PersonFound, PersonMissing
from voice.call.speaking import offered, tell
from voice.call.state import Call, Phase, PhoneLine, Step


def seek(call: Call, office: str | None) -> Step:
    """Asks the desk whom to dial."""
    waiting = think(replace(call, phase=Phase.SEEKING))
    changed = replace(
        waiting.call, phase=Phase.SEEKING, seeking=waiting.call.turn, sought=True, queued=None,
        office=office or call.office,
    )  # fmt: skip
    stop = (Stop(),) if call.phase is Phase.SPEAKING else ()
    ask = AskForCall(changed.turn, changed.office)
    return Step(changed, (*stop, *waiting.effects, ask))


def rescue(line: PhoneLine, call: Call) -> Step:
    """Goes on with what the desk said while the numbers were told, or waits for it."""
    match call.found:
        case PersonFound():
            return found(line, replace(call, found=None), call.found)
        case PersonMissing():
            return missing(line, replace(call, found=None), call.found)
        case None:
            waiting = think(call)
            stop = (Stop(),) if call.phase is Phase.SPEAKING else ()
            return replace(waiting, call=replace(waiting.call, phase=Phase.SEEKING)).after(*stop)


def found(line: PhoneLine, call: Call, event: PersonFound) -> Step:
    """Tells the caller whom she will speak to, and in which language; then lets her go."""
    known = replace(call, office=event.office, seeking=-1)
    if event.extension in call.tried:
        # the desk must not believe that it rings there
        return _vain(line, known).after(ReportDialled(CallOutcome.NO_ANSWER, event.extension))
    briefing = Briefing(call.language, call.service, call.urgent)
    go = LetGo(Dial(event.extension, briefing))
    say, language = line.phrases.line, call.language
    foreign = language.split("-")[0] != "de" and event.speaks is not None
    wait = say("connect_wait", language)  # while the person hears the briefing
    if call.urgent:
        return tell(line, known, _then((say("crisis_connect", language), wait), go))
    if foreign and not event.speaks:
        return tell(line, known, _no_common_language(line, language, event.office, go))
    who = (
        say("connect_named", language, name=event.name, office=event.office_name)
        if event.name
        else say("connect", language, office=event.office_name)
    )
    speaks = (say("connect_speaks", language),) if foreign else ()
    return tell(line, known, _then((who, *speaks, wait), go))


def missing(line: PhoneLine, call: Call, event: PersonMissing) -> Step:
    """Says that nobody is there, before anything is offered instead."""
    say, language = line.phrases.line, call.language
    known = replace(call, seeking=-1, helpless=True, office=event.office or call.office)
    if event.why in (Missing.NO_HANDOVER, Missing.FAILED) or not event.kinds:
        return to_switchboard(line, known)
    if call.urgent:
        truth = (
            say("crisis_closed", language, reopens=event.reopens)
            if event.reopens
            else say("crisis_closed_unknown", language)
        )
        return tell(line, replace(known, case_open=True), Question((truth,)))
    if event.why is Missing.NOBODY:
        return _instead(line, known, say("nobody_answers", language), event.kinds)
    closed = (
        say("closed", language, office=event.office_name, reopens=event.reopens)
        if event.reopens
        else say("closed_unknown", language, office=event.office_name)
    )
    return _instead(line, known, closed, event.kinds)


def to_switchboard(line: PhoneLine, call: Call) -> Step:
    """Where nothing of ours works there is still a person at the county's switchboard."""
    told = line.phrases.line("to_switchboard", call.language)
    return tell(line, call, _then((told,), LetGo(Switchboard())))


def say_goodbye(line: PhoneLine, call: Call) -> Step:
    """Ends the call at the caller's wish."""
    told = line.phrases.line("goodbye", call.language)
    done = call.outcome if call.outcome is not Outcome.HUNG_UP else Outcome.FAREWELL
    return tell(line, replace(call, outcome=done), _then((told,), LetGo(HangUp())))


def let_go(call: Call, act: LetGo) -> Step:
    """Gives the call to the PBX."""
    changed = replace(call, phase=Phase.RELEASED, turn=call.turn + 1)
    release = (Listen(Mode.OFF), Release(act.next))
    match act.next:
        case Dial():
            return Step(replace(changed, dialling=act.next), release)
        case Switchboard():
            over = Finish(Outcome.SWITCHBOARD)
        case HangUp():
            over = Finish(call.outcome)
    return Step(replace(changed, phase=Phase.ENDED), (*release, over))


def dialled(call: Call, event: Dialled) -> Step:
    """Tells the desk how the attempt ended; an answered call is the person's from now on."""
    if call.dialling is None:
        return Step(call)
    report = ReportDialled(event.outcome, call.dialling.extension)
    if event.outcome is CallOutcome.ANSWERED:
        over = replace(call, phase=Phase.ENDED, dialling=None)
        return Step(over, (report, Finish(Outcome.TRANSFERRED)))
    tried = (*call.tried, call.dialling.extension)
    return Step(replace(call, tried=tried, dialling=None), (report,))


def resumed(line: PhoneLine, call: Call) -> Step:
    """Says that nobody answered, and tries the next one."""
    sorry = line.phrases.line("nobody_answers", call.language)
    return seek(replace(call, preface=(sorry,), phase=Phase.SEEKING), call.office)


def _vain(line: PhoneLine, call: Call) -> Step:
    """Everybody who could be dialled was."""
    kinds = ("callback", "message")
    if call.urgent:
        truth = line.phrases.line("crisis_closed_unknown", call.language)
        return tell(line, replace(call, helpless=True), Question((truth,)))
    return _instead(line, replace(call, helpless=True), None, kinds)


def _instead(line: PhoneLine, call: Call, first: Line | None, kinds: tuple[str, ...]) -> Step:
    question = instead(line, call.language, call.office, kinds, MoreToAsk())
    lines = (first, *question.lines) if first else question.lines
    return tell(line, call, replace(question, lines=lines))


def _then(lines: tuple[Line, ...], act: LetGo) -> Question:
    return Question(lines, after=act, interruptible=False)


def _no_common_language(line: PhoneLine, language: str, office: str, go: LetGo) -> Question:
    text = line.phrases.text
    choices = (
        Choice("1", go, text("option_connect", language), Command.YES),
        Choice(
            "2", CallBack(office, interpreter=True), text("option_interpreter", language),
            Command.CALLBACK,
        ),
        Choice("", SayGoodbye(), command=Command.HANG_UP),
    )  # fmt: skip
    told = line.phrases.line("connect_german", language)
    return Question((told, *offered(line, language, choices)), choices, Free.NOTHING)
