"""What is spoken, as data."""

from dataclasses import dataclass, replace

from bot.parts import Offer
from voice.speech import Pace


@dataclass(frozen=True)
class Line:
    """Some sentences in one language."""

    text: str
    language: str
    fixed: bool = False
    """Whether the words are always the same, so that their sound is worth keeping."""
    pace: Pace = Pace.NORMAL

    def slowly(self) -> "Line":
        """The same at a slower pace."""
        return replace(self, pace=Pace.SLOW)


@dataclass(frozen=True)
class Option:
    """Something that the caller can choose: what it is called, and what the bot is then told."""

    title: str
    payload: str


@dataclass(frozen=True)
class Portion:
    """As much as a caller takes in at once; after it she is listened to."""

    lines: tuple[Line, ...]
    options: tuple[Option, ...] = ()
    more: bool = False
    """Whether it ends by asking if she wants to hear the next portion."""
    rest_from: int = 0
    """Of the last piece of a list: its first line that belongs to the list no more."""
    offer: Offer | None = None
    """The person that it ends by offering."""
    urgent: bool = False
    """Whether it must be heard to its end."""
    memo: str = ""
    """The service of which all that can be written down has been told after it."""
