"""The numbered events of a conversation, as they are stored, streamed and exported."""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.model import Author, ConversationState, WishKind
from bot.parts import AnyPart


class Shape(BaseModel):
    """Base of all that goes over the wire: unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class TranslationNote(Shape):
    """That the words are a translation: of which language, by whom, and the original."""

    of: str
    by: Literal["machine", "draft", "reviewed"]
    original: str


class Heard(Shape):
    """That a message was spoken; `confidence` (0 to 1) is how sure its words were recognised."""

    confidence: Annotated[float, Field(ge=0, le=1)]


class Wish(Shape):
    """What a caller wants of people; the phone line asks for what is needed and passes it on."""

    kind: WishKind
    office: str | None = None
    """Where it is known."""


class Message(Shape):
    """Something said; what a store keeps of it before it has a number."""

    author: Author
    text: str
    language: str
    parts: list[AnyPart] = []
    translation: TranslationNote | None = None
    not_translated: str | None = None
    """Why a translation that was wanted is missing (`translations.machine.gates.Reason`)."""
    service: str | None = None
    aspect: str | None = None
    source: str | None = None
    checked_on: dt.date | None = None
    reviewed_on: dt.date | None = None
    client_message_id: str | None = None
    name: str | None = None
    """The caseworker's name as citizens see it."""
    heard: Heard | None = None
    """Of what was said on the phone: how well it was understood."""
    wish: Wish | None = None
    """On the phone alone: what the citizen wants, where the message is no more than the first word
    of what the call does about it."""


class StateBody(Shape):
    """Who owns the conversation now, and what the citizen may expect."""

    state: ConversationState
    office: str | None = None
    position: int | None = None
    wait_s: int | None = None
    reopens_at: dt.datetime | None = None
    with_: Annotated[str | None, Field(alias="with")] = None
    snoozed_until: dt.datetime | None = None
    """Until when its owner waits for something; he stays the owner."""
    text: str | None = None

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class MessagePosted(Message):
    """A message with its number in the conversation."""

    seq: int
    type: Literal["message"] = "message"
    at: dt.datetime
    automated: bool


class StateChanged(StateBody):
    """A change of ownership with its number in the conversation."""

    seq: int
    type: Literal["state"] = "state"
    at: dt.datetime


Event = Annotated[MessagePosted | StateChanged, Field(discriminator="type")]
"""What `events` returns: one numbered event of a conversation."""
