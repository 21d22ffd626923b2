"""The figures for leads: how the offices' desks do, now and over some days.

They are counted case by case from a stream of narrow rows: one pass gives all breakdowns, and
SQLite has no percentiles of its own.  Nothing is counted per caseworker, and nothing could be: no
row says who it was (no control of anybody's performance, see `figures_shapes.Figures`).
"""

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import AsyncIterator

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import OfficeId
from bot.clock import Clock
from bot.errors import Invalid, NotFound
from bot.model import Caseworker
from bot.stores.database import Database
from handover import figures_records, figures_table
from handover.figures_breakdowns import Breakdowns
from handover.figures_records import Asked
from handover.figures_shapes import Figures, FiguresQuery
from handover.figures_table import Line
from handover.figures_tally import Case, Fate, fate_of
from handover.offices import Offices
from handover.rights import FIGURES
from translations.texts import Texts

MAX_DAYS = 366


class Counting:
    """Counts the cases of those who lead an office."""

    def __init__(self, database: Database, clock: Clock, offices: Offices, texts: Texts) -> None:
        self._database = database
        self._clock = clock
        self._offices = offices
        self._texts = texts

    async def figures(self, lead: Caseworker, query: FiguresQuery) -> Figures:
        """The figures of the office asked for, or of all offices that she leads.

        Raises:
            Invalid: the range ends before it begins, or is longer than a year.
            NotFound: she does not lead that office, or it does not exist.
        """
        asked, now = self._asked(lead, query), self._clock.now()
        breakdowns = Breakdowns(asked.offices, asked.days, self._texts)
        async with self._database.read() as session:
            async for case, local, fate in self._fates(session, asked):
                breakdowns.add(case, local, fate)
            at_once = await figures_records.now(
                session, asked.offices, now, self._offices.present_since()
            )
            satisfaction = await figures_records.satisfaction(session, asked)
            conversations = await figures_records.conversations(session, asked)
        # sorting a year's times would keep everybody else waiting
        grouped = await asyncio.to_thread(breakdowns.grouped)
        return Figures(
            from_=query.from_,
            to=query.to,
            offices=list(asked.offices),
            now=at_once,
            satisfaction=satisfaction,
            conversations=conversations,
            **vars(grouped),
        )

    async def table(self, lead: Caseworker, query: FiguresQuery) -> bytes:
        """The same as a table for Excel, by day, office, language, channel and kind.

        Raises:
            Invalid, NotFound: see `figures`.
        """
        asked = self._asked(lead, query)
        lines: dict[Line, list[Fate]] = defaultdict(list)
        async with self._database.read() as session:
            async for case, local, fate in self._fates(session, asked):
                line = Line(local.date(), case.office, case.language, case.channel, case.kind)
                lines[line].append(fate)
        return await asyncio.to_thread(
            figures_table.written, lines, self._offices.county, self._texts
        )

    async def _fates(
        self, session: AsyncSession, asked: Asked
    ) -> AsyncIterator[tuple[Case, dt.datetime, Fate]]:
        """Each case, when it was asked for by the county's clocks, and what became of it."""
        now, timezone = self._clock.now(), self._offices.calendar.timezone
        async for batch in figures_records.cases(session, asked):
            for case in batch:
                local = case.requested_at.astimezone(timezone)
                yield case, local, fate_of(case, now, self._open_until)

    def _open_until(self, office: str, at: dt.datetime) -> dt.datetime | None:
        return self._offices.calendar.open_until(OfficeId(office), at)

    def _asked(self, lead: Caseworker, query: FiguresQuery) -> Asked:
        led = tuple(office for office in lead.offices_as(*FIGURES) if self._offices.has(office))
        if query.office is not None and query.office not in led:
            raise NotFound
        length = (query.to - query.from_).days + 1
        if length < 1:
            raise Invalid(to="range_backwards")
        if length > MAX_DAYS:
            raise Invalid(to="range_too_long")
        return Asked(
            offices=led if query.office is None else (query.office,),
            days=tuple(query.from_ + dt.timedelta(days=n) for n in range(length)),
            begin=self._midnight(query.from_),
            end=self._midnight(query.to + dt.timedelta(days=1)),
        )

    def _midnight(self, day: dt.date) -> dt.datetime:
        return dt.datetime.combine(day, dt.time(), self._offices.calendar.timezone)
