"""Shows caseworkers what the catalogue would say to a citizen's last question."""

from typing import Protocol

from bot.model import Caseworker, HandoverState
from bot.stores.database import Database
from handover import records
from handover.shapes import Suggestion, Suggestions


class Advisor(Protocol):
    """Understands a question as the bot does."""

    async def suggest(self, question: str, language: str) -> list[Suggestion]:
        """The catalogue's answers, the likeliest first; none where it has none."""


class Advising:
    """Asks the advisor about the cases of one's own offices."""

    def __init__(self, database: Database, advisor: Advisor) -> None:
        self._database = database
        self._advisor = advisor

    async def suggest(self, caseworker: Caseworker, handover_id: str) -> Suggestions:
        """Answers to the last thing that the citizen said in the case; none once it has ended.

        Raises:
            NotFound: see `records.get_for`.
        """
        async with self._database.read() as session:
            case = await records.get_for(session, handover_id, caseworker)
            others = await records.merged_conversations(session, case.id)
            said = await records.latest_of_citizen(
                session, {case.conversation_id, *(row.id for row in others)}
            )
        if said is None or not HandoverState(case.state).open:
            return Suggestions(question=None, suggestions=[])
        question, language = said["text"], said["language"]
        return Suggestions(
            question=question, suggestions=await self._advisor.suggest(question, language)
        )
