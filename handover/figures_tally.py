"""Counts cases: what became of each, and how long it took."""

import datetime as dt
import statistics
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeVar

from bot.model import HandoverKind, HandoverState
from handover.figures_shapes import SMALLEST, Counts, Times

K = TypeVar("K")
OpenUntil = Callable[[str, dt.datetime], dt.datetime | None]
"""When the office closes that is open at a moment; None: it is not open."""

_BY_CASEWORKER = (HandoverState.CLOSED, HandoverState.RETURNED)


class Case(NamedTuple):
    """What the figures know of a case: nothing about its citizen or its caseworker."""

    office: str
    channel: str
    language: str
    service: str | None
    kind: str
    reason: str
    state: str
    close_reason: str | None
    requested_at: dt.datetime
    first_claimed_at: dt.datetime | None
    closed_at: dt.datetime | None
    call_ended: bool
    call_answered: bool


class Fate(NamedTuple):
    """What became of a case; times in seconds, None where there is none yet."""

    state: str
    abandoned: bool
    pickup_s: int | None
    handling_s: int | None
    answered: bool
    missed: bool


def fate_of(case: Case, now: dt.datetime, open_until: OpenUntil) -> Fate:
    """What became of the case until now (see `figures_shapes.Counts` for what is meant)."""
    claimed, ended = case.first_claimed_at, case.closed_at
    return Fate(
        state=case.state,
        abandoned=(case.state == HandoverState.WITHDRAWN and claimed is None)
        or (
            case.kind == HandoverKind.CHAT
            and (closes := open_until(case.office, case.requested_at)) is not None
            and (claimed or ended or now) > closes
        ),
        pickup_s=_seconds(case.requested_at, claimed) if claimed else None,
        handling_s=_seconds(claimed, ended)
        if claimed and ended and case.state in _BY_CASEWORKER
        else None,
        answered=bool(case.call_answered),
        missed=bool(case.call_ended and not case.call_answered),
    )


def counts(fates: Sequence[Fate]) -> Counts:
    """The sums, as they are told."""
    states = Counter(fate.state for fate in fates)
    pickups_s = [fate.pickup_s for fate in fates if fate.pickup_s is not None]
    return Counts(
        requested=len(fates),
        picked_up=len(pickups_s),
        closed=states[HandoverState.CLOSED],
        abandoned=sum(fate.abandoned for fate in fates),
        returned=states[HandoverState.RETURNED],
        merged=states[HandoverState.MERGED],
        withdrawn=states[HandoverState.WITHDRAWN],
        open=states[HandoverState.WAITING] + states[HandoverState.CLAIMED],
        calls_answered=sum(fate.answered for fate in fates),
        calls_missed=sum(fate.missed for fate in fates),
        pickup=times(pickups_s),
        handling=times([fate.handling_s for fate in fates if fate.handling_s is not None]),
    )


def times(seconds: Sequence[int]) -> Times:
    """Median and 90th percentile, between two values where they fall there; none of too few."""
    if len(seconds) < SMALLEST:
        return Times(cases=len(seconds), median_s=None, p90_s=None)
    tenths = statistics.quantiles(seconds, n=10, method="inclusive")
    return Times(cases=len(seconds), median_s=round(tenths[4]), p90_s=round(tenths[8]))


def folded(fates: Mapping[K, list[Fate]], into: Callable[[K], K]) -> dict[K, list[Fate]]:
    """The groups, with those of fewer than three cases under the key that `into` makes of theirs.

    A lone speaker of Tigrinya in Tuesday's figures is a person whom colleagues recognise, and so
    is the only one who asked about a rare service; the figures are about the office.
    """
    result: dict[K, list[Fate]] = defaultdict(list)
    for key, group in fates.items():
        result[into(key) if len(group) < SMALLEST else key] += group
    return dict(result)


def _seconds(begin: dt.datetime, end: dt.datetime) -> int:
    return round((end - begin).total_seconds())
