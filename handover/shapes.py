"""What the staff API takes and gives."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from bot.catalogue.schema import OfficeId
from bot.events import Event
from bot.http import Body
from bot.model import (
    CallOutcome,
    CallState,
    Caseworker,
    CloseReason,
    HandoverKind,
    HandoverState,
    Outcome,
    Priority,
    Role,
    SnoozeReason,
)


class SignIn(Body):
    """User name and password; the second factor where the account has one."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Annotated[SecretStr, Field(max_length=1000)]
    totp: Annotated[str, StringConstraints(max_length=12)] | None = None


class MembershipView(Body):
    """What somebody is in one office, and in which of its teams."""

    office: str
    role: Role
    team: str | None


class SignedIn(Body):
    """Who is signed in.

    `offices` are those whose cases she works on; `memberships` says what she is in each office.
    """

    username: str
    name: str
    offices: list[str]
    role: Role
    memberships: list[MembershipView]
    languages: list[str]
    extension: str | None
    away: bool
    must_change_password: bool
    must_set_up_totp: bool

    @classmethod
    def of(cls, caseworker: Caseworker) -> "SignedIn":
        """Whom a session stands for."""
        memberships = [
            MembershipView(office=m.office, role=m.role, team=m.team)
            for m in caseworker.memberships
        ]
        return cls(
            username=caseworker.username,
            name=caseworker.name,
            offices=list(caseworker.offices),
            role=memberships[0].role if memberships else Role.CASEWORKER,
            memberships=memberships,
            languages=list(caseworker.languages),
            extension=caseworker.extension,
            away=caseworker.away,
            must_change_password=caseworker.must_change_password,
            must_set_up_totp=caseworker.must_set_up_totp,
        )


class Owner(Body):
    """The caseworker who claimed a handover."""

    username: str
    name: str


class Attempt(Body):
    """One try to reach the citizen."""

    at: dt.datetime
    by: str
    outcome: Outcome
    note: str | None


class CallView(Body):
    """One try to put the caller through.

    `to`: whose extension it is; null: it rings at several.  `outcome`: null while it rings, and
    where the caller hung up first.
    """

    extension: str
    to: Owner | None
    state: CallState
    dialled_at: dt.datetime
    answered_at: dt.datetime | None
    ended_at: dt.datetime | None
    outcome: CallOutcome | None


class HandoverView(Body):
    """A handover as a caseworker sees it; `preview` holds the citizen's last words.

    `snoozed_until`: its owner waits for something until then.  `due_at`: until when a call-back or
    a message is to be answered.  `offered_to`: who is asked to take it.  `merged_into`: the case
    in which it goes on.  `citizen_read_seq`: the last event that the citizen's screen has shown.
    `phone` is where she wants to be called back, `caller` where she has called from.
    `text_german`: what the machine made of `text`; `text_not_translated` why it made nothing.
    """

    id: str
    conversation_id: str
    office: str
    team: str | None
    kind: HandoverKind
    priority: Priority
    state: HandoverState
    requested_at: dt.datetime
    claimed_by: Owner | None
    claimed_at: dt.datetime | None
    closed_at: dt.datetime | None
    close_reason: CloseReason | None
    due_at: dt.datetime | None
    snoozed_until: dt.datetime | None
    snooze_reason: SnoozeReason | None
    offered_to: Owner | None
    offered_at: dt.datetime | None
    merged_into: str | None
    attempts: list[Attempt]
    calls: list[CallView]
    notes: int
    channel: str
    language: str
    service: str | None
    service_title: str | None
    aspect: str | None
    reason: str
    preview: str
    phone: str | None
    caller: str | None
    text: str | None
    text_german: str | None
    text_not_translated: str | None
    last_seq: int
    citizen_read_seq: int
    held: bool
    """Whether nothing of it may be erased."""


class Note(Body):
    """What one caseworker tells the others; no citizen sees it."""

    id: str
    at: dt.datetime
    by: str
    text: str


class WriteNote(Body):
    """A note; the same `client_note_id` again adds nothing twice."""

    client_note_id: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = None
    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


class NoteAdded(Body):
    """The note as it is kept."""

    note: Note


class AlsoWritten(Body):
    """Another conversation of the same citizen that was merged into the case."""

    conversation_id: str
    language: str
    events: list[Event]


class AttachmentView(Body):
    """A file that the citizen sent; its content is at `…/attachments/{id}`."""

    id: str
    conversation_id: str
    name: str
    media_type: str
    size: int
    at: dt.datetime


class Transfer(Body):
    """Where a case goes: to a colleague, to a team of its office, or to another office.

    Exactly one of `caseworker` (user name), `team` and `office` is named; `team` may stand beside
    `office`.
    """

    caseworker: Annotated[str, StringConstraints(max_length=100)] | None = None
    team: Annotated[str, StringConstraints(max_length=100)] | None = None
    office: Annotated[str, StringConstraints(max_length=100)] | None = None
    note: Annotated[str, StringConstraints(max_length=4000)] | None = None


class Snooze(Body):
    """Until when, and what for, the owner waits; `until` null ends it."""

    until: dt.datetime | None
    reason: SnoozeReason | None = None


class Merge(Body):
    """The case in which this one is to go on."""

    into: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class TryToReach(Body):
    """How a try to reach the citizen ended."""

    outcome: Outcome
    note: Annotated[str, StringConstraints(max_length=1000)] | None = None


class MarkRead(Body):
    """The last event of the conversation that the screen has shown."""

    seq: Annotated[int, Field(ge=0, le=2**31 - 1)]


class Presence(Body):
    """Whether one takes no cases for now."""

    away: bool


class Suggestion(Body):
    """An answer of the catalogue to the citizen's last question, in German.

    Sent with its `service` and `aspect` and unaltered, it reaches the citizen in the catalogue's
    words of her language.
    """

    service: str
    service_title: str
    aspect: str
    text: str
    source: str | None
    checked_on: dt.date | None
    confidence: float


class Suggestions(Body):
    """What the catalogue has to say, the likeliest first; `question` is what it answers."""

    question: str | None
    suggestions: list[Suggestion]


class Answers(Body):
    """The catalogue's answer that a reply repeats."""

    service: Annotated[str, StringConstraints(max_length=100)]
    aspect: Annotated[str, StringConstraints(max_length=100)]


class Colleague(Body):
    """Somebody who works on an office's cases, and whether she takes any now."""

    username: str
    name: str
    offices: list[str]
    languages: list[str]
    present: bool
    open_cases: int


class Colleagues(Body):
    """Those of one's own offices."""

    colleagues: list[Colleague]


class SearchQuery(Body):
    """What is sought in one's own offices' cases."""

    q: Annotated[str, StringConstraints(min_length=2, max_length=100)]


class Found(Body):
    """A case in which it was found, with the words around it."""

    handover: HandoverView
    excerpt: str | None


class SearchResult(Body):
    """The cases, latest first; `more`: there are more than are shown."""

    found: list[Found]
    more: bool


class Handovers(Body):
    """The queue; `seq` is where the feed of events goes on from here."""

    handovers: list[HandoverView]
    seq: int


class HandoverDetail(Body):
    """A handover with its conversation, and whatever else belongs to the case."""

    handover: HandoverView
    events: list[Event]
    also: list[AlsoWritten]
    notes: list[Note]
    attachments: list[AttachmentView]
    seq: int
    machine_translation: bool
    """Whether free text can be translated; without packages it is shown as written."""


class HandoverChanged(Body):
    """The handover now."""

    handover: HandoverView


class HandoverMoved(Body):
    """The handover now; null where it is no longer the asker's to see."""

    handover: HandoverView | None


class StateQuery(Body):
    """Which handovers are wanted."""

    state: Literal["waiting", "claimed", "closed"] = "waiting"


class Words(Body):
    """What a caseworker wants to say; `answers` where it repeats a suggestion."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]
    answers: Answers | None = None


class Reply(Words):
    """A caseworker's message."""

    client_message_id: Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Preview(Body):
    """How a message will read; `not_translated` says why it stays German."""

    text: str
    language: str
    german: str
    by: Literal["machine", "draft", "reviewed"] | None
    not_translated: str | None


class TemplateQuery(Body):
    """For which office; all, where none is named."""

    office: OfficeId | None = None


class Template(Body):
    """Words of the office, ready to be sent once its `{fields}` are filled in."""

    id: str
    text: str
    fields: list[str]


class Templates(Body):
    """The templates on offer."""

    templates: list[Template]


class RenderAgain(Body):
    """Which of the citizen's messages is to be translated anew."""

    seq: Annotated[int, Field(ge=1, le=2**31 - 1)]


class Rendered(Body):
    """A citizen's message with its latest translation."""

    event: Event


class Return(Body):
    """Where a claimed handover goes back to."""

    to: Literal["queue", "bot"]


class Close(Body):
    """Why a handover ends."""

    reason: CloseReason


class HandoverFeed(Body):
    """A handover changed."""

    seq: int
    type: Literal["handover"] = "handover"
    at: dt.datetime
    handover: HandoverView


class MessageFeed(Body):
    """A message was added to a handover's conversation."""

    seq: int
    type: Literal["message"] = "message"
    at: dt.datetime
    handover_id: str
    conversation_id: str
    event: Event


class NoteFeed(Body):
    """A note was added to a handover."""

    seq: int
    type: Literal["note"] = "note"
    at: dt.datetime
    handover_id: str
    note: Note
    notes: int
    """How many the handover has now."""


class GoneFeed(Body):
    """A handover's conversation was erased."""

    seq: int
    type: Literal["gone"] = "gone"
    at: dt.datetime
    handover_id: str


FeedEvent = Annotated[HandoverFeed | MessageFeed | NoteFeed | GoneFeed, Field(discriminator="type")]


class Feed(Body):
    """The consoles' feed in order."""

    events: list[FeedEvent]


class TeamView(Body):
    """A part of an office."""

    id: str
    name: str


class OfficeView(Body):
    """One of the county's offices."""

    id: str
    name: str
    short: str
    open: bool
    reopens_at: dt.datetime | None
    teams: list[TeamView]
    offer_timeout_s: int
    """How long a case stays offered to one caseworker."""


class OfficeList(Body):
    """The county's offices."""

    offices: list[OfficeView]
