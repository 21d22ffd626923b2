"""All that is known of a call between two events."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bot.events import MessagePosted
from voice.by_ear.commands import Commands
from voice.by_ear.digits import Digits
from voice.by_ear.lines import Line
from voice.by_ear.phrases import Phrases
from voice.by_ear.spelling import Spelling
from voice.call.acts import Act, Question, Tell
from voice.call.effects import Dial, Effect, Outcome
from voice.call.events import PersonFound, PersonMissing

SILENCE_S = 7.0
"""Without a word or key until the caller is asked again."""
UTTERANCE_S = 20.0
"""The same where she has begun to speak: utterances end after 15 s."""
FILLER_S = 1.2
SEARCHING_S = 7.0
PATIENCE_S = 20.0
"""From the end of speech until a person is sought instead of an answer."""
DIGITS_S = 5.0
LAST_S = 240.0
"""From the polite end of a long call to its last word."""
SURE = 0.6
"""Below this confidence what has consequences is asked for once more."""


class Phase(StrEnum):
    """What the call is doing."""

    ANSWERED = "answered"
    DISCLOSURE = "disclosure"
    """Says that a computer speaks; nothing else comes before its end."""
    SPEAKING = "speaking"
    LISTENING = "listening"
    THINKING = "thinking"
    """Words are being recognised, or the bot is being asked."""
    SEEKING = "seeking"
    """The desk is being asked."""
    RELEASED = "released"
    """The PBX has the call."""
    ENDED = "ended"


@dataclass(frozen=True)
class PhoneLine:
    """What is the same in all calls."""

    county: str
    languages: tuple[str, ...]
    """In the order of their keys, German first."""
    offices: Mapping[str, Mapping[str, str]]
    """Their names by id and language."""
    phrases: Phrases
    commands: Commands
    digits: Digits
    spelling: Spelling
    hears: bool = True
    """Whether anything recognises speech here."""
    minutes: float = 20.0
    """After these a person is sought."""
    interpreter: Mapping[str, str] = field(default_factory=dict)
    """By language, in German, the note that an interpreter is needed."""
    site: str = ""
    """The web address where a caller's code is typed; without one nothing is written down."""
    mails: bool = False
    """Whether it can be mailed, too."""
    appointment: str = ""
    """In German, the note that a call-back is about an appointment."""


@dataclass(frozen=True)
class Call:
    """A call's state."""

    phase: Phase = Phase.ANSWERED
    turn: int = 0
    """Grows with whatever the call does next; what belongs to an earlier one comes too late."""
    language: str = "de"
    languages_told: tuple[str, ...] = ()
    """In which it was said that a computer speaks."""
    slow: bool = False

    script: tuple[Question, ...] = ()
    position: int = 0
    earlier: tuple[Question, ...] = ()
    """The script before this one."""

    cut: bool = False
    """Whether the caller's voice cut the present question short."""

    awaiting: frozenset[int] = frozenset()
    """Utterances that are being recognised."""
    asides: frozenset[int] = frozenset()
    """The same of short ones into what we say: they count if they steer the call, else never."""
    heard: tuple[str, ...] = ()
    confidence: float = 1.0
    spoken_in: str = ""
    """The language that they were recognised as, and how sure that is."""
    spoken_surely: float = 0.0

    in_flight: bool = False
    """Whether the bot owes an answer."""
    asked: str = ""
    """What it was asked, if the caller was given no answer yet."""
    queued: Tell | None = None
    """What it is asked once it has answered."""
    held: MessagePosted | None = None
    """Its answer, while the caller is saying something more."""
    seq: int = 0
    """The number of what it was asked last."""
    replying: int = -1
    """The turn in which its last answer is told."""

    silences: int = 0
    misses: int = 0
    troubles: int = 0
    helpless: bool = False
    """Whether a person was sought in vain."""
    overtime: bool = False

    preface: tuple[Line, ...] = ()
    """Said before whatever is said next."""
    fillers: int = 0
    """How often the caller was asked for patience in this turn."""
    seeking: int = -1
    """The turn in which the desk was asked."""
    found: PersonFound | PersonMissing | None = None
    """What it said, while somebody in danger is told the numbers."""

    caller: str | None = None
    held_key: str | None = None
    """Pressed while the disclosure was spoken."""
    office: str | None = None
    service: str | None = None
    lost: bool = False
    """Whether the bot cannot be reached."""
    urgent: bool = False
    interpreter: bool = False
    appointment: bool = False
    """Whether she is to be called back about an appointment."""
    digits: str = field(default="", repr=False)
    """What there is so far of a number that she was asked for."""
    number: str = field(default="", repr=False)
    """One that she said without being asked (E.164)."""
    memos_offered: frozenset[str] = frozenset()
    """The services of which it was asked whether to write them down."""
    writing: bool = False
    """Whether that is being done in this turn."""
    memo: str = ""
    """The service that is to be mailed."""
    spelled: str = field(default="", repr=False)
    """What she has spelled of her address so far."""
    tries: int = 0
    """How often it was wrong."""
    sought: bool = False
    tried: tuple[str, ...] = ()
    """Extensions that were dialled in vain."""
    dialling: Dial | None = None
    case_open: bool = False
    outcome: Outcome = Outcome.HUNG_UP

    @property
    def question(self) -> Question:
        """What the caller is being told or asked."""
        return self.script[self.position] if self.script else Question(())


@dataclass(frozen=True)
class Step:
    """The call after an event, what is to be done, and an act that follows at once."""

    call: Call
    effects: tuple[Effect, ...] = ()
    then: Act | None = None

    def after(self, *effects: Effect) -> "Step":
        """The same with these effects before its own."""
        return replace(self, effects=(*effects, *self.effects))
