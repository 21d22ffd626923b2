"""What the public API takes and gives."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.events import Event, MessagePosted, StateBody
from bot.http import MAX_SEQ, Body
from bot.model import ConversationState, HandoverKind
from bot.parts import Attachment

ClientMessageId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Payload = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+){0,3}$", max_length=120)
]
LanguageCode = Annotated[str, StringConstraints(min_length=2, max_length=35)]


class StartConversation(Body):
    """Begins a conversation; `phone` is allowed on the internal listener only."""

    language: LanguageCode | None = None
    channel: Literal["web", "phone"] = "web"


class ConversationStarted(Body):
    """The token is told once and opens the conversation; the id alone opens nothing."""

    id: str
    token: str
    language: str
    direction: Literal["ltr", "rtl"]
    state: ConversationState
    messages: list[MessagePosted]


class MarkRead(Body):
    """The last event that the citizen's screen has shown."""

    seq: Annotated[int, Field(ge=0, le=2**31 - 1)]


class ConversationView(Body):
    """The conversation now."""

    id: str
    language: str
    direction: Literal["ltr", "rtl"]
    state: StateBody
    last_seq: int
    read_seq: int
    """The last event that the caseworker's screen has shown."""


class PostMessage(Body):
    """A citizen's message; `payload` is that of the pressed button, `text` then its title."""

    client_message_id: ClientMessageId
    text: str
    payload: Payload | None = None


class SendAttachment(Body):
    """One file, after an id that keeps it from being stored twice."""

    client_message_id: ClientMessageId | None = None
    file: Annotated[str, Field(json_schema_extra={"format": "binary"})]


class AttachmentTaken(Body):
    """The file as both sides see it, and the number of the message that it is in."""

    seq: int
    attachment: Attachment


class RequestPerson(Body):
    """Asks for a person: now, by call-back, or by leaving a message."""

    office: Annotated[str, StringConstraints(max_length=40)] | None = None
    kind: HandoverKind = HandoverKind.CHAT
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    text: str | None = None


class SetLanguage(Body):
    """A language by its code."""

    language: LanguageCode


class LanguageSet(Body):
    """The language that the conversation goes on in."""

    language: str
    direction: Literal["ltr", "rtl"]


class GiveFeedback(Body):
    """Whether a message (or, without `seq`, the conversation) helped."""

    seq: Annotated[int, Field(ge=0, le=MAX_SEQ)] | None = None
    helpful: bool
    comment: str | None = None


class Events(Body):
    """Events in order; ask again with the last `seq` as `after` until none come."""

    events: list[Event]


class LanguageOffered(Body):
    """A language with its own name; `translated` says how much of the bot speaks it."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]
    translated: Literal["source", "full", "partial", "machine"]


class Languages(Body):
    """The languages on offer."""

    languages: list[LanguageOffered]
    default: str


class OfficeStatus(Body):
    """Whether an office is open now, and how it can be reached from here."""

    id: str
    name: str
    short: str
    operator: str
    open: bool
    reopens_at: dt.datetime | None
    reopens_text: str | None
    phone: str
    kinds: list[HandoverKind]
    hours: list[str]
    privacy_notice: str


class CountyStatus(Body):
    """The county and the pages that it must offer."""

    name: str
    switchboard: str
    website: str
    imprint: str
    privacy_notice: str
    accessibility_statement: str


class AttachmentRules(Body):
    """Which files a citizen may send to a person: of what types, and of how many bytes at most."""

    limit: int
    types: list[str]


class Status(Body):
    """The county and its offices now; `attachments` is null where no files are taken."""

    now: dt.datetime
    county: CountyStatus
    offices: list[OfficeStatus]
    attachments: AttachmentRules | None


class WidgetTexts(Body):
    """The widget's words in one language."""

    language: str
    direction: Literal["ltr", "rtl"]
    texts: dict[str, str]


class Understand(Body):
    """A text to be understood without a conversation."""

    text: Annotated[str, Field(min_length=1)]
    language: LanguageCode | None = None


class Understood(Body):
    """What the bot would do with the text."""

    decision: Literal[
        "answer", "clarify", "handover", "crisis", "out_of_scope", "fallback", "smalltalk"
    ]
    service: str | None
    aspect: str | None
    candidates: list[str]
    confidence: float
    language: str
    via: Literal["native", "translated"]


class Ready(Body):
    """Whether the system can serve, and what is missing."""

    status: Literal["ready", "degraded", "unavailable"]
    why: list[str]


class Alive(Body):
    """The process answers."""

    status: Literal["ok"] = "ok"
