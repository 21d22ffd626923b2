"""Writing down for a caller what she was told: a code for the web, or an e-mail.

An address is asked for only once she has agreed to what happens with it, and nothing is sent
before she has said that it is right.
"""

from dataclasses import replace

from babel.dates import format_skeleton

from bot.mail_address import LONGEST, mailable
from voice.by_ear.lines import Line
from voice.call.acts import (
    AddressWrong,
    AskAddress,
    AskConsent,
    Free,
    MoreToAsk,
    Question,
    TakeCode,
    TakeMail,
    Tell,
    yes_or_no,
)
from voice.call.asking import think
from voice.call.effects import Effect, MailMemo, Stop, WriteMemo
from voice.call.events import MemoFailed, MemoMailed, MemoWritten
from voice.call.speaking import remark, speak, tell
from voice.call.state import Call, Phase, PhoneLine, Step

_GROUP = 3
_TRIES = 2
"""So often an address may be wrong until a code is offered instead."""


def take_code(call: Call, act: TakeCode) -> Step:
    """Has the topic written down behind a code."""
    return _wait(call, WriteMemo(call.turn + 1, act.service))


def take_mail(call: Call, act: TakeMail) -> Step:
    """Has it mailed."""
    return _wait(call, MailMemo(call.turn + 1, act.service, act.address))


def done(line: PhoneLine, call: Call, event: MemoWritten | MemoMailed | MemoFailed) -> Step:
    """Tells what became of it, unless she has gone on to something else."""
    if call.phase is not Phase.THINKING or not call.writing or call.in_flight:
        return Step(call)
    if event.turn != call.turn:
        return Step(call)
    say, language = line.phrases.line, call.language
    more = say("anything_else", language)
    match event:
        case MemoWritten():
            return _instead(line, call, _code(line, call, event))
        case MemoMailed():
            return tell(line, call, Question((say("memo_mailed", language), more)))
        case MemoFailed():
            return tell(line, call, Question((say("memo_failed", language), more)))


def ask_consent(line: PhoneLine, call: Call, act: AskConsent) -> Step:
    """Says what happens with an address before it is asked for."""
    asked = line.phrases.line("address_consent", call.language)
    question = Question((asked,), yes_or_no(AskAddress(act.service), MoreToAsk()))
    return tell(line, replace(call, tries=0), question)


def ask_address(line: PhoneLine, call: Call, act: AskAddress) -> Step:
    """Asks her to spell it."""
    asked = line.phrases.line("address_ask", call.language)
    question = Question((asked,), free=Free.ADDRESS)
    return tell(line, replace(call, memo=act.service), question)


def address_said(line: PhoneLine, call: Call, text: str) -> Step:
    """Takes what was spelled, after what was spelled before; reads it back once it is whole."""
    spelled = line.spelling.written(text, call.language, call.spelled)
    if spelled.is_speech:
        return Step(call, then=Tell(text))  # whatever she says there, she does not spell
    address = spelled.text
    if mailable(address):
        return _read_back(line, call, address)
    if not address.isascii():
        return _wrong(line, call, _accents(line, call, address))
    if address == call.spelled or not _may_go_on(address):
        return _failed(line, call)
    told = line.phrases.line("address_go_on", call.language)
    return remark(line, replace(call, spelled=address, misses=0, silences=0), told)


def address_wrong(line: PhoneLine, call: Call) -> Step:
    """She said that it is not right, or did not go on."""
    return _failed(line, call)


def give_up_address(line: PhoneLine, call: Call) -> Step:
    """Offers a code instead."""
    asked = line.phrases.line("address_failed", call.language)
    question = Question((asked,), yes_or_no(TakeCode(call.memo), MoreToAsk()))
    return tell(line, replace(call, misses=0, silences=0), question)


def _wait(call: Call, effect: Effect) -> Step:
    waiting = think(call)
    stop = (Stop(),) if call.phase is Phase.SPEAKING else ()
    changed = replace(waiting.call, writing=True, misses=0, silences=0)
    return Step(changed, (*stop, *waiting.effects, effect))


def _code(line: PhoneLine, call: Call, event: MemoWritten) -> Question:
    """The code in groups, slowly and twice, and where it is typed; `7` says it again."""
    say, language = line.phrases.line, call.language
    groups = [event.code[n : n + _GROUP] for n in range(0, len(event.code), _GROUP)]
    digits = Line(", ".join(" ".join(group) for group in groups) + ".", language).slowly()
    locale = language.split("-")[0]
    where = say(
        "memo_where", language, site=line.spelling.site(line.site, language),
        date=format_skeleton("MMMMd", event.until, locale=locale),
    )  # fmt: skip
    lines = (
        say("memo_code", language), digits, say("memo_code_again", language), digits, where,
        say("memo_repeat", language), say("anything_else", language),
    )  # fmt: skip
    return Question(lines, writes_along=True)


def _instead(line: PhoneLine, call: Call, question: Question) -> Step:
    """Says it in the place of the question that led to it; the script goes on after it."""
    script = (*call.script[: call.position], question, *call.script[call.position + 1 :])
    return speak(line, replace(call, script=script))


def _failed(line: PhoneLine, call: Call) -> Step:
    return _wrong(line, call, line.phrases.line("address_not_understood", call.language))


def _wrong(line: PhoneLine, call: Call, told: Line) -> Step:
    tries = call.tries + 1
    changed = replace(call, tries=tries, misses=0, silences=0)
    if tries >= _TRIES:
        return give_up_address(line, changed)
    return tell(line, changed, Question((told,), free=Free.ADDRESS))


def _read_back(line: PhoneLine, call: Call, address: str) -> Step:
    asked = line.phrases.line("address_right", call.language, spelled=_aloud(line, call, address))
    choices = yes_or_no(TakeMail(call.memo, address), AddressWrong())
    question = Question((asked,), choices, Free.ADDRESS)
    return tell(line, replace(call, misses=0, silences=0), question)


def _accents(line: PhoneLine, call: Call, address: str) -> Line:
    spelled = _aloud(line, call, address)
    return line.phrases.line("address_accents", call.language, spelled=spelled)


def _aloud(line: PhoneLine, call: Call, address: str) -> str:
    language, text = call.language, line.phrases.text
    return ", ".join(
        text("spelled_letter", language, letter=piece.text, word=piece.word)
        if piece.word
        else piece.text
        for piece in line.spelling.read(address, language)
    )


def _may_go_on(address: str) -> bool:
    """Whether what comes next may make it whole: "anna at gmx" waits for its ending."""
    return len(address) < LONGEST and address.count("@") <= 1 and ".." not in address
