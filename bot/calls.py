"""What the phone line does with a caller who wants a person; each method is one unit of work."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.schema import OfficeId
from bot.errors import ConversationClosed, Invalid, NotOnThePhone
from bot.model import CallOutcome, Channel, ConversationState, Dialled, HandoverKind
from bot.stores import conversations
from bot.stores.database import Database
from handover.calling import Calling
from handover.desk import Desk, Request


class Calls:
    """Puts callers through to people."""

    def __init__(
        self, database: Database, catalogue: Catalogue, desk: Desk, calling: Calling
    ) -> None:
        self._database = database
        self._catalogue = catalogue
        self._desk = desk
        self._calling = calling

    async def call(self, conversation_id: str, token: str | None, office: str | None) -> Dialled:
        """Opens a case (or finds the one that is open) and says which extension to dial for it.

        While it rings, the same is said again.  `office` is that of the last service talked
        about, if unnamed.

        Raises:
            Unauthorized: see `conversations.access`.
            NotOnThePhone, ConversationClosed: nobody can be put through.
            OfficeClosed, NoHandover: see `Desk.file`.
            NobodyToCall: see `Calling.dial`; nothing is kept of the wish.
            Invalid: the office is unknown.
        """
        if office is not None and not self._desk.offices.has(office):
            raise Invalid(office="office_unknown")
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token, write=True)
            if row.channel != Channel.PHONE:
                raise NotOnThePhone
            if row.state == ConversationState.CLOSED:
                raise ConversationClosed
            if running := await self._calling.running(session, row):
                return running
            wanted = OfficeId(office) if office else self._catalogue.office_for(row.service)
            wish = Request(wanted, HandoverKind.CALL, "requested")
            case = await self._desk.file(session, row, wish)
            dialled = await self._calling.dial(session, row, case)
        await self._desk.wake(conversation_id)
        return dialled

    async def ended(
        self, conversation_id: str, token: str | None, extension: str, outcome: CallOutcome
    ) -> None:
        """Keeps how the try to put the caller through ended; see `Calling.ended`.

        Raises:
            Unauthorized: see `conversations.access`.
            NotFound: it did not ring there for this conversation.
        """
        async with self._database.write() as session:
            row = await conversations.access(session, conversation_id, token)
            concerned = await self._calling.ended(session, row, extension, outcome)
        await self._desk.wake(*(one.id for one in concerned))
