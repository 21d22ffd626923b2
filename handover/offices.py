"""What the county's offices offer: their names, when they are there, how one reaches them."""

import datetime as dt

from sqlalchemy.ext.asyncio import AsyncSession

from bot.catalogue.schema import County, Office, OfficeId
from bot.clock import Clock
from bot.model import Channel, HandoverKind, OfficeHours
from bot.settings import Settings
from handover import records
from handover.hours import Calendar
from translations.languages import SOURCE
from translations.texts import Texts


class Offices:
    """The county's offices."""

    def __init__(self, clock: Clock, county: County, texts: Texts, settings: Settings) -> None:
        self._clock = clock
        self._texts = texts
        self._settings = settings
        self.county = county
        self.calendar = Calendar(county)
        self._by_id = {office.id: office for office in county.offices}

    @property
    def ids(self) -> list[OfficeId]:
        """All of them."""
        return list(self._by_id)

    def office(self, office: OfficeId) -> Office:
        """The office's entry in the county file."""
        return self._by_id[office]

    def has(self, office: str) -> bool:
        """Whether the county has such an office."""
        return any(known == office for known in self._by_id)

    def has_team(self, office: OfficeId, team: str) -> bool:
        """Whether the office has such a team."""
        return any(known.id == team for known in self._by_id[office].teams)

    def name_of(self, office: OfficeId, language: str) -> str:
        """The office as citizens who speak the language call it."""
        if language == SOURCE:
            return self.office(office).short
        return self._texts.say(f"bot.office_{office}", language)

    def hours_of(self, office: OfficeId) -> OfficeHours:
        """Whether somebody is there now, and when next."""
        return self.calendar.hours_of(office, self._clock.now())

    def is_open(self, office: OfficeId) -> bool:
        """Whether somebody is there now."""
        return self.hours_of(office).open

    def kinds(self, office: OfficeId, channel: str = Channel.WEB) -> list[HandoverKind]:
        """How a person of the office can be reached from here now; empty: not from here."""
        if self._by_id[office].handover != "console":
            return []
        later = [HandoverKind.CALLBACK, HandoverKind.MESSAGE]
        return [HandoverKind.live_on(channel), *later] if self.is_open(office) else later

    def due_at(
        self, office: OfficeId, kind: HandoverKind, asked: dt.datetime
    ) -> dt.datetime | None:
        """Until when a call-back or a message that was asked for then is to be answered."""
        if kind.live:
            return None
        hours = dt.timedelta(hours=self._by_id[office].routing.due_hours)
        return self.calendar.after_open_hours(office, asked, hours)

    async def on_duty(self, session: AsyncSession, office: OfficeId) -> bool:
        """Whether the office is open and one of its caseworkers is signed in and present."""
        if HandoverKind.CHAT not in self.kinds(office):
            return False
        return await records.somebody_seen(session, office, self.present_since())

    def present_since(self) -> dt.datetime:
        """Whoever gave a sign since then counts as present."""
        return self._clock.now() - dt.timedelta(seconds=self._settings.presence_s)
