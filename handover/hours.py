"""When the offices are open: weekly hours, the Land's public holidays, closed days and closures."""

import datetime as dt
from collections.abc import Iterator
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from bot.catalogue.schema import WEEKDAYS, Closure, County, Hours, Office, OfficeId
from bot.model import OfficeHours

Interval = tuple[dt.datetime, dt.datetime]
_HORIZON_DAYS = 60
_DAYS_KEPT = 4096
"""Days that are kept, once worked out: a year of each office for the figures."""


class Calendar:
    """Answers, for the county's offices, whether they are open at a moment.

    Chat, call-backs and telephone all ask here, so that nobody is offered a person on one way
    whom he would not find on the other.
    """

    def __init__(self, county: County) -> None:
        self.timezone = ZoneInfo(county.timezone)
        self._offices = {office.id: office for office in county.offices}
        self._holidays = holidays.country_holidays("DE", subdiv=county.state)
        self.openings = lru_cache(_DAYS_KEPT)(self._openings)
        """From when to when an office is open on a day, in order."""

    def hours_of(self, office: OfficeId, at: dt.datetime) -> OfficeHours:
        """Whether `office` is open at `at` (aware), and when it opens next if it is not."""
        begin = next((begin for begin, _ in self._from(office, at)), None)
        if begin is not None and begin <= at:
            return OfficeHours(open=True, reopens_at=None)
        return OfficeHours(open=False, reopens_at=begin)

    def after_open_hours(
        self, office: OfficeId, at: dt.datetime, length: dt.timedelta
    ) -> dt.datetime | None:
        """When the office will have been open for `length` from `at` on (None: not foreseeable)."""
        left = length
        for begin, end in self._from(office, at):
            begin = max(begin, at)
            if end - begin >= left:
                return begin + left
            left -= end - begin
        return None

    def open_until(self, office: OfficeId, at: dt.datetime) -> dt.datetime | None:
        """When the office that is open at `at` closes, be it for lunch (None: it is not open)."""
        openings = self.openings(office, at.astimezone(self.timezone).date())
        return next((end for begin, end in openings if begin <= at < end), None)

    def _openings(self, office: OfficeId, day: dt.date) -> list[Interval]:
        entry = self._offices[office]
        if day in self._holidays or day in entry.closed_on:
            return []
        intervals = [
            (self._moment(day, row.from_), self._moment(day, row.to)) for row in _weekly(entry, day)
        ]
        for closure in entry.closures:
            intervals = [left for i in intervals for left in self._without(i, closure)]
        return intervals

    def _from(self, office: OfficeId, at: dt.datetime) -> Iterator[Interval]:
        """The opening intervals that end after `at`, in order, as far as one looks ahead."""
        first = at.astimezone(self.timezone).date()
        for days in range(_HORIZON_DAYS):
            for begin, end in self.openings(office, first + dt.timedelta(days=days)):
                if end > at:
                    yield begin, end

    def _without(self, interval: Interval, closure: Closure) -> list[Interval]:
        """What the closure leaves of an interval."""
        begin, end = interval
        shut, opens = (m.replace(tzinfo=self.timezone) for m in (closure.from_, closure.to))
        pieces = [(begin, min(end, shut)), (max(begin, opens), end)]
        return [piece for piece in pieces if piece[0] < piece[1]]

    def _moment(self, day: dt.date, clock: str) -> dt.datetime:
        return dt.datetime.combine(day, dt.time.fromisoformat(clock), self.timezone)


def _weekly(office: Office, day: dt.date) -> list[Hours]:
    return sorted(office.hours.get(WEEKDAYS[day.weekday()], []), key=lambda row: row.from_)
