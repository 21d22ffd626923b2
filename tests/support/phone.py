"""A call without sound: what happens to it is told, what it says and does is read."""

import dataclasses
import datetime as dt
from functools import cache
from typing import Any

from bot.events import MessagePosted, StateChanged
from bot.model import Author, ConversationState
from bot.settings import ROOT
from translations.texts import Texts
from voice.by_ear.commands import Commands
from voice.by_ear.digits import Digits
from voice.by_ear.phrases import Phrases
from voice.by_ear.spelling import Spelling
from voice.call.effects import AskForCall, Effect, Release, Say, SendMessage, StartTimer, Transcribe
from voice.call.events import (
    Answered,
    Event,
    PersonFound,
    PlaybackEnded,
    ReplyArrived,
    Sent,
    StateArrived,
    TimePassed,
    Timer,
    Transcribed,
    Uttered,
)
from voice.call.machine import advance
from voice.call.state import Call, Phase, PhoneLine
from voice.media import KeyPressed
from voice.transcription import Transcript

LANGUAGES = ("de", "en", "tr")
CALLER = "+493023125999"


@cache
def texts() -> Texts:
    return Texts.load(ROOT)


@cache
def phone_line(
    languages: tuple[str, ...] = LANGUAGES, hears: bool = True, minutes: float = 20.0
) -> PhoneLine:
    """The real sentences and word lists."""
    say = texts().say
    digits = Digits.load(ROOT / "data/phone/digits.yml")
    return PhoneLine(
        county="Landkreis Musterland",
        languages=languages,
        offices={
            office: {code: say(f"bot.office_{office}", code) for code in languages}
            for office in ("kfz", "abh", "jc")
        },
        phrases=Phrases({code: texts().all_of("phone.", code) for code in languages}),
        commands=Commands.load(ROOT / "data/phone/commands"),
        digits=digits,
        spelling=Spelling.load(ROOT / "data/phone/spelling.yml", digits),
        site="https://www.musterland.example/",
        mails=True,
        hears=hears,
        minutes=minutes,
        interpreter={"tr": "Bitte mit Dolmetscher: Türkisch."},
        appointment="Wünscht einen Termin.",
    )


def message(
    *parts: Any, text: str = "", author: Author = Author.BOT, **fields: Any
) -> MessagePosted:
    """A message as the gateway posts it; its number is given when it arrives."""
    known = {"seq": 0, "language": "de", "automated": author.automated}
    return MessagePosted(
        author=author, text=text or "\n".join(p.plain() for p in parts), parts=list(parts),
        at=dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC), **(known | fields),
    )  # fmt: skip


class Scene:
    """One call, whose time stands still until it is told to go on."""

    def __init__(self, line: PhoneLine | None = None) -> None:
        self.line = line or phone_line()
        self.call = Call()
        self.now = 0.0
        self.effects: list[Effect] = []
        """Of the last event."""
        self.all: list[Effect] = []
        self._utterance = 0
        self._seq = 10

    def happens(self, event: Event) -> "Scene":
        self.call, effects = advance(self.line, self.call, event)
        self.effects = list(effects)
        self.all += effects
        return self

    @property
    def said(self) -> str:
        """What the last event had said, line by line."""
        return "\n".join(line.text for e in self.effects if isinstance(e, Say) for line in e.lines)

    @property
    def phase(self) -> Phase:
        return self.call.phase

    def did(self, kind: type[Effect]) -> Any:
        """The one effect of this kind that the last event had."""
        found = [effect for effect in self.effects if isinstance(effect, kind)]
        assert len(found) == 1, self.effects
        return found[0]

    def did_not(self, kind: type[Effect]) -> bool:
        return not any(isinstance(effect, kind) for effect in self.effects)

    def rings(self, caller: str | None = CALLER) -> "Scene":
        return self.happens(Answered(self.now, caller))

    def hears_it(self) -> "Scene":
        """The caller hears what is said to its end."""
        return self.happens(PlaybackEnded(self.now, self.call.turn))

    def hears_all(self) -> "Scene":
        """She hears everything until she is listened to."""
        while self.phase in (Phase.DISCLOSURE, Phase.SPEAKING):
            self.hears_it()
        return self

    def presses(self, keys: str) -> "Scene":
        for key in keys:
            self.happens(KeyPressed(self.now, key))
        return self

    def says(
        self,
        text: str,
        confidence: float = 0.9,
        language: str = "",
        sure: float = 1.0,
        aside: bool = False,
    ) -> "Scene":
        """She speaks, and is recognised; an aside is short, and does not interrupt us."""
        self._utterance += 1
        self.happens(Uttered(self.now, self._utterance, aside))
        asked = self.did(Transcribe)
        heard = Transcript(text, language or asked.languages[0], confidence, sure)
        return self.happens(Transcribed(self.now, asked.utterance, heard))

    def asks(self, text: str) -> str:
        """She says something that goes to the bot; returns what it was sent."""
        self.says(text)
        sent = self.did(SendMessage)
        self.is_sent()
        return str(sent.text)

    def is_sent(self) -> "Scene":
        self._seq += 1
        return self.happens(Sent(self.now, self._seq))

    def is_told(self, *parts: Any, **fields: Any) -> "Scene":
        """The bot's answer arrives."""
        self._seq += 1
        posted = message(*parts, **fields)
        numbered = posted.model_copy(update={"seq": fields.get("seq", self._seq)})
        return self.happens(ReplyArrived(self.now, numbered))

    def changes_owner(self, state: ConversationState, office: str = "kfz") -> "Scene":
        self._seq += 1
        changed = StateChanged(
            seq=self._seq, at=dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC), state=state,
            office=office,
        )  # fmt: skip
        return self.happens(StateArrived(self.now, changed))

    def waits_for(self, timer: Timer) -> "Scene":
        """The timer of that name that was started last runs out."""
        started = [e for e in self.all if isinstance(e, StartTimer) and e.timer is timer]
        self.now += started[-1].after_s
        return self.happens(TimePassed(self.now, timer, started[-1].turn))

    def is_silent(self) -> "Scene":
        return self.hears_all().waits_for(Timer.SILENCE)

    def finds(self, **fields: Any) -> "Scene":
        """The desk names somebody to dial."""
        known: dict[str, Any] = {
            "office": "kfz", "office_name": "Kfz-Zulassung", "extension": "201",
            "name": "Frau Erika", "speaks": True,
        }  # fmt: skip
        asked = next(e for e in reversed(self.all) if isinstance(e, AskForCall))
        return self.happens(PersonFound(self.now, asked.turn, **(known | fields)))

    def released(self) -> Any:
        """What the PBX is told."""
        return self.did(Release).next

    def in_german(self) -> "Scene":
        """A call that has come to the first question."""
        return self.rings().hears_all().presses("1").hears_all()


def with_fields(line: PhoneLine, **fields: Any) -> PhoneLine:
    return dataclasses.replace(line, **fields)
