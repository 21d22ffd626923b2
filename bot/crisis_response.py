"""What happens when somebody is in danger: numbers at once, then a person, first in the queue."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.schema import OfficeId
from bot.clock import Clock
from bot.crisis import CrisisKind
from bot.model import Channel, ConversationState
from bot.replies.replies import Replies
from bot.stores import conversations
from bot.stores.tables import ConversationRow
from handover import records
from handover.desk import Desk


class CrisisResponse:
    """Answers a crisis within the unit of work that stores the citizen's words."""

    def __init__(self, catalogue: Catalogue, clock: Clock, desk: Desk, replies: Replies) -> None:
        self._catalogue = catalogue
        self._clock = clock
        self._desk = desk
        self._replies = replies

    async def give(self, session: AsyncSession, row: ConversationRow, kind: str) -> None:
        """Gives the right numbers, and puts the case first where staff can be reached."""
        case = await records.case_of(session, row.id)
        office = OfficeId(case.office) if case else self._catalogue.office_for(row.service)
        on_duty = await self._desk.offices.on_duty(session, office)
        replies = self._replies.on(Channel(row.channel))
        message = replies.crisis(CrisisKind(kind), office, on_duty, row.language)
        posted = await conversations.append_message(session, row.id, message, self._clock.now())
        if row.state == ConversationState.CLOSED:
            return  # the numbers help all the same; the conversation stays closed
        if self._desk.offices.kinds(office):
            await self._desk.cry_for_help(session, row, office)
            await self._desk.pass_on(session, row, posted)
