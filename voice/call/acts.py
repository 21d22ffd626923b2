"""What a call can do, as data: choices lead to acts, and a question may be followed by one."""

from dataclasses import dataclass, field, replace
from enum import StrEnum

from voice.by_ear.commands import Command
from voice.by_ear.lines import Line
from voice.call.effects import Next


@dataclass(frozen=True)
class GoOn:
    """The next thing of the script."""


@dataclass(frozen=True)
class SkipList:
    """What comes after the list."""


@dataclass(frozen=True)
class AskLanguage:
    """In which language shall we speak?"""


@dataclass(frozen=True)
class ChooseLanguage:
    """This is the language from now on; what was said in it already is then sent."""

    language: str
    said: str | None = None


@dataclass(frozen=True)
class Begin:
    """What is it about?"""


@dataclass(frozen=True)
class MoreToAsk:
    """What else would you like to know?"""


@dataclass(frozen=True)
class Menu:
    """Go on by keys."""


@dataclass(frozen=True)
class Tell:
    """Tell the bot what was said, or which button was chosen."""

    text: str
    payload: str | None = None
    confidence: float | None = None


class Wanted(StrEnum):
    """What an office is wanted for."""

    PERSON = "person"
    CALLBACK = "callback"
    MESSAGE = "message"
    APPOINTMENT = "appointment"


@dataclass(frozen=True)
class AskOffice:
    """Which office is it about?"""

    wanted: Wanted


@dataclass(frozen=True)
class SeekPerson:
    """Find somebody to talk to."""

    office: str | None = None


@dataclass(frozen=True)
class Rescue:
    """Connect somebody who is in danger, now that the numbers are told."""


@dataclass(frozen=True)
class CallBack:
    """Have the caller called back."""

    office: str | None = None
    interpreter: bool = False
    appointment: bool = False
    """Whether it is about an appointment, which only people can give."""


@dataclass(frozen=True)
class AskNumber:
    """Under which number?"""


@dataclass(frozen=True)
class NoteCallback:
    """Leave the wish with the office."""

    phone: str


@dataclass(frozen=True)
class AskMessage:
    """What shall we pass on?"""

    office: str | None = None


@dataclass(frozen=True)
class NoteMessage:
    """Leave the message with the office."""

    text: str


@dataclass(frozen=True)
class OfferMemo:
    """Shall it be written down?"""

    service: str


@dataclass(frozen=True)
class AskMemoWay:
    """How shall it be written down?"""


@dataclass(frozen=True)
class TakeCode:
    """Write it down behind a code."""

    service: str


@dataclass(frozen=True)
class AskConsent:
    """May we use her address for a mail?"""

    service: str


@dataclass(frozen=True)
class AskAddress:
    """What is her address?"""

    service: str


@dataclass(frozen=True)
class AddressWrong:
    """It is not the address that was read back."""


@dataclass(frozen=True)
class TakeMail:
    """Mail it."""

    service: str
    address: str = field(repr=False)


@dataclass(frozen=True)
class LetGo:
    """Give the call away."""

    next: Next


@dataclass(frozen=True)
class SayGoodbye:
    """End the call politely."""


Act = (
    GoOn
    | SkipList
    | AskLanguage
    | ChooseLanguage
    | Begin
    | MoreToAsk
    | Menu
    | Tell
    | AskOffice
    | SeekPerson
    | Rescue
    | CallBack
    | AskNumber
    | NoteCallback
    | AskMessage
    | NoteMessage
    | OfferMemo
    | AskMemoWay
    | TakeCode
    | AskConsent
    | AskAddress
    | AddressWrong
    | TakeMail
    | LetGo
    | SayGoodbye
)


class Free(StrEnum):
    """What words mean that are neither a command nor a choice."""

    MATTER = "matter"
    """A question to the bot."""
    LANGUAGE = "language"
    """The name of a language, or a question asked in it."""
    NUMBER = "number"
    """A telephone number."""
    MESSAGE = "message"
    """A message to an office."""
    ADDRESS = "address"
    """An e-mail address, spelled."""
    NOTHING = "nothing"
    """They are not understood."""


@dataclass(frozen=True)
class Choice:
    """One answer to a question: its key, how it is called, the command that means it."""

    key: str
    act: Act
    title: str = ""
    command: Command | None = None


@dataclass(frozen=True)
class Question:
    """What is said, and what may be answered; with `after`, what is done instead of listening."""

    lines: tuple[Line, ...]
    choices: tuple[Choice, ...] = ()
    free: Free = Free.MATTER
    after: Act | None = None
    interruptible: bool = True
    rest_from: int = 0
    """Of the last piece of a list: its first line that belongs to it no more."""
    writes_along: bool = False
    """Whether she writes down what is said: silence then means that she wants it once more."""

    @property
    def in_list(self) -> bool:
        """Whether it asks if the list shall go on."""
        return any(isinstance(choice.act, SkipList) for choice in self.choices)

    def rest(self) -> "Question":
        """Without what belongs to the list before it."""
        return replace(self, lines=self.lines[self.rest_from :])


def yes_or_no(yes: Act, no: Act) -> tuple[Choice, ...]:
    """The choices of a question that is answered by yes or no."""
    return (Choice("1", yes, command=Command.YES), Choice("2", no, command=Command.NO))
