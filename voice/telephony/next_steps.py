"""What the dialplan asks of the gateway around a call, and the words it gets for an answer."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, assert_never


class Admission(StrEnum):
    """What becomes of a call that has just come in."""

    ANSWER = "answer"
    """It is answered here."""
    FULL = "full"
    """All lines are taken: it goes to a person straight away."""
    CLOSED = "closed"
    """All lines are taken and no person is there: it hears when somebody is."""


class DialStatus(StrEnum):
    """How an attempt to reach a person went; Asterisk's DIALSTATUS."""

    ANSWER = "ANSWER"
    BUSY = "BUSY"
    NOANSWER = "NOANSWER"
    CANCEL = "CANCEL"
    """The caller hung up while it rang."""
    CONGESTION = "CONGESTION"
    CHANUNAVAIL = "CHANUNAVAIL"
    DONTCALL = "DONTCALL"
    TORTURE = "TORTURE"
    INVALIDARGS = "INVALIDARGS"


@dataclass(frozen=True)
class HangUp:
    """The call is over."""


@dataclass(frozen=True)
class Dial:
    """The caller is put through to a person."""

    extension: str
    """Digits of the county's telephone network."""

    def __post_init__(self) -> None:
        if not (self.extension.isascii() and self.extension.isdecimal()):
            raise ValueError("an extension consists of digits")


@dataclass(frozen=True)
class Switchboard:
    """The caller is put through to the county's switchboard."""


@dataclass(frozen=True)
class Resume:
    """The call comes back here and goes on where it stood."""


NextStep = HangUp | Dial | Switchboard
AfterDial = HangUp | Resume | Switchboard


class Calls(Protocol):
    """What the dialplan needs to know of calls.

    A call's id is its UUID in the usual writing, in lower case.
    """

    async def announce(self, call_id: str, caller: str | None, called: str) -> Admission:
        """A call has come in and is not answered yet.

        Args:
            caller: Its number as the trunk brings it; `None` where it is withheld.
            called: The number that was called.
        """
        ...

    def expects(self, call_id: str) -> bool:
        """Whether the sound of a call, or of a briefing, may be connected under this id now."""
        ...

    async def next_step(self, call_id: str) -> NextStep:
        """What comes after the call was given back to the PBX; the switchboard, if unknown."""
        ...

    async def briefing(self, call_id: str) -> str | None:
        """The person dialled has answered.

        Returns:
            The id under which she hears what the call is about before she is connected.
        """
        ...

    async def dialled(self, call_id: str, status: DialStatus) -> AfterDial:
        """The talk with the person dialled is over, or it never came to one."""
        ...


def written(step: NextStep | AfterDial) -> str:
    """The step as the dialplan reads it."""
    match step:
        case HangUp():
            return "hangup"
        case Dial():
            return f"dial {step.extension}"
        case Switchboard():
            return "switchboard"
        case Resume():
            return "resume"
        case _:
            assert_never(step)
