"""What callers have written down: memos that a code opens, and mails.

A memo names a topic of the catalogue and a language; its words are rendered afresh whenever it is
opened.  It holds nothing that a citizen said, and nothing of who she is.
"""

import datetime as dt
import hashlib
import hmac
import secrets
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.catalogue import Catalogue
from bot.clock import Clock
from bot.errors import (
    ConversationClosed,
    Invalid,
    MailOff,
    MemoUnknown,
    NothingToWriteDown,
    NotOnThePhone,
)
from bot.events import Message
from bot.metrics import MEMOS
from bot.model import Author, Channel, ConversationState
from bot.parts import Notice
from bot.replies.replies import Replies
from bot.settings import Settings
from bot.stores import conversations
from bot.stores.database import Database
from bot.stores.tables import ConversationRow, MemoMailRow, MemoRow
from translations.languages import SOURCE
from translations.texts import Texts

CODE_DIGITS = 9
"""With a thousand memos one guess in a million finds one; it would tell nothing of anybody."""
_ATTEMPTS = 5


@dataclass(frozen=True)
class MemoCode:
    """What a caller is told of her memo."""

    code: str
    expires_at: dt.datetime


@dataclass(frozen=True)
class Memo:
    """A memo as it is read; `messages` are in German and then in the caller's language."""

    title: str
    made_at: dt.datetime
    expires_at: dt.datetime
    messages: tuple[Message, ...]


class Memos:
    """Writes memos and opens them; each method is one unit of work."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        catalogue: Catalogue,
        texts: Texts,
        replies: Replies,
        settings: Settings,
        mail_wanted: Callable[[], None] | None,
    ) -> None:
        """`mail_wanted` tells that a mail waits; without it none can be sent."""
        self._database = database
        self._clock = clock
        self._catalogue = catalogue
        self._texts = texts
        self._replies = replies
        self._keep = dt.timedelta(days=settings.memo_days)
        self._settings = settings
        self._mail_wanted = mail_wanted

    async def write(self, conversation_id: str, token: str | None, service: str) -> MemoCode:
        """Writes a topic down for a caller, and says under which code.

        Raises:
            Unauthorized: see `conversations.access`.
            NotOnThePhone, ConversationClosed: it is no caller's.
            NothingToWriteDown: there is no such topic, or it no longer holds.
        """
        now = self._clock.now()
        async with self._database.write() as session:
            row = await _caller(session, conversation_id, token)
            self._check(service)
            code = await self._add(session, service, row.language, now)
        MEMOS.labels("code").inc()
        return MemoCode(code, now + self._keep)

    async def read(self, code: str) -> Memo:
        """The memo of that code.

        Raises:
            Invalid: it is no code.
            MemoUnknown: there is none, or it is kept no more.
        """
        digits = digits_of(code)
        if len(digits) != CODE_DIGITS:
            raise Invalid(code="code_invalid")
        async with self._database.read() as session:
            row = await session.get(MemoRow, self._hashed(digits))
        if row is None or row.expires_at <= self._clock.now():
            raise MemoUnknown
        try:
            title, messages = self.words(row.service, row.language)
        except NothingToWriteDown:
            raise MemoUnknown from None
        MEMOS.labels("opened").inc()
        return Memo(title, row.created_at, row.expires_at, messages)

    async def mail(
        self, conversation_id: str, token: str | None, mail_id: str, service: str, address: str
    ) -> None:
        """Has a topic mailed to a caller, once for each id; the address is kept until then only.

        Raises:
            Unauthorized, NotOnThePhone, ConversationClosed, NothingToWriteDown: see `write`.
            MailOff: no mails leave this house.
        """
        if self._mail_wanted is None:
            raise MailOff
        now = self._clock.now()
        async with self._database.write() as session:
            row = await _caller(session, conversation_id, token)
            self._check(service)
            if await session.get(MemoMailRow, mail_id) is None:
                mail = MemoMailRow(
                    id=mail_id, conversation_id=conversation_id, address=address, service=service,
                    language=row.language, created_at=now, next_at=now, attempts=0,
                )  # fmt: skip
                session.add(mail)
        MEMOS.labels("mail").inc()
        self._mail_wanted()

    def words(self, service: str, language: str) -> tuple[str, tuple[Message, ...]]:
        """The topic's German title, and what a memo says of it: in German, then in `language`.

        Raises:
            NothingToWriteDown: there is no such topic, or it no longer holds.
        """
        self._check(service)
        german = self._replies.memo(service, SOURCE)
        if german is None:
            raise NothingToWriteDown
        title = self._texts.say(f"service.{service}.title", SOURCE)
        if language == SOURCE:
            return title, (german,)
        return title, (german, self._in_her_language(service, language))

    def _in_her_language(self, service: str, language: str) -> Message:
        """The topic in her language, or there that it is written in German only."""
        translated = self._replies.memo(service, language)
        if translated is not None and translated.language == language:
            return translated
        told = self._texts.words("bot.german_only", language)
        return Message(
            author=Author.BOT, text=told.text, language=told.language,
            parts=[Notice(text=told.text)],
        )  # fmt: skip

    def _check(self, service: str) -> None:
        if service not in self._catalogue.services or self._replies.memo(service, SOURCE) is None:
            raise NothingToWriteDown

    async def _add(
        self, session: AsyncSession, service: str, language: str, now: dt.datetime
    ) -> str:
        """Stores a memo under a code that no other has."""
        for _ in range(_ATTEMPTS):
            code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
            memo = MemoRow(
                code_hash=self._hashed(code), service=service, language=language, created_at=now,
                expires_at=now + self._keep,
            )  # fmt: skip
            with suppress(IntegrityError):
                async with session.begin_nested():
                    session.add(memo)
                return code
        raise RuntimeError("no free code was found")

    @cached_property
    def _key(self) -> bytes:
        return memo_key(self._settings)

    def _hashed(self, code: str) -> str:
        return hmac.new(self._key, code.encode(), hashlib.sha256).hexdigest()


def digits_of(code: str) -> str:
    """The digits of a code as it was typed, in whichever digits and groups."""
    return "".join(str(unicodedata.decimal(sign)) for sign in code if sign.isdecimal())


def memo_key(settings: Settings) -> bytes:
    """The secret that codes are hashed with; made when the first is needed, where none is set."""
    if settings.memo_key is not None:
        return settings.memo_key.get_secret_value().encode()
    path = settings.data_dir / "memo.key"
    with suppress(FileExistsError):
        _create(path, secrets.token_hex(32))
    return path.read_bytes()


def _create(path: Path, content: str) -> None:
    """Writes a file that only its owner reads, whole or not at all.

    Raises:
        FileExistsError: somebody was faster.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    try:
        draft.write_text(content)
        path.hardlink_to(draft)
    finally:
        draft.unlink()


async def _caller(
    session: AsyncSession, conversation_id: str, token: str | None
) -> ConversationRow:
    row = await conversations.access(session, conversation_id, token, write=True)
    if row.channel != Channel.PHONE:
        raise NotOnThePhone
    if row.state == ConversationState.CLOSED:
        raise ConversationClosed
    return row
