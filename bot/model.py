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
    CALL = "call"
    CALLBACK = "callback"
    MESSAGE = "message"

    @property
    def live(self) -> bool:
        """Whether the citizen waits for somebody now, and does not want to be reached later."""
        return self in (HandoverKind.CHAT, HandoverKind.CALL)

    @classmethod
    def live_on(cls, channel: str) -> "HandoverKind":
        """How somebody on that channel talks to a person at once."""
        return cls.CALL if channel == Channel.PHONE else cls.CHAT


class WishKind(StrEnum):
    """What a caller wants of people, where the call itself asks for all that is needed."""

    PERSON = "person"
    CALLBACK = "callback"
    MESSAGE = "message"
    APPOINTMENT = "appointment"


class HandoverState(StrEnum):
    """Where a handover stands; all but the first two are final."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RETURNED = "returned"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    MERGED = "merged"

    @property
    def open(self) -> bool:
        """Whether somebody still has to act on it."""
        return self in (HandoverState.WAITING, HandoverState.CLAIMED)


class CallState(StrEnum):
    """Where a call to somebody of an office stands; the last two are final."""

    RINGING = "ringing"
    TALKING = "talking"
    OVER = "over"
    MISSED = "missed"


class CallOutcome(StrEnum):
    """How the PBX's try to reach somebody ended."""

    ANSWERED = "answered"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"


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


class SnoozeReason(StrEnum):
    """What the owner of a handover waits for."""

    DOCUMENTS = "documents"
    REPLY = "reply"
    COLLEAGUE = "colleague"
    APPOINTMENT = "appointment"
    OTHER = "other"


class Outcome(StrEnum):
    """How a try to reach a citizen ended."""

    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    WRONG_NUMBER = "wrong_number"
    LEFT_MESSAGE = "left_message"


class Role(StrEnum):
    """What somebody is in an office; what each may do stands in `handover.rights`."""

    CASEWORKER = "caseworker"
    LEAD = "lead"
    ADMIN = "admin"
    AUDITOR = "auditor"


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

    @property
    def form(self) -> str | None:
        """The name of the form that the rules gather answers for, if they do."""
        return self.state.get("loop")

    def state_without_form(self) -> dict[str, Any]:
        """The state as if no form had begun: what it gathered is forgotten."""
        service = self.state.get("slots", {}).get("service")
        slots = {"service": service} if service else {}
        return self.state | {"slots": slots, "intent": None, "loop": None, "requested_slot": None}


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
class Membership:
    """What somebody is in one office, and in which of its teams."""

    office: str
    role: Role
    team: str | None = None


@dataclass(frozen=True)
class Caseworker:
    """Somebody who is signed in."""

    id: str
    username: str
    name: str
    memberships: tuple[Membership, ...]
    languages: tuple[str, ...] = ()
    away: bool = False
    session_id: str = ""
    must_change_password: bool = False
    must_set_up_totp: bool = False
    extension: str | None = None

    def offices_as(self, *roles: Role) -> tuple[str, ...]:
        """The offices in which one is one of these."""
        return tuple(m.office for m in self.memberships if m.role in roles)

    @property
    def offices(self) -> tuple[str, ...]:
        """The offices whose cases one may see and work on."""
        return self.offices_as(Role.CASEWORKER, Role.LEAD)


@dataclass(frozen=True)
class Dialled:
    """Where a caller is put through to.

    `name` is that of the caseworker, and `speaks` whether she speaks the caller's language; both
    are None where it rings at several.
    """

    office: str
    office_name: str
    extension: str
    name: str | None
    speaks: bool | None


@dataclass(frozen=True)
class OfficeHours:
    """Whether an office is open now, and when it opens next (None: no opening is known)."""

    open: bool
    reopens_at: dt.datetime | None
