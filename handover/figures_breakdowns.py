"""Breaks cases down by what they have in common."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bot.model import HandoverState
from handover.figures_shapes import OTHER, Counts, Group, Hour
from handover.figures_tally import Case, Fate, counts, folded
from translations.languages import SOURCE
from translations.texts import Texts

NONE = "none"
_FOLDED = ("language", "service")
_Groups = dict[str, list[Fate]]


@dataclass(frozen=True)
class Grouped:
    """Everything that is told of a range's cases, ready to be shown."""

    total: Counts
    by_office: list[Group]
    by_language: list[Group]
    by_channel: list[Group]
    by_kind: list[Group]
    by_day: list[Group]
    by_hour: list[Hour]
    by_service: list[Group]
    by_reason: list[Group]
    by_close_reason: list[Group]


_KEYS: dict[str, Callable[[Case], str]] = {
    "office": lambda case: case.office,
    "language": lambda case: case.language,
    "channel": lambda case: case.channel,
    "kind": lambda case: case.kind,
    "service": lambda case: case.service or NONE,
    "reason": lambda case: case.reason,
}


class Breakdowns:
    """Counts cases in every breakdown at once."""

    def __init__(self, offices: Sequence[str], days: Sequence[dt.date], texts: Texts) -> None:
        self._texts = texts
        self._all: list[Fate] = []
        self._by: dict[str, _Groups] = {name: defaultdict(list) for name in _KEYS}
        self._by["office"] |= {office: [] for office in offices}
        self._by_day: dict[dt.date, list[Fate]] = {day: [] for day in days}
        self._by_hour: dict[tuple[int, int], list[Fate]] = defaultdict(list)
        self._by_close_reason: _Groups = defaultdict(list)

    def add(self, case: Case, local: dt.datetime, fate: Fate) -> None:
        """Counts a case that was asked for at the `local` time."""
        self._all.append(fate)
        for name, key_of in _KEYS.items():
            self._by[name][key_of(case)].append(fate)
        self._by_day[local.date()].append(fate)
        self._by_hour[local.weekday(), local.hour].append(fate)
        if case.state == HandoverState.CLOSED:
            self._by_close_reason[case.close_reason or NONE].append(fate)

    def grouped(self) -> Grouped:
        """All breakdowns, small groups folded where they would point at somebody."""
        by = {
            name: _groups(
                folded(groups, lambda _: OTHER) if name in _FOLDED else groups,
                self._title if name == "service" else _untitled,
            )
            for name, groups in self._by.items()
        }
        return Grouped(
            total=counts(self._all),
            by_office=by["office"],
            by_language=by["language"],
            by_channel=by["channel"],
            by_kind=by["kind"],
            by_day=[_group(day.isoformat(), fates) for day, fates in self._by_day.items()],
            by_hour=[
                _hour(weekday, hour, fates)
                for (weekday, hour), fates in sorted(self._by_hour.items())
            ],
            by_service=by["service"],
            by_reason=by["reason"],
            by_close_reason=_groups(self._by_close_reason),
        )

    def _title(self, service: str) -> str | None:
        key = f"service.{service}.title"
        return self._texts.say(key, SOURCE) if self._texts.has(key) else None


def _untitled(_: str) -> None:
    return None


def _groups(groups: _Groups, title: Callable[[str], str | None] = _untitled) -> list[Group]:
    """The largest first; what is folded comes last."""
    ordered = sorted(groups.items(), key=lambda kv: (kv[0] == OTHER, -len(kv[1]), kv[0]))
    return [_group(key, fates, title(key)) for key, fates in ordered]


def _group(key: str, fates: list[Fate], title: str | None = None) -> Group:
    return Group(key=key, title=title, **dict(counts(fates)))


def _hour(weekday: int, hour: int, fates: list[Fate]) -> Hour:
    sums = counts(fates)
    return Hour(
        weekday=weekday,
        hour=hour,
        requested=sums.requested,
        abandoned=sums.abandoned,
        pickup_median_s=sums.pickup.median_s,
    )
