"""The call's state machine: an event changes the state and has effects; nothing else happens.

    call, effects = advance(line, Call(), Answered(at))

Nothing here waits, speaks or listens; `voice.call.runner` does.
"""

from dataclasses import replace
from typing import assert_never

from voice.by_ear.commands import KEYS, Command
from voice.call import (
    asking,
    leaving,
    offering_memo,
    opening,
    patience,
    person,
    taking_along,
    understanding,
)
from voice.call.acts import (
    Act,
    AddressWrong,
    AskAddress,
    AskConsent,
    AskLanguage,
    AskMemoWay,
    AskMessage,
    AskNumber,
    AskOffice,
    Begin,
    CallBack,
    ChooseLanguage,
    Free,
    GoOn,
    LetGo,
    Menu,
    MoreToAsk,
    NoteCallback,
    NoteMessage,
    OfferMemo,
    Question,
    Rescue,
    SayGoodbye,
    SeekPerson,
    SkipList,
    TakeCode,
    TakeMail,
    Tell,
)
from voice.call.desk_choices import ask_office
from voice.call.effects import Effect, Finish, HangUp, StartTimer, Stop
from voice.call.events import (
    Answered,
    BargedIn,
    BotLost,
    Dialled,
    Event,
    MemoFailed,
    MemoMailed,
    MemoWritten,
    Noted,
    NothingSaid,
    NotRecognised,
    PersonFound,
    PersonMissing,
    PlaybackEnded,
    ReplyArrived,
    Resumed,
    Sent,
    SpeechBegan,
    StateArrived,
    TimePassed,
    Timer,
    Transcribed,
    Uttered,
)
from voice.call.speaking import go_on, interrupted, listen, skip_list, speak, tell
from voice.call.state import UTTERANCE_S, Call, Phase, PhoneLine, Step
from voice.media import HungUp, KeyPressed

_EARLY = (Phase.ANSWERED, Phase.DISCLOSURE)
_GONE = (Phase.RELEASED, Phase.ENDED)


def advance(line: PhoneLine, call: Call, event: Event) -> tuple[Call, tuple[Effect, ...]]:
    """The call after `event`, and what is to be done; the same for the same input always."""
    step = _on(line, call, event)
    effects = list(step.effects)
    while step.then is not None:
        step = _perform(line, step.call, step.then)
        effects += step.effects
    return step.call, tuple(effects)


def _on(line: PhoneLine, call: Call, event: Event) -> Step:
    if call.phase is Phase.ENDED:
        return Step(call)
    match event:
        case HungUp():
            over = replace(call, phase=Phase.ENDED)
            return Step(over, (Finish(call.outcome),))
        case Dialled():
            return person.dialled(call, event)
        case Resumed() if call.phase is Phase.RELEASED:
            return person.resumed(line, call)
        case _ if call.phase is Phase.RELEASED:
            return Step(call)
        case Answered() if call.phase is Phase.ANSWERED:
            return opening.answer(line, call, event)
        case KeyPressed():
            return _key(line, call, event.key)
        case _ if call.phase in _EARLY:
            return _early(line, call, event)
        case TimePassed():
            return patience.time_passed(line, call, event)
        case _:
            return _later(line, call, event)


def _early(line: PhoneLine, call: Call, event: Event) -> Step:
    """Until it is said that a computer speaks, nothing else is."""
    match event:
        case PlaybackEnded() if event.turn == call.turn:
            return person.to_switchboard(line, call) if call.lost else opening.disclosed(line, call)
        case BotLost():
            return Step(replace(call, lost=True))
        case _:
            return Step(call)


def _later(line: PhoneLine, call: Call, event: Event) -> Step:
    match event:
        case PlaybackEnded():
            return _spoken(line, call, event)
        case BargedIn() if call.phase is Phase.SPEAKING and call.question.interruptible:
            return interrupted(line, call)
        case BargedIn() | SpeechBegan():
            return _speaks(call)
        case Uttered():
            return understanding.uttered(line, call, event)
        case Transcribed():
            return understanding.transcribed(line, call, event)
        case NothingSaid():
            return understanding.nothing_said(line, call, event)
        case NotRecognised():
            return patience.not_recognised(line, call, event)
        case Sent():
            return Step(replace(call, seq=event.seq))
        case ReplyArrived():
            return asking.replied(line, call, event)
        case StateArrived():
            return asking.owner_changed(line, call, event)
        case PersonFound() | PersonMissing():
            return _desk_answered(line, call, event)
        case Noted() if event.turn == call.seeking:
            return leaving.noted(line, call, event)
        case MemoWritten() | MemoMailed() | MemoFailed():
            return taking_along.done(line, call, event)
        case BotLost():
            return person.to_switchboard(line, call)
        case _:
            return Step(call)


def _spoken(line: PhoneLine, call: Call, event: PlaybackEnded) -> Step:
    if event.turn != call.turn or call.phase is not Phase.SPEAKING:
        return Step(call)
    if call.question.after is not None:
        wanted, call = call.held_key == "0", replace(call, held_key=None)
        return Step(call, then=SeekPerson() if wanted else call.question.after)
    if call.overtime and not call.helpless and not call.case_open:
        return patience.overtime(line, call)
    return listen(line, call)


def _speaks(call: Call) -> Step:
    """The caller's voice: we are patient until she has ended.

    An answer is only given up if she does interrupt it, which a cough or a "mhm" does not.
    """
    match call.phase:
        case Phase.LISTENING:
            timer = Timer.DIGITS if call.digits else Timer.SILENCE
            return Step(call, (StartTimer(timer, call.turn, UTTERANCE_S),))
        case Phase.THINKING | Phase.SEEKING:
            return Step(call, (Stop(),))
        case _:
            return Step(call)


def _desk_answered(line: PhoneLine, call: Call, event: PersonFound | PersonMissing) -> Step:
    if event.turn != call.seeking:
        return Step(call)
    if call.phase is Phase.SPEAKING:  # the numbers come first
        return Step(replace(call, found=event))
    if isinstance(event, PersonFound):
        return person.found(line, call, event)
    return person.missing(line, call, event)


def _key(line: PhoneLine, call: Call, key: str) -> Step:
    """Keys count in every phase."""
    if call.phase in _EARLY:
        return Step(call if call.held_key == "0" else replace(call, held_key=key))
    question = call.question
    if call.phase is Phase.SPEAKING and not question.interruptible:
        return _key_meanwhile(line, call, key)
    if question.free is Free.NUMBER and not question.choices:
        return leaving.digit_pressed(line, call, key)
    if choice := next((c for c in question.choices if c.key == key), None):
        return Step(replace(call, silences=0, misses=0), then=choice.act)
    command = KEYS.get(key)
    if call.phase is Phase.SEEKING or (
        call.phase is Phase.THINKING and command is not Command.PERSON
    ):
        return Step(call)  # an answer comes soon; of the desk it is a person that is asked for
    if command is None:
        return speak(line, call)
    if command is Command.PERSON and any(isinstance(c.act, SeekPerson) for c in question.choices):
        return Step(call, then=SeekPerson())
    return understanding.commanded(line, call, command)


def _key_meanwhile(line: PhoneLine, call: Call, key: str) -> Step:
    """While something is said that must be heard: 0 shortens what it may, and counts after it."""
    if key != "0":
        return Step(call)
    match call.question.after:
        case Rescue():
            return Step(call, then=Rescue())
        case LetGo(next=HangUp()):
            return understanding.commanded(line, call, Command.PERSON)
        case LetGo():
            return Step(call)  # she is on her way to a person
        case _:
            return Step(replace(call, held_key=key))


def _perform(line: PhoneLine, call: Call, act: Act) -> Step:
    match act:
        case GoOn():
            return go_on(line, call)
        case SkipList():
            return skip_list(line, call)
        case AskLanguage():
            return opening.ask_language(line, call)
        case ChooseLanguage():
            return opening.choose_language(line, call, act)
        case Begin():
            return opening.begin(line, call)
        case MoreToAsk():
            more = line.phrases.line("anything_else", call.language)
            return tell(line, call, Question((more,)))
        case Menu():
            return opening.menu(line, call)
        case Tell():
            return asking.tell_bot(line, call, act)
        case AskOffice():
            return tell(line, call, ask_office(line, call.language, act.wanted))
        case SeekPerson():
            return person.seek(call, act.office)
        case Rescue():
            return person.rescue(line, call)
        case CallBack():
            return leaving.call_back(line, call, act)
        case AskNumber():
            return leaving.ask_number(line, call)
        case NoteCallback():
            return leaving.note_callback(line, call, act)
        case AskMessage():
            return leaving.ask_message(line, call, act)
        case NoteMessage():
            return leaving.note_message(call, act)
        case OfferMemo():
            return offering_memo.offer(line, call, act)
        case AskMemoWay():
            return offering_memo.ask_way(line, call)
        case TakeCode():
            return taking_along.take_code(call, act)
        case AskConsent():
            return taking_along.ask_consent(line, call, act)
        case AskAddress():
            return taking_along.ask_address(line, call, act)
        case AddressWrong():
            return taking_along.address_wrong(line, call)
        case TakeMail():
            return taking_along.take_mail(call, act)
        case LetGo():
            return person.let_go(call, act)
        case SayGoodbye():
            return person.say_goodbye(line, call)
        case _:
            assert_never(act)
