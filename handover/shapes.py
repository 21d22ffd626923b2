"""What the staff API takes and gives."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, SecretStr, StringConstraints

from bot.events import Event
from bot.http import Body
from bot.model import CloseReason, HandoverKind, HandoverState, Priority


class SignIn(Body):
    """User name and password; the second factor where the account has one."""

    username: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    password: Annotated[SecretStr, Field(max_length=1000)]
    totp: Annotated[str, StringConstraints(max_length=12)] | None = None


class SignedIn(Body):
    """Who is signed in."""

    username: str
    name: str
    offices: list[str]
    role: str


class Owner(Body):
    """The caseworker who claimed a handover."""

    username: str
    name: str


class HandoverView(Body):
    """A handover as a caseworker sees it; `preview` holds the citizen's last words."""

    id: str
    conversation_id: str
    office: str
    kind: HandoverKind
    priority: Priority
    state: HandoverState
    requested_at: dt.datetime
    claimed_by: Owner | None
    claimed_at: dt.datetime | None
    closed_at: dt.datetime | None
    close_reason: CloseReason | None
    channel: str
    language: str
    service: str | None
    service_title: str | None
    aspect: str | None
    reason: str
    preview: str
    phone: str | None
    text: str | None
    last_seq: int


class Handovers(Body):
    """The queue; `seq` is where the feed of events goes on from here."""

    handovers: list[HandoverView]
    seq: int


class HandoverDetail(Body):
    """A handover with its conversation."""

    handover: HandoverView
    events: list[Event]
    seq: int
    machine_translation: bool
    """Whether free text can be translated; without packages it is shown as written."""


class HandoverChanged(Body):
    """The handover now."""

    handover: HandoverView


class StateQuery(Body):
    """Which handovers are wanted."""

    state: Literal["waiting", "claimed", "closed"] = "waiting"


class Words(Body):
    """What a caseworker wants to say."""

    text: Annotated[str, StringConstraints(min_length=1, max_length=4000)]


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
    event: Event


class GoneFeed(Body):
    """A handover's conversation was erased."""

    seq: int
    type: Literal["gone"] = "gone"
    at: dt.datetime
    handover_id: str


FeedEvent = Annotated[HandoverFeed | MessageFeed | GoneFeed, Field(discriminator="type")]


class Feed(Body):
    """The consoles' feed in order."""

    events: list[FeedEvent]


class OfficeView(Body):
    """One of the county's offices."""

    id: str
    name: str
    short: str
    open: bool


class Offices(Body):
    """The county's offices."""

    offices: list[OfficeView]
