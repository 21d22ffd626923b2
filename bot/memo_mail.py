"""Mails memos to callers who asked for it; an address leaves the database with its mail."""

import asyncio
import datetime as dt
from collections.abc import AsyncIterator, Sequence
from functools import partial

import structlog
from sqlalchemy import delete

from bot.background import beside
from bot.clock import Clock
from bot.errors import NothingToWriteDown
from bot.events import Message
from bot.memos import Memos
from bot.metrics import MEMOS
from bot.retention import MAIL_PATIENCE
from bot.stores import outbox
from bot.stores.database import Database
from bot.stores.tables import MemoMailRow
from handover.mailing import REFUSED, Letter, Mailer
from handover.ways import TIMEOUT_S, NotDelivered
from translations.languages import SOURCE
from translations.texts import Texts

log = structlog.get_logger(__name__)

_RULE = "- - -"


class MemoCourier:
    """Delivers what waits; several gateways may each have one."""

    def __init__(self, database: Database, clock: Clock, texts: Texts, mailer: Mailer) -> None:
        self._database = database
        self._clock = clock
        self._texts = texts
        self._mailer = mailer
        self._wanted = asyncio.Event()

    def hurry(self) -> None:
        """Says that a mail waits."""
        self._wanted.set()

    def running(self, memos: Memos) -> AsyncIterator[None]:
        """Delivers at once and again from time to time, until resumed at the end."""
        mailing = outbox.keep_sending("memos", partial(self.deliver_due, memos), self._wanted)
        return beside(**{"memo-mails": mailing})

    async def deliver_due(self, memos: Memos) -> int:
        """Tries whatever is due; returns how many mails were handed in."""
        send = partial(self._try, memos)
        return await outbox.send_due(self._database, MemoMailRow, self._clock.now(), send)

    async def _try(self, memos: Memos, mail_id: str, since: dt.datetime) -> bool:
        """Delivers one mail, unless another gateway has taken it up."""
        async with self._database.write() as session:
            row = await outbox.take(session, MemoMailRow, mail_id, since, self._clock.now())
        if row is None:
            return False
        try:
            async with asyncio.timeout(TIMEOUT_S):
                await self._mailer.send(self._written(memos, row))
        except NothingToWriteDown:
            problem: str | None = "outdated"
        except TimeoutError:
            problem = "timeout"
        except NotDelivered as error:
            problem = error.problem
        else:
            problem = None
        await self._settle(row, problem)
        return problem is None

    async def _settle(self, row: MemoMailRow, problem: str | None) -> None:
        """Forgets a mail that was sent, or never will be; another is tried again."""
        hopeless = problem in (REFUSED, "outdated")
        over = hopeless or self._clock.now() - row.created_at >= MAIL_PATIENCE
        result = "delivered" if problem is None else "given_up" if over else "failed"
        MEMOS.labels(result).inc()
        if problem is None or over:
            async with self._database.write() as session:
                await session.execute(delete(MemoMailRow).where(MemoMailRow.id == row.id))
            await self._database.forget()
        if problem is None:
            log.info("memo mailed", conversation_id=row.conversation_id)
        else:
            log.warning(
                "memo not mailed", conversation_id=row.conversation_id, problem=problem,
                attempts=row.attempts, given_up=over,
            )  # fmt: skip

    def _written(self, memos: Memos, row: MemoMailRow) -> Letter:
        title, messages = memos.words(row.service, row.language)
        languages = ", ".join(dict.fromkeys(message.language for message in messages))
        subject = self._texts.say("memo.mail_subject", SOURCE, title=title)
        text = self._body(title, messages)
        return Letter(row.id, self._clock.now(), row.address, subject, text, languages)

    def _body(self, title: str, messages: Sequence[Message]) -> str:
        """German first, then the caller's language, each with what must be known of it."""
        sections = []
        for message in messages:
            say, language = self._texts.say, message.language
            draft = message.translation is not None and message.translation.by == "draft"
            paragraphs = [
                say("memo.mail_intro", language),
                title if language == SOURCE else "",
                message.text,
                say("memo.automated", language),
                say("memo.draft", language) if draft else "",
                say("memo.mail_address", language),
            ]
            sections.append("\n\n".join(paragraph for paragraph in paragraphs if paragraph))
        return f"\n\n{_RULE}\n\n".join(sections) + "\n"
