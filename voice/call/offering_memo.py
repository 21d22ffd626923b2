"""Offers to write down what a caller was told, once for each topic."""

from dataclasses import replace

from bot.events import MessagePosted
from voice.by_ear.commands import Command
from voice.by_ear.phrases import Key
from voice.by_ear.portions import can_be_written
from voice.call.acts import (
    Act,
    AskConsent,
    AskMemoWay,
    Choice,
    GoOn,
    OfferMemo,
    Question,
    TakeCode,
)
from voice.call.speaking import go_on, offered, remark, speak
from voice.call.state import Call, PhoneLine, Step


def may_offer(line: PhoneLine, call: Call, message: MessagePosted) -> bool:
    """Whether the message holds something to be written down that was not offered before."""
    fresh = message.service not in call.memos_offered
    return bool(line.site) and fresh and not call.urgent and can_be_written(message)


def offer(line: PhoneLine, call: Call, act: OfferMemo) -> Step:
    """Asks whether to write it down, before the script goes on."""
    if act.service in call.memos_offered:
        return go_on(line, call)
    here = call.position + 1
    script = (*call.script[:here], _question(line, call, act.service), *call.script[here:])
    told = call.memos_offered | {act.service}
    return speak(line, replace(call, script=script, position=here, memos_offered=told))


def ask_way(line: PhoneLine, call: Call) -> Step:
    """She wants it written down: how?"""
    asked = line.phrases.line("memo_way", call.language)
    return remark(line, call, asked, *offered(line, call.language, call.question.choices))


def _question(line: PhoneLine, call: Call, service: str) -> Question:
    ways: list[tuple[Key, Key, Act]] = [("option_code", "words_code", TakeCode(service))]
    if line.mails and line.hears and call.troubles == 0:
        ways.append(("option_mail", "words_mail", AskConsent(service)))
    text, language = line.phrases.text, call.language
    told = [
        Choice(str(key), act, text(title, language)) for key, (title, _, act) in enumerate(ways, 1)
    ]
    refusal = text("option_no_memo", language)
    told.append(Choice(str(len(told) + 1), GoOn(), refusal, Command.NO))
    also = [
        Choice("", act, word.strip())
        for _, words, act in ways
        for word in text(words, language).split(",")
    ]
    yes = Choice("", AskMemoWay() if len(ways) > 1 else TakeCode(service), command=Command.YES)
    choices = (*told, *also, yes)
    asked = line.phrases.line("memo_offer", language)
    return Question((asked, *offered(line, language, choices)), choices)
