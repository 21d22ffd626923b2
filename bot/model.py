"""The words of the domain: channels, authors, states, and what passes between packages."""

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal


class Channel(StrEnum):
    """How a citizen reaches the bot."""

    WEB = "web"
    PHONE = "phone"


class Author(StrEnum):
    """Who wrote a message."""

    CITIZEN = "citizen"
    BOT = "bot"
    CASEWORKER = "caseworker"
    SYSTEM = "system"

    @property
    def automated(self) -> bool:
        """Whether no human being chose these words for this citizen (KI-VO, Art. 50)."""
        return self in (Author.BOT, Author.SYSTEM)


class ConversationState(StrEnum):
    """Who owns a conversation."""

    BOT = "bot"
    WAITING = "waiting"
    CLAIMED = "claimed"
    CALLBACK = "callback"
    CLOSED = "closed"

    @property
    def belongs_to_a_person(self) -> bool:
        """Whether messages go to a caseworker and never to the bot."""
        return self in (ConversationState.WAITING, ConversationState.CLAIMED)


class HandoverKind(StrEnum):
    """How the citizen wants to hear from a person."""

    CHAT = "chat"
    CALLBACK = "callback"
    MESSAGE = "message"


class HandoverState(StrEnum):
    """Where a handover stands; the last three are final."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RETURNED = "returned"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"

    @property
    def open(self) -> bool:
        """Whether somebody still has to act on it."""
        return self in (HandoverState.WAITING, HandoverState.CLAIMED)


class Priority(StrEnum):
    """How urgent a handover is."""

    NORMAL = "normal"
    CRISIS = "crisis"


class CloseReason(StrEnum):
    """Why a caseworker closed a handover."""

    RESOLVED = "resolved"
    NO_ANSWER = "no_answer"
    WRONG_OFFICE = "wrong_office"
    ABUSE = "abuse"
    OTHER = "other"


class Decision(StrEnum):
    """What the bot decides to do with one message."""

    ANSWER = "answer"
    CLARIFY = "clarify"
    HANDOVER = "handover"
    CRISIS = "crisis"
    OUT_OF_SCOPE = "out_of_scope"
    FALLBACK = "fallback"
    SMALLTALK = "smalltalk"


@dataclass(frozen=True)
class Ranked:
    """An intent with the classifier's confidence, from 0 to 1."""

    name: str
    confidence: float


@dataclass(frozen=True)
class DialogueTurn:
    """What Rasa's rules made of one message: acts to carry out and the state to send next time."""

    acts: tuple[dict[str, Any], ...]
    ranking: tuple[Ranked, ...]
    state: dict[str, Any]
    aspect: str | None = None

    @property
    def confidence(self) -> float:
        """The confidence in the first-ranked intent."""
        return self.ranking[0].confidence if self.ranking else 0.0


@dataclass(frozen=True)
class Understanding:
    """What one message was understood to ask for."""

    decision: Decision
    language: str
    service: str | None = None
    aspect: str | None = None
    candidates: tuple[str, ...] = ()
    confidence: float = 0.0
    via: Literal["native", "translated"] = "native"
    crisis: str | None = None
    turn: DialogueTurn | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Caseworker:
    """A signed-in member of staff."""

    id: str
    username: str
    name: str
    offices: tuple[str, ...]
    role: str


@dataclass(frozen=True)
class OfficeHours:
    """Whether an office is open now, and when it opens next (None: no opening is known)."""

    open: bool
    reopens_at: dt.datetime | None
