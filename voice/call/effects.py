"""What a call wants done; the runner does it."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.model import CallOutcome
from voice.by_ear.lines import Line
from voice.call.events import Timer


class Mode(StrEnum):
    """How the caller is listened to."""

    SPEECH = "speech"
    DIGITS = "digits"
    """Patiently: people pause within a number."""
    OFF = "off"
    """Not at all; keys count nevertheless."""


class Outcome(StrEnum):
    """How a call ended, for the figures."""

    TRANSFERRED = "transferred"
    CALLBACK = "callback"
    MESSAGE = "message"
    SWITCHBOARD = "switchboard"
    FAREWELL = "farewell"
    """She said goodbye, or fell silent after she was answered."""
    HUNG_UP = "hung_up"


@dataclass(frozen=True)
class Say:
    """Speak, after what is being spoken already; `PlaybackEnded` tells when a turn is through."""

    turn: int
    lines: tuple[Line, ...]
    interruptible: bool = True


@dataclass(frozen=True)
class Stop:
    """Be silent at once, and forget what was still to be said."""


@dataclass(frozen=True)
class Earcon:
    """A short sound that something does not work."""


@dataclass(frozen=True)
class Listen:
    """Listen like this from now on."""

    mode: Mode


@dataclass(frozen=True)
class Transcribe:
    """Turn an utterance into words of these languages."""

    utterance: int
    languages: tuple[str, ...]


@dataclass(frozen=True)
class SendMessage:
    """Tell the bot what was said or chosen."""

    text: str
    payload: str | None = None
    confidence: float | None = None


@dataclass(frozen=True)
class SetLanguage:
    """Go on in this language."""

    language: str


@dataclass(frozen=True)
class StartTimer:
    """Tell `TimePassed` later."""

    timer: Timer
    turn: int
    after_s: float


@dataclass(frozen=True)
class AskForCall:
    """Find out whom to dial; of the office of the conversation's service if none is named."""

    turn: int
    office: str | None


@dataclass(frozen=True)
class AskForCallback:
    """Leave the wish to be called."""

    turn: int
    office: str | None
    phone: str
    text: str | None = None


@dataclass(frozen=True)
class LeaveMessage:
    """Leave a message."""

    turn: int
    office: str | None
    text: str


@dataclass(frozen=True)
class WriteMemo:
    """Write a topic down behind a code."""

    turn: int
    service: str


@dataclass(frozen=True)
class MailMemo:
    """Mail a topic."""

    turn: int
    service: str
    address: str = field(repr=False)


@dataclass(frozen=True)
class ReportDialled:
    """Tell the desk how the attempt to reach a person ended."""

    outcome: CallOutcome
    extension: str


@dataclass(frozen=True)
class Briefing:
    """What the person who is called hears first."""

    language: str
    service: str | None
    urgent: bool


@dataclass(frozen=True)
class Dial:
    """The PBX connects the caller with this extension."""

    extension: str
    briefing: Briefing


@dataclass(frozen=True)
class HangUp:
    """The PBX ends the call."""


@dataclass(frozen=True)
class Switchboard:
    """The PBX connects the caller with the county's switchboard."""


Next = Dial | HangUp | Switchboard
"""What the PBX does with the call after us."""


@dataclass(frozen=True)
class Release:
    """Give the call back to the PBX."""

    next: Next


@dataclass(frozen=True)
class Finish:
    """The call is over; nothing comes after it."""

    outcome: Outcome


Effect = (
    Say
    | Stop
    | Earcon
    | Listen
    | Transcribe
    | SendMessage
    | SetLanguage
    | StartTimer
    | AskForCall
    | AskForCallback
    | LeaveMessage
    | WriteMemo
    | MailMemo
    | ReportDialled
    | Release
    | Finish
)
