"""Mails: handed in at a server, and the one that tells an office that somebody waits for it."""

import datetime as dt
import ssl
from collections.abc import Collection
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.policy import SMTP as SMTP_POLICY
from email.utils import format_datetime
from typing import Self
from urllib.parse import unquote, urlsplit

import aiosmtplib
from pydantic import SecretStr

from bot.stores.tables import HandoverRow
from handover.notice_texts import NoticeTexts
from handover.ways import TIMEOUT_S, NotDelivered, Notice, NoticeEvent

_TIMEOUT_OF_A_STEP_S = TIMEOUT_S / 4


@dataclass(frozen=True)
class MailServer:
    """Where mails are handed in."""

    host: str
    port: int | None
    tls_from_start: bool
    username: str | None = None
    password: str | None = field(default=None, repr=False)

    @classmethod
    def of(cls, url: SecretStr) -> Self:
        """Reads `smtp://user:password@host:port` or `smtps://…`.

        Raises:
            ValueError: it is neither.
        """
        parts = urlsplit(url.get_secret_value())
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("neither smtp://… nor smtps://…")
        return cls(
            parts.hostname,
            parts.port,
            parts.scheme == "smtps",
            unquote(parts.username) if parts.username else None,
            unquote(parts.password) if parts.password else None,
        )


@dataclass(frozen=True)
class Letter:
    """What is mailed; `languages` are those of its text, with commas between them."""

    id: str
    """The same at every try, so that mail servers can drop a repetition."""
    at: dt.datetime
    to: str = field(repr=False)
    subject: str
    text: str
    languages: str


class Mailer:
    """Hands mails in."""

    def __init__(self, server: MailServer, sender: str) -> None:
        self._server = server
        self._sender = sender

    async def send(self, letter: Letter) -> None:
        """Hands it in; nobody knows then whether it arrives.

        Raises:
            NotDelivered: the server did not take it.
        """
        server = self._server
        # a password never goes out in the clear; without one, any encryption beats none
        start_tls = False if server.tls_from_start else True if server.username else None
        try:
            await aiosmtplib.send(
                self._message(letter),
                hostname=server.host,
                port=server.port,
                username=server.username,
                password=server.password,
                use_tls=server.tls_from_start,
                start_tls=start_tls,
                timeout=_TIMEOUT_OF_A_STEP_S,
            )
        except (aiosmtplib.SMTPException, OSError) as error:
            raise NotDelivered(_problem(error)) from None

    def _message(self, letter: Letter) -> EmailMessage:
        message = EmailMessage(policy=SMTP_POLICY)
        message["From"] = self._sender
        message["To"] = letter.to
        message["Subject"] = letter.subject
        message["Date"] = format_datetime(letter.at)
        message["Message-ID"] = f"<{letter.id}@{message['From'].addresses[0].domain}>"
        message["Auto-Submitted"] = "auto-generated"
        message["X-Auto-Response-Suppress"] = "All"
        message.set_content(letter.text, cte="quoted-printable")
        message["Content-Language"] = letter.languages  # goes last: new content drops it
        return message


class Mail:
    """A way: a mail to the office's own address, for what somebody there has to do."""

    name = "mail"
    tells_of_overdue = True

    def __init__(self, mailer: Mailer, texts: NoticeTexts) -> None:
        self._mailer = mailer
        self._texts = texts

    def wants(self, event: NoticeEvent, handover: HandoverRow, known: Collection[str]) -> bool:
        """See `Way`."""
        return event != "closed"

    async def deliver(self, notice: Notice) -> str | None:
        """See `Way`; the server has taken the mail then, nobody knows yet whether it arrives."""
        subject, text = self._texts.subject(notice), self._texts.body(notice)
        await self._mailer.send(
            Letter(notice.id, notice.sent_at, notice.office.mail, subject, text, "de")
        )
        return None


REFUSED = "refused"
"""The problem of a mail that the server will never take."""


def _problem(error: Exception) -> str:
    """The kind of failure; what the server said may name persons, and stays out."""
    if isinstance(error, aiosmtplib.SMTPAuthenticationError):
        return "sign_in_refused"
    if isinstance(error, aiosmtplib.SMTPRecipientsRefused):
        return _refusal(min(refused.code for refused in error.recipients))
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return _refusal(error.code)
    if isinstance(error, aiosmtplib.SMTPTimeoutError | TimeoutError):
        return "timeout"
    if isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError):
        return "tls"
    if isinstance(error, OSError):
        return "unreachable"
    return "unsupported"  # it lacks encryption, or a way to sign in


def _refusal(code: int) -> str:
    return "refused_for_now" if 400 <= code < 500 else REFUSED
