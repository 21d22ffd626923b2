"""What the figures for leads look like, and what each of them counts."""

import datetime as dt
from typing import Annotated

from pydantic import Field

from bot.http import Body

OTHER = "other"
"""The key of the group into which small groups are folded."""
SMALLEST = 3
"""Cases from which on a group is shown under its own name, and a time is told at all."""

_Day = Annotated[dt.date, Field(ge=dt.date(2000, 1, 1), le=dt.date(2999, 12, 31))]


class FiguresQuery(Body):
    """The days asked for, local to the county and both included; all of one's offices, or one."""

    office: str | None = None
    from_: _Day = Field(alias="from")
    to: _Day


class Times(Body):
    """Of how many cases a time was taken, its median and its 90th percentile in seconds.

    Both are null from fewer than three cases: that would be one person's wait, or one person's
    work.
    """

    cases: int
    median_s: int | None
    p90_s: int | None


class Counts(Body):
    """What became of the cases that were asked for in the range, until now.

    `picked_up`: a caseworker took it at least once.  `abandoned`: its citizen withdrew it before
    anybody had taken it; or it was a chat that nobody had taken when its office closed, be it for
    lunch (taken afterwards it counts as picked up too).  `closed`, `returned`,
    `merged`, `withdrawn` and `open` add up to `requested`: ended by a caseworker, given back to
    the bot, gone on in another case, ended by its citizen, and not ended.  `pickup`: from the
    request to the first caseworker, by the clock on the wall, nights included.  `handling`: from
    the first caseworker until a caseworker closed it or gave it back to the bot, waits included.
    `calls_answered`: cases whose caller was put through at least once; `calls_missed`: those whose
    caller was not, although it rang, whatever kind of case it became.
    """

    requested: int
    picked_up: int
    closed: int
    abandoned: int
    returned: int
    merged: int
    withdrawn: int
    open: int
    calls_answered: int
    calls_missed: int
    pickup: Times
    handling: Times


class Group(Counts):
    """The cases that have `key` in common; services have a German title beside it."""

    key: str
    title: str | None = None


class Hour(Body):
    """The cases that were asked for at that hour of that weekday (0 is Monday), local time."""

    weekday: int
    hour: int
    requested: int
    abandoned: int
    pickup_median_s: int | None


class WaitingNow(Body):
    """How many wait for a chat, to be put through, for a call-back, for an answer."""

    chat: int
    call: int
    callback: int
    message: int


class Now(Body):
    """The desk at this moment.

    `longest_wait_s`: since when the first of those who wait has waited; null: nobody waits.
    `snoozed` are among the `claimed`.  `overdue`: open and past `due_at`.  `present`: caseworkers
    who are signed in, gave a sign lately and are not away.
    """

    at: dt.datetime
    waiting: WaitingNow
    longest_wait_s: int | None
    claimed: int
    snoozed: int
    overdue: int
    present: int


class Satisfaction(Body):
    """What citizens of the range's cases said of the answers they got, by person or bot."""

    office: str
    helpful: int
    not_helpful: int


class ConversationFigures(Body):
    """Conversations of the whole county that began in the range, and those handed over.

    `handed_over` are those among them that came to one of the offices asked for.
    """

    total: int
    handed_over: int


class Figures(Body):
    """An office's figures.

    Cases count on the day on which they were asked for, in the office where they are now.  Those
    of erased conversations are gone.  There is nothing per caseworker: the figures are no control
    of anybody's performance (BetrVG, § 87 (1) no. 6; BPersVG, § 80 (1) no. 21, and the laws of the
    Länder like it).  Groups of `by_language` and `by_service` with fewer than three cases stand
    together under `other`, which comes last; `none` is the key of those that have no service or no
    reason for closing.
    """

    from_: dt.date = Field(alias="from")
    to: dt.date
    offices: list[str]
    now: Now
    total: Counts
    by_office: list[Group]
    by_language: list[Group]
    by_channel: list[Group]
    by_kind: list[Group]
    by_day: list[Group]
    """Every day of the range in order."""
    by_hour: list[Hour]
    """Hours in which nobody asked are left out."""
    by_service: list[Group]
    by_reason: list[Group]
    """Why a person was asked for."""
    by_close_reason: list[Group]
    """Closed cases alone."""
    satisfaction: list[Satisfaction]
    conversations: ConversationFigures
