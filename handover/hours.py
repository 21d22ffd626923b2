"""When the offices are open: weekly hours, the Land's public holidays and single closed days."""

import datetime as dt
from zoneinfo import ZoneInfo

import holidays

from bot.catalogue.schema import WEEKDAYS, County, Hours, Office, OfficeId
from bot.model import OfficeHours

_HORIZON_DAYS = 60


class Calendar:
    """Answers, for the county's offices, whether they are open at a moment."""

    def __init__(self, county: County) -> None:
        self.timezone = ZoneInfo(county.timezone)
        self._offices = {office.id: office for office in county.offices}
        self._holidays = holidays.country_holidays("DE", subdiv=county.state)

    def hours_of(self, office: OfficeId, at: dt.datetime) -> OfficeHours:
        """Whether `office` is open at `at` (aware), and when it opens next if it is not."""
        local = at.astimezone(self.timezone)
        if any(begin <= local < end for begin, end in self._intervals(office, local.date())):
            return OfficeHours(open=True, reopens_at=None)
        return OfficeHours(open=False, reopens_at=self._next_opening(office, local))

    def _next_opening(self, office: OfficeId, local: dt.datetime) -> dt.datetime | None:
        for days in range(_HORIZON_DAYS):
            day = local.date() + dt.timedelta(days=days)
            for begin, _ in self._intervals(office, day):
                if begin > local:
                    return begin
        return None

    def _intervals(self, office: OfficeId, day: dt.date) -> list[tuple[dt.datetime, dt.datetime]]:
        if day in self._holidays or day in self._offices[office].closed_on:
            return []
        rows = _weekly(self._offices[office], day)
        return [(self._moment(day, row.from_), self._moment(day, row.to)) for row in rows]

    def _moment(self, day: dt.date, clock: str) -> dt.datetime:
        return dt.datetime.combine(day, dt.time.fromisoformat(clock), self.timezone)


def _weekly(office: Office, day: dt.date) -> list[Hours]:
    return sorted(office.hours.get(WEEKDAYS[day.weekday()], []), key=lambda row: row.from_)
