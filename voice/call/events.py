"""What happens to a call.  Every event says when, in seconds on the monotonic clock."""

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from bot.events import MessagePosted, StateChanged
from bot.model import CallOutcome
from voice.media import HungUp, KeyPressed
from voice.transcription import Reason, Transcript


class Timer(StrEnum):
    """What a call waits for; starting one again replaces the earlier of the same name."""

    SILENCE = "silence"
    """Nothing was said or pressed."""
    DIGITS = "digits"
    """No further digit was pressed."""
    FILLER = "filler"
    """An answer takes so long that the caller must hear a sign of life."""
    PATIENCE = "patience"
    """An answer takes too long altogether."""
    LENGTH = "length"
    """The call is long."""
    LAST = "last"
    """The call is too long."""


class Missing(StrEnum):
    """Why nobody can be called."""

    CLOSED = "closed"
    NOBODY = "nobody"
    """The office is open, but nobody can be rung up."""
    NO_HANDOVER = "no_handover"
    FAILED = "failed"


@dataclass(frozen=True)
class Answered:
    """The caller is on the line."""

    at: float
    caller: str | None = None
    """Her number, where the network tells it."""


@dataclass(frozen=True)
class SpeechBegan:
    """The caller began to speak while she was listened to."""

    at: float


@dataclass(frozen=True)
class BargedIn:
    """The caller speaks while she is spoken to."""

    at: float


@dataclass(frozen=True)
class Uttered:
    """An utterance ended; its sound waits under its number."""

    at: float
    utterance: int
    aside: bool = False
    """Whether it is a short one into what we say, that has not interrupted it."""


@dataclass(frozen=True)
class Transcribed:
    """An utterance in words."""

    at: float
    utterance: int
    transcript: Transcript


@dataclass(frozen=True)
class NothingSaid:
    """An utterance held nothing that may be acted on."""

    at: float
    utterance: int
    reason: Reason


@dataclass(frozen=True)
class NotRecognised:
    """The recogniser was full, late or dead."""

    at: float
    utterance: int


@dataclass(frozen=True)
class PlaybackEnded:
    """All that was to be said in a turn has been heard."""

    at: float
    turn: int


@dataclass(frozen=True)
class TimePassed:
    """A timer ran out."""

    at: float
    timer: Timer
    turn: int


@dataclass(frozen=True)
class Sent:
    """The bot stored what the caller said, under this number."""

    at: float
    seq: int


@dataclass(frozen=True)
class ReplyArrived:
    """A message in the conversation."""

    at: float
    message: MessagePosted


@dataclass(frozen=True)
class StateArrived:
    """The conversation has another owner."""

    at: float
    state: StateChanged


@dataclass(frozen=True)
class PersonFound:
    """Somebody can be called."""

    at: float
    turn: int
    office: str
    office_name: str
    extension: str
    name: str | None = None
    speaks: bool | None = None
    """Whether the caller's language is spoken there; None where that is not known."""


@dataclass(frozen=True)
class PersonMissing:
    """Nobody can be called now."""

    at: float
    turn: int
    why: Missing
    office: str | None = None
    office_name: str = ""
    reopens: str | None = None
    """When somebody is there again, as people say it."""
    kinds: tuple[str, ...] = ()
    """What can be left until then."""


@dataclass(frozen=True)
class Noted:
    """A call-back or a message is with the office; or, unless `ok`, is not."""

    at: float
    turn: int
    ok: bool = True


@dataclass(frozen=True)
class MemoWritten:
    """A topic is written down behind a code, and until when."""

    at: float
    turn: int
    code: str
    until: dt.date


@dataclass(frozen=True)
class MemoMailed:
    """A mail is on its way."""

    at: float
    turn: int


@dataclass(frozen=True)
class MemoFailed:
    """Nothing was written down."""

    at: float
    turn: int


@dataclass(frozen=True)
class Dialled:
    """The PBX tried to reach the person."""

    at: float
    outcome: CallOutcome


@dataclass(frozen=True)
class Resumed:
    """The caller is back on our line after a vain attempt."""

    at: float


@dataclass(frozen=True)
class BotLost:
    """The bot cannot be reached."""

    at: float


Event = (
    Answered
    | SpeechBegan
    | BargedIn
    | Uttered
    | Transcribed
    | NothingSaid
    | NotRecognised
    | KeyPressed
    | PlaybackEnded
    | TimePassed
    | Sent
    | ReplyArrived
    | StateArrived
    | PersonFound
    | PersonMissing
    | Noted
    | MemoWritten
    | MemoMailed
    | MemoFailed
    | Dialled
    | Resumed
    | BotLost
    | HungUp
)
