"""What the caller's words mean in this moment."""

from dataclasses import replace

from voice.by_ear.commands import Command
from voice.by_ear.digits import dialable
from voice.by_ear.language_names import language_named
from voice.by_ear.phrases import Key
from voice.by_ear.words import contains, words
from voice.call import leaving, opening, patience, taking_along
from voice.call.acts import (
    Act,
    AskLanguage,
    ChooseLanguage,
    Free,
    MoreToAsk,
    Question,
    SayGoodbye,
    Tell,
    Wanted,
    yes_or_no,
)
from voice.call.asking import tell_held, think
from voice.call.desk_choices import wish_for
from voice.call.effects import Transcribe
from voice.call.events import NothingSaid, Transcribed, Uttered
from voice.call.speaking import go_back, go_on, keys_told, remark, speak, tell
from voice.call.state import SURE, Call, Phase, PhoneLine, Step

_WISHES: dict[Command, tuple[Wanted, Key]] = {
    Command.PERSON: (Wanted.PERSON, "confirm_person"),
    Command.CALLBACK: (Wanted.CALLBACK, "confirm_callback"),
    Command.MESSAGE: (Wanted.MESSAGE, "confirm_message"),
}
_LANGUAGE_SURE = 0.8
_SENTENCE = 3
"""Words from which on an utterance shows its language."""


def uttered(line: PhoneLine, call: Call, event: Uttered) -> Step:
    """Has an utterance recognised."""
    if event.aside:
        return _uttered_aside(line, call, event)
    if call.phase not in (Phase.LISTENING, Phase.THINKING):
        return Step(call)
    step = Step(call) if call.phase is Phase.THINKING else think(call)
    awaiting = step.call.awaiting | {event.utterance}
    recognise = Transcribe(event.utterance, languages_expected(line, call))
    return Step(replace(step.call, awaiting=awaiting), (*step.effects, recognise))


def _uttered_aside(line: PhoneLine, call: Call, event: Uttered) -> Step:
    told = call.phase is Phase.SPEAKING and call.question.interruptible
    if not told and not (call.phase is Phase.LISTENING and not call.awaiting):
        return Step(call)
    recognise = Transcribe(event.utterance, languages_expected(line, call))
    return Step(replace(call, asides=call.asides | {event.utterance}), (recognise,))


def languages_expected(line: PhoneLine, call: Call) -> tuple[str, ...]:
    """In which the caller may answer now."""
    any_language = call.question.free is Free.LANGUAGE and not call.question.in_list
    return line.languages if any_language else (call.language,)


def transcribed(line: PhoneLine, call: Call, event: Transcribed) -> Step:
    """Understands what was said, once all of it is recognised."""
    if event.utterance in call.asides:
        return _understand_aside(line, call, event)
    if event.utterance not in call.awaiting:
        return Step(call)
    said = event.transcript
    call = replace(
        call, awaiting=call.awaiting - {event.utterance}, heard=(*call.heard, said.text),
        confidence=min(call.confidence, said.confidence), troubles=0, spoken_in=said.language,
        spoken_surely=said.language_confidence,
    )  # fmt: skip
    return Step(call) if call.awaiting else _understand(line, call)


def nothing_said(line: PhoneLine, call: Call, event: NothingSaid) -> Step:
    """Noise is no answer; if the caller waits for one of ours she need not hear of it."""
    if event.utterance not in call.awaiting:
        return Step(call)
    call = replace(call, awaiting=call.awaiting - {event.utterance})
    if call.awaiting:
        return Step(call)
    if call.heard:
        return _understand(line, call)
    if call.held:
        return tell_held(line, call, event.at)
    if call.asked or call.writing:
        return Step(call)
    if call.cut and call.misses == 0:  # a noise in her room has cut off what she wants to hear
        return speak(line, replace(call, misses=1))
    return patience.not_understood(line, call)


def commanded(line: PhoneLine, call: Call, command: Command, confidence: float = 1.0) -> Step:
    """Does what a caller asks for by key or word at any time."""
    call = replace(call, silences=0, asked="")
    match command:
        case Command.PERSON | Command.CALLBACK | Command.MESSAGE:
            wanted, asked = _WISHES[command]
            act = wish_for(line, wanted, call.office, call.service)
            if confidence >= SURE:
                return Step(call, then=act)
            question = Question(
                (line.phrases.line(asked, call.language),), yes_or_no(act, MoreToAsk())
            )
            return tell(line, call, question)
        case Command.REPEAT:
            return speak(line, call)
        case Command.SLOWER:
            slower = line.phrases.line("slower", call.language)
            return speak(line, replace(call, slow=True), slower)
        case Command.BACK:
            return go_back(line, call)
        case Command.NEXT:
            return go_on(line, call)
        case Command.HELP:
            lines = (line.phrases.line("help", call.language), *keys_told(line, call))
            return remark(line, call, *lines)
        case Command.LANGUAGE:
            return Step(call, then=AskLanguage())
        case Command.HANG_UP:
            return Step(call, then=SayGoodbye())
        case Command.YES | Command.NO:
            return patience.not_understood(line, call)


def _understand(line: PhoneLine, call: Call) -> Step:
    text, confidence = " ".join(call.heard), call.confidence
    call = replace(call, heard=(), confidence=1.0)
    command = line.commands.recognise(text, call.language)
    if act := _choice(line, call, text, command):
        return Step(replace(call, silences=0, misses=0), then=act)
    if call.question.free is Free.NUMBER and (digits := line.digits.digits_of(text, call.language)):
        return leaving.digits_said(line, call, digits)
    if command and not (command in (Command.YES, Command.NO) and _to_the_bot(call)):
        return commanded(line, call, command, confidence)
    match call.question.free:
        case Free.MATTER:
            number = dialable(line.digits.digits_of(text, call.language)) or call.number
            return Step(replace(call, number=number), then=Tell(text, confidence=confidence))
        case Free.MESSAGE:
            return leaving.message_said(line, call, text)
        case Free.LANGUAGE:
            return _language(line, call, text)
        case Free.ADDRESS:
            return taking_along.address_said(line, call, text)
        case Free.NUMBER | Free.NOTHING:
            return patience.not_understood(line, call)


def _understand_aside(line: PhoneLine, call: Call, event: Transcribed) -> Step:
    """ "Weiter" goes on; a "mhm", or what is said to somebody beside her, changes nothing."""
    call = replace(call, asides=call.asides - {event.utterance})
    said = event.transcript
    if call.phase not in (Phase.SPEAKING, Phase.LISTENING) or said.confidence < SURE:
        return Step(call)
    command = line.commands.recognise(said.text, call.language)
    if command is Command.HANG_UP:
        return Step(call)  # somebody beside her goes home; she herself just hangs up
    if command in (Command.YES, Command.NO) and call.phase is Phase.SPEAKING:
        return Step(call)  # she is following us; the question is yet to come
    asked = call.question.free is Free.NUMBER and call.phase is Phase.LISTENING
    if asked and (digits := line.digits.digits_of(said.text, call.language)):
        return leaving.digits_said(line, call, digits)
    if act := _choice(line, call, said.text, command):
        return Step(replace(call, silences=0, misses=0), then=act)
    if command is None or command in (Command.YES, Command.NO):
        return Step(call)
    return commanded(line, call, command)


def _to_the_bot(call: Call) -> bool:
    return call.question.free is Free.MATTER


def _choice(line: PhoneLine, call: Call, text: str, command: Command | None) -> Act | None:
    """The choice that is meant: by a command, by its key's number, or by its name."""
    choices = call.question.choices
    if command and (found := next((c for c in choices if c.command is command), None)):
        return found.act
    key = line.digits.key_of(text, call.language)
    if key and (found := next((c for c in choices if c.key == key), None)):
        return found.act
    said = line.commands.meant(text, call.language)
    named = (c for c in choices if c.title and _names(said, words(c.title)))
    return found.act if (found := next(named, None)) else None


def _names(said: tuple[str, ...], title: tuple[str, ...]) -> bool:
    """Whether the words are the title, or hardly more than it."""
    return contains(said, title) and len(said) <= len(title) + 2


def _language(line: PhoneLine, call: Call, text: str) -> Step:
    if code := language_named(text, line.languages):
        return Step(call, then=ChooseLanguage(code))
    shown = call.spoken_in in line.languages and call.spoken_surely >= _LANGUAGE_SURE
    if shown and len(words(text)) >= _SENTENCE:
        return opening.ask_whether(line, call, call.spoken_in, text)
    return patience.not_understood(line, call)
