"""Asking the bot, and telling its answers."""

from collections.abc import Iterator
from dataclasses import replace

from bot.events import MessagePosted, Wish
from bot.model import Author, ConversationState
from voice.by_ear.lines import Line, Option, Portion
from voice.by_ear.portions import by_ear, is_urgent
from voice.call.acts import (
    Act,
    Choice,
    ChooseLanguage,
    GoOn,
    OfferMemo,
    Question,
    Rescue,
    SeekPerson,
    SkipList,
    Tell,
    Wanted,
    yes_or_no,
)
from voice.call.desk_choices import ways_to_a_person, wish_for
from voice.call.effects import AskForCall, Say, SendMessage, StartTimer
from voice.call.events import ReplyArrived, StateArrived, Timer
from voice.call.offering_memo import may_offer
from voice.call.speaking import MOST_OFFERED, offered, tell
from voice.call.state import FILLER_S, PATIENCE_S, Call, Phase, PhoneLine, Step

_PERSON, _LANGUAGE = "human_person", "language"
"""Payloads of buttons whose wish the call fulfils itself."""


def think(call: Call) -> Step:
    """Begins to wait for an answer, from the end of what the caller said."""
    turn = call.turn + 1
    changed = replace(call, phase=Phase.THINKING, turn=turn, fillers=0)
    return Step(
        changed,
        (
            StartTimer(Timer.FILLER, turn, FILLER_S),
            StartTimer(Timer.PATIENCE, turn, PATIENCE_S),
        ),
    )


def tell_bot(line: PhoneLine, call: Call, act: Tell) -> Step:
    """Asks the bot, or as soon as it has answered what it was asked before.

    What the caller adds before she got an answer belongs to what she said before.
    """
    step = Step(call) if call.phase is Phase.THINKING else think(call)
    if call.asked and not act.payload:
        act = replace(act, text=f"{call.asked} {act.text}")
    changed = replace(
        step.call, silences=0, misses=0, asked="" if act.payload else act.text, held=None,
        awaiting=frozenset(), heard=(),
    )  # fmt: skip
    if call.in_flight:
        return Step(replace(changed, queued=act), step.effects)
    return _send(changed, act).after(*step.effects)


def replied(line: PhoneLine, call: Call, event: ReplyArrived) -> Step:
    """Tells a message, unless it comes too late."""
    message = event.message
    if message.author is Author.CITIZEN or message.seq < call.seq:
        return Step(call)
    if is_urgent(message):
        return _rescue(line, replace(call, in_flight=False, queued=None), event)
    if message.author is Author.CASEWORKER:
        return tell(line, call, *_script(line, call, event))
    if message.author is Author.SYSTEM and call.in_flight:
        return _asked_for_patience(line, call, event)
    if not call.in_flight:
        return _add(line, call, event) if call.replying == call.turn else Step(call)
    call = replace(call, in_flight=False)
    if call.queued:
        return _send(replace(call, queued=None), call.queued)
    if call.phase is not Phase.THINKING:
        return Step(call)
    if call.awaiting:
        return Step(replace(call, held=message))
    return _tell(line, call, event)


def tell_held(line: PhoneLine, call: Call, at: float) -> Step:
    """Tells the answer that waited while the caller seemed to go on speaking."""
    held = call.held
    return _tell(line, replace(call, held=None), ReplyArrived(at, held)) if held else Step(call)


def owner_changed(line: PhoneLine, call: Call, event: StateArrived) -> Step:
    """Connects the caller where the bot itself decided on a person."""
    if event.state.state is not ConversationState.WAITING or call.sought:
        return Step(call)
    return Step(replace(call, in_flight=False, queued=None), then=SeekPerson(event.state.office))


def _send(call: Call, act: Tell) -> Step:
    return Step(
        replace(call, in_flight=True), (SendMessage(act.text, act.payload, act.confidence),)
    )


def _tell(line: PhoneLine, call: Call, event: ReplyArrived) -> Step:
    if event.message.wish:
        return _fulfil(line, call, event.message, event.message.wish)
    service = event.message.service or call.service
    step = tell(line, replace(call, service=service), *_script(line, call, event))
    return replace(step, call=replace(step.call, replying=step.call.turn))


def _fulfil(line: PhoneLine, call: Call, message: MessagePosted, wish: Wish) -> Step:
    """Does what the caller wants of people, as if she had asked for it by a command."""
    act = wish_for(line, Wanted(wish.kind.value), wish.office or call.office, call.service)
    if isinstance(act, SeekPerson):
        return Step(call, then=act)  # whom she is connected with is said once it is known
    return Step(replace(call, preface=_lines(line, call, message)), then=act)


def _add(line: PhoneLine, call: Call, event: ReplyArrived) -> Step:
    """Joins a further message of the same answer to what is being told."""
    if event.message.author is not Author.BOT:
        return Step(call)
    first, *others = _script(line, call, event)
    last = call.script[-1]
    joined = replace(first, lines=(*last.lines, *first.lines))
    grown = replace(call, script=(*call.script[:-1], joined, *others))
    if call.position < len(call.script) - 1 or call.phase is not Phase.SPEAKING:
        return Step(grown)
    return Step(grown, (Say(call.turn, first.lines, first.interruptible),))


def _asked_for_patience(line: PhoneLine, call: Call, event: ReplyArrived) -> Step:
    if call.phase is not Phase.THINKING:
        return Step(call)
    return Step(call, (Say(call.turn, _lines(line, call, event.message)),))


def _rescue(line: PhoneLine, call: Call, event: ReplyArrived) -> Step:
    """Numbers at once; meanwhile somebody is sought."""
    lines = _lines(line, call, event.message)
    question = Question(lines, after=Rescue(), interruptible=False)
    step = tell(line, replace(call, urgent=True, sought=True, found=None, preface=()), question)
    asked = replace(step.call, seeking=step.call.turn)
    return Step(asked, (*step.effects, AskForCall(asked.turn, call.office)))


def _lines(line: PhoneLine, call: Call, message: MessagePosted) -> tuple[Line, ...]:
    """All that is said of a message, without what it offers."""
    portions = by_ear(message, call.language, line.phrases)
    return tuple(one for portion in portions for one in portion.lines)


def _script(line: PhoneLine, call: Call, event: ReplyArrived) -> tuple[Question, ...]:
    to_write = may_offer(line, call, event.message)
    portions = by_ear(event.message, call.language, line.phrases, to_write)
    questions = [q for portion in portions for q in _questions(line, call, portion)]
    if not questions:
        return (Question((line.phrases.line("anything_else", call.language),)),)
    last = questions[-1]
    if last.after:
        questions.append(Question((line.phrases.line("anything_else", call.language),)))
    elif not last.choices and not last.lines[-1].text.endswith(("?", "؟")):
        more = line.phrases.line("anything_else", call.language)
        questions[-1] = replace(last, lines=(*last.lines, more))
    return tuple(questions)


def _questions(line: PhoneLine, call: Call, portion: Portion) -> Iterator[Question]:
    if portion.urgent:
        yield Question(portion.lines, after=GoOn(), interruptible=False)
    elif portion.more:
        yield Question(portion.lines, yes_or_no(GoOn(), SkipList()), rest_from=portion.rest_from)
    elif portion.offer:
        offer = portion.offer
        question = ways_to_a_person(
            line, call.language, offer.office, offer.open, tuple(offer.kinds), otherwise=GoOn()
        )
        yield replace(question, lines=(*portion.lines, *question.lines))
    elif portion.options:
        yield from _options(line, call, portion)
    elif portion.memo:
        after = OfferMemo(portion.memo)
        yield Question(portion.lines, after=after, rest_from=portion.rest_from)
    else:
        yield Question(portion.lines, rest_from=portion.rest_from)


def _options(line: PhoneLine, call: Call, portion: Portion) -> Iterator[Question]:
    """Some choices at a time; all of them can be said at any time."""
    for begin in range(0, len(portion.options), MOST_OFFERED):
        end = begin + MOST_OFFERED
        choices = tuple(
            Choice(str(n - begin + 1) if begin <= n < end else "", _act(line, option), option.title)
            for n, option in enumerate(portion.options)
        )
        told = offered(line, call.language, choices, more=end < len(portion.options))
        before = () if begin else portion.lines
        yield Question((*before, *told), choices, rest_from=0 if begin else portion.rest_from)


def _act(line: PhoneLine, option: Option) -> Act:
    kind, _, named = option.payload.partition("/")
    if kind == _PERSON:
        return SeekPerson(named or None)
    if kind == _LANGUAGE and named in line.languages:
        return ChooseLanguage(named)
    return Tell(option.title, option.payload)
