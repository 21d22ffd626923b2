"""Files that a citizen sends to a person: checked, scanned, and only then kept.

What a file is stands in its first bytes; its name and what the browser says of it are not
believed.  It is kept byte for byte, as a caseworker may need the very document, and as leaving
out what a camera wrote into a picture (its place, say) would mean to decode it here.
"""

import re
import unicodedata
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

import filetype
import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clamd import Clamd
from bot.clock import Clock
from bot.errors import (
    AttachmentInfected,
    AttachmentsOff,
    AttachmentTypeRefused,
    ConversationClosed,
    NobodyToSendTo,
    TooManyAttachments,
)
from bot.events import Message
from bot.model import Author, ConversationState
from bot.parts import Attachment
from bot.ports import STAFF_TOPIC, Notifier
from bot.settings import Settings
from bot.stores import attachments, conversations
from bot.stores.database import Database
from bot.stores.tables import ConversationRow
from handover import audit, records
from handover.desk import Desk
from translations.languages import SOURCE

log = structlog.get_logger(__name__)

MOST = 10
"""How many files one conversation may hold."""
_ENDINGS: dict[str, Sequence[str]] = {
    "application/pdf": (".pdf",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/heic": (".heic", ".heif"),
}
"""The types that are taken; a file's name gets the first ending unless it has one of them."""
TYPES = tuple(_ENDINGS)
_MATCHERS = [filetype.get_type(mime=media_type) for media_type in TYPES]
_LONGEST_NAME = 80
_PATH = re.compile(r"[/\\]")
_RESERVED = re.compile(r'[<>:"|?*]')


@dataclass(frozen=True)
class Upload:
    """A file as it came."""

    name: str
    content: bytes
    client_message_id: str | None = None


class Attachments:
    """Takes citizens' files, where the county wants them."""

    def __init__(
        self,
        database: Database,
        notifier: Notifier,
        clock: Clock,
        settings: Settings,
        desk: Desk,
    ) -> None:
        self._database = database
        self._notifier = notifier
        self._clock = clock
        self._settings = settings
        self._desk = desk
        self._scanner = Clamd(settings.clamd, settings.clamd_timeout_s)

    async def expect(self, conversation_id: str, token: str | None) -> None:
        """Says before a file is read whether it would be taken.

        Raises:
            Unauthorized: see `conversations.access`.
            AttachmentsOff: the county takes none.
            ConversationClosed: the conversation has ended.
            NobodyToSendTo: no person has the conversation or is to get it.
            TooManyAttachments: it holds as many as it may.
        """
        async with self._database.read() as session:
            row = await conversations.access(session, conversation_id, token)
            if not self._settings.attachments:
                raise AttachmentsOff
            await _refuse_unless_awaited(session, row)

    async def add(
        self, conversation_id: str, token: str | None, upload: Upload
    ) -> tuple[int, Attachment]:
        """Keeps a file and shows it to both sides; the same id again keeps nothing twice.

        Returns:
            The number of its message, and the file as it is shown.

        Raises:
            AttachmentTypeRefused: its content is none of `TYPES`.
            AttachmentInfected: the scanner found something.
            ScannerUnavailable: see `Clamd.passes`.
        """
        media_type = type_of(upload.content)
        if not await self._scanner.passes(upload.content):
            log.warning("infected file refused", conversation_id=conversation_id)
            raise AttachmentInfected
        file = Attachment(
            id=str(uuid.uuid4()),
            name=clean_name(upload.name, media_type),
            media_type=media_type,
            size=len(upload.content),
        )
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            if (known := await _known(session, row.id, upload.client_message_id)) is not None:
                return known
            await _refuse_unless_awaited(session, row)
            seq = await self._keep(session, row, file, upload)
        await self._notifier.wake(conversation_id)
        await self._notifier.wake(STAFF_TOPIC)
        return seq, file

    async def _keep(
        self, session: AsyncSession, row: ConversationRow, file: Attachment, upload: Upload
    ) -> int:
        now = self._clock.now()
        await attachments.add(session, row.id, file, upload.content, now)
        # the name counts as German, so that no machine translates it
        message = Message(
            author=Author.CITIZEN,
            text=file.name,
            language=SOURCE,
            parts=[file],
            client_message_id=upload.client_message_id,
        )
        posted = await conversations.append_message(session, row.id, message, now)
        await self._desk.pass_on(session, row, posted)
        await audit.record(
            session, now, "citizen", "attach", row.id, type=file.media_type, size=file.size
        )
        return posted.seq


def type_of(content: bytes) -> str:
    """The type that the content's first bytes show.

    Raises:
        AttachmentTypeRefused: it is none of `TYPES`; an empty file is of no type.
    """
    found = filetype.match(content, _MATCHERS) if content else None
    if found is None:
        raise AttachmentTypeRefused
    return str(found.mime)


def clean_name(name: str, media_type: str) -> str:
    """The file's name without folders and without characters that hide or turn what it says."""
    last = _PATH.split(unicodedata.normalize("NFC", name))[-1]
    seen = "".join(c for c in last if unicodedata.category(c)[0] not in "CZ" or c == " ")
    stem, endings = _RESERVED.sub("", seen), _ENDINGS[media_type]
    ending = next((e for e in endings if stem.lower().endswith(e)), "")
    stem = stem.removesuffix(stem[len(stem) - len(ending) :] if ending else "")
    stem = stem.strip(" .")[:_LONGEST_NAME].strip(" .")
    return (stem or "datei") + (ending or endings[0])


async def _refuse_unless_awaited(session: AsyncSession, row: ConversationRow) -> None:
    if row.state == ConversationState.CLOSED:
        raise ConversationClosed
    if await records.case_of(session, row.id) is None:
        raise NobodyToSendTo
    if await attachments.count(session, row.id) >= MOST:
        raise TooManyAttachments


async def _known(
    session: AsyncSession, conversation_id: str, client_message_id: str | None
) -> tuple[int, Attachment] | None:
    """What was kept under that id before, where it was a file."""
    if client_message_id is None:
        return None
    seq = await conversations.seq_of_client_message(session, conversation_id, client_message_id)
    message = seq and await conversations.message_at(session, conversation_id, seq)
    if not message:
        return None
    files = [part for part in message.parts if isinstance(part, Attachment)]
    return (message.seq, files[0]) if files else None
