"""Carries a call's wishes to the bot, one after another, and brings back what came of them."""

import asyncio
import time
from collections.abc import Callable

import structlog

from bot.model import HandoverKind
from voice.bot_client import BotUnavailable, Refused
from voice.call.effects import (
    AskForCall,
    AskForCallback,
    Effect,
    LeaveMessage,
    MailMemo,
    ReportDialled,
    SendMessage,
    SetLanguage,
    WriteMemo,
)
from voice.call.events import (
    BotLost,
    Event,
    MemoFailed,
    MemoMailed,
    MemoWritten,
    Missing,
    Noted,
    PersonFound,
    PersonMissing,
    Sent,
)
from voice.call.ports import Bot, Talk

log = structlog.get_logger(__name__)

Errand = (
    SendMessage
    | SetLanguage
    | AskForCall
    | AskForCallback
    | LeaveMessage
    | WriteMemo
    | MailMemo
    | ReportDialled
)
_MISSING = {
    "office_closed": Missing.CLOSED,
    "nobody_to_call": Missing.NOBODY,
    "no_handover": Missing.NO_HANDOVER,
}
_LONGEST_TEXT = 1000


class Errands:
    """The errands of one call."""

    def __init__(self, bot: Bot, talk: Talk, tell: Callable[[Event], None], office: str) -> None:
        """`office` is asked for its hours where the bot does not say which one it meant."""
        self._bot, self._talk, self._tell, self._office = bot, talk, tell, office
        self._waiting: asyncio.Queue[tuple[Errand, str]] = asyncio.Queue()

    def send(self, errand: Errand, language: str) -> None:
        """Does it after those before it; `language` is the caller's."""
        self._waiting.put_nowait((errand, language))

    async def run(self) -> None:
        """Works until it is cancelled, as a task of the call."""
        while True:
            errand, language = await self._waiting.get()
            try:
                await self._do(errand, language)
            except BotUnavailable:
                self._unavailable(errand)
            except Refused as refused:
                log.warning("the bot refuses", errand=type(errand).__name__, code=refused.code)
                self._refused(errand)
            finally:
                self._waiting.task_done()

    async def done(self, patience_s: float) -> None:
        """Waits until nothing is left to do, but not for long."""
        try:
            async with asyncio.timeout(patience_s):
                await self._waiting.join()
        except TimeoutError:
            log.warning("errands left undone")

    async def _do(self, errand: Errand, language: str) -> None:
        talk = self._talk
        match errand:
            case SendMessage():
                text = errand.text[:_LONGEST_TEXT]
                seq = await talk.say(text, errand.payload, errand.confidence)
                self._tell(Sent(time.monotonic(), seq))
            case SetLanguage():
                await talk.set_language(errand.language)
            case AskForCall():
                self._tell(await self._ask_for_call(errand, language))
            case AskForCallback():
                await talk.leave(HandoverKind.CALLBACK, errand.office, errand.phone, errand.text)
                self._tell(Noted(time.monotonic(), errand.turn))
            case LeaveMessage():
                text = errand.text[:_LONGEST_TEXT]
                await talk.leave(HandoverKind.MESSAGE, errand.office, None, text)
                self._tell(Noted(time.monotonic(), errand.turn))
            case WriteMemo():
                memo = await talk.write_down(errand.service)
                self._tell(MemoWritten(time.monotonic(), errand.turn, memo.code, memo.until))
            case MailMemo():
                await talk.mail(errand.service, errand.address)
                self._tell(MemoMailed(time.monotonic(), errand.turn))
            case ReportDialled():
                await talk.dialled(errand.outcome, errand.extension)

    async def _ask_for_call(self, errand: AskForCall, language: str) -> PersonFound | PersonMissing:
        try:
            found = await self._talk.put_through(errand.office)
        except Refused as refused:
            return await self._missing(errand, language, refused)
        except BotUnavailable:
            return PersonMissing(time.monotonic(), errand.turn, Missing.FAILED)
        return PersonFound(
            time.monotonic(), errand.turn, found.office, found.office_name, found.extension,
            found.name, found.speaks,
        )  # fmt: skip

    async def _missing(self, errand: AskForCall, language: str, refused: Refused) -> PersonMissing:
        now, why = time.monotonic(), _MISSING.get(refused.code, Missing.FAILED)
        kinds = tuple(str(kind) for kind in refused.details.get("kinds", ()))
        try:
            office = await self._bot.office(errand.office or self._office, language)
        except (BotUnavailable, Refused):
            office = None
        if office is None:
            return PersonMissing(now, errand.turn, why, errand.office, kinds=kinds)
        return PersonMissing(
            now, errand.turn, why, errand.office, office.name, office.reopens, kinds
        )

    def _unavailable(self, errand: Errand) -> None:
        """A call goes on where only something could not be written down."""
        if isinstance(errand, WriteMemo | MailMemo):
            self._tell(MemoFailed(time.monotonic(), errand.turn))
        else:
            self._tell(BotLost(time.monotonic()))

    def _refused(self, errand: Errand) -> None:
        match errand:
            case SendMessage():
                self._tell(BotLost(time.monotonic()))
            case AskForCallback() | LeaveMessage():
                self._tell(Noted(time.monotonic(), errand.turn, ok=False))
            case WriteMemo() | MailMemo():
                self._tell(MemoFailed(time.monotonic(), errand.turn))
            case _:
                pass


def errand_of(effect: Effect) -> Errand | None:
    """The effect, if it is carried to the bot."""
    match effect:
        case (
            SendMessage()
            | SetLanguage()
            | AskForCall()
            | AskForCallback()
            | LeaveMessage()
            | WriteMemo()
            | MailMemo()
            | ReportDialled()
        ):
            return effect
        case _:
            return None
