"""What the public API takes and gives."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from bot.catalogue.schema import Extension
from bot.events import Event, Heard, MessagePosted, StateBody
from bot.http import MAX_SEQ, Body
from bot.mail_address import LONGEST
from bot.model import CallOutcome, ConversationState, HandoverKind
from bot.parts import AnyPart, Attachment

ClientMessageId = Annotated[str, StringConstraints(min_length=1, max_length=64)]
Payload = Annotated[
    str, StringConstraints(pattern=r"^[a-z0-9_]+(/[a-z0-9_]+){0,3}$", max_length=120)
]
CallerNumber = Annotated[str, StringConstraints(pattern=r"^\+?[0-9 ()/.-]{1,30}$")]
LanguageCode = Annotated[str, StringConstraints(min_length=2, max_length=35)]


class StartConversation(Body):
    """Begins a conversation; `phone` is allowed on the internal listener only."""

    language: LanguageCode | None = None
    channel: Literal["web", "phone"] = "web"
    caller: CallerNumber | None = None
    """On the phone: the number that the telephone showed, where it was not withheld."""


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
    heard: Heard | None = None
    """On the phone: how sure the words are."""


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
    kind: Literal[HandoverKind.CHAT, HandoverKind.CALLBACK, HandoverKind.MESSAGE] = (
        HandoverKind.CHAT
    )
    phone: Annotated[str, StringConstraints(max_length=40)] | None = None
    text: str | None = None


class PutThrough(Body):
    """Which office is to be called: that of the last service talked about, if unnamed."""

    office: Annotated[str, StringConstraints(max_length=40)] | None = None


class DialledView(Body):
    """The extension to dial.

    `name`: the caseworker whose it is; `speaks`: whether she speaks the caller's language.  Both
    are null where it rings at several.
    """

    office: str
    office_name: str
    extension: str
    name: str | None
    speaks: bool | None


class CallEnded(Body):
    """How the try to reach that extension ended; `answered` as soon as somebody has."""

    outcome: CallOutcome
    extension: Extension


class WriteMemo(Body):
    """A service of the catalogue, by its id."""

    service: Annotated[str, StringConstraints(max_length=60)]


class MailMemo(WriteMemo):
    """The same, with the address that the caller spelled and confirmed; mailed once for each id."""

    client_message_id: ClientMessageId
    address: Annotated[str, StringConstraints(max_length=LONGEST)]


class MemoMade(Body):
    """The code is told once and opens the memo until then."""

    code: str
    expires_at: dt.datetime


class OpenMemo(Body):
    """A code as it was typed."""

    code: Annotated[str, StringConstraints(max_length=60)]


class MemoSection(Body):
    """The memo in one language; `translated_by` is null in German."""

    language: str
    direction: Literal["ltr", "rtl"]
    translated_by: Literal["draft", "reviewed", "machine"] | None
    text: str
    parts: list[AnyPart]


class MemoView(Body):
    """What a caller had written down, as the catalogue has it now; German comes first."""

    automated: Literal[True] = True
    title: str
    made_at: dt.datetime
    expires_at: dt.datetime
    sections: list[MemoSection]


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


class ReadAloud(Body):
    """The number of a message of the bot or of a caseworker."""

    seq: Annotated[int, Field(ge=0, le=MAX_SEQ)]


class Listen(Body):
    """The first frame to `listen`: the token, which must not stand in an address."""

    type: Literal["start"]
    token: str


class ListenEnd(Body):
    """The last frame to `listen`: everything was said."""

    type: Literal["end"]


class Captioned(Body):
    """What `listen` understood; `confidence` (0 to 1) is how sure that is."""

    type: Literal["caption"] = "caption"
    text: str
    confidence: float


class ListenFailed(Body):
    """Why `listen` understood nothing, in the citizen's language."""

    type: Literal["error"] = "error"
    code: str
    message: str


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


class VoiceOffer(Body):
    """The languages in which a citizen may speak to the chat, for at most so many seconds, and
    those in which messages are read aloud; none while nothing here hears or speaks.
    """

    listen: list[str]
    speak: list[str]
    utterance_s: int


class Status(Body):
    """The county and its offices now; `attachments` is null where no files are taken."""

    now: dt.datetime
    county: CountyStatus
    offices: list[OfficeStatus]
    attachments: AttachmentRules | None
    voice: VoiceOffer


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
