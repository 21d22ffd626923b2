"""Turns the parts of a message into portions: what is said before the caller is listened to.

portions = by_ear(message, "de", phrases)
portions[0].lines    what is said first
portions[0].more     it ends in "Möchten Sie die nächsten Unterlagen hören?"
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import takewhile

from babel.dates import format_skeleton

from bot.events import Message
from bot.model import Author
from bot.parts import (
    AnyPart,
    Attachment,
    Buttons,
    Checklist,
    ChecklistItem,
    Contact,
    FeeItem,
    Fees,
    Links,
    Notice,
    Numbers,
    Offer,
    Source,
    Steps,
    Text,
)
from voice.by_ear.cleaning import sentence, spoken
from voice.by_ear.crisis import help_lines
from voice.by_ear.lines import Line, Option, Portion
from voice.by_ear.phrases import Key, Phrases

IN_A_ROW = 3
"""How many things of a list a caller is told, or offered, at once."""
_WRITTEN = (Checklist, Fees, Steps, Source)
"""The parts of an answer that are worth writing down."""


def by_ear(
    message: Message, language: str, phrases: Phrases, to_write: bool = False
) -> tuple[Portion, ...]:
    """What is said of `message` to a caller who speaks `language`.

    `to_write`: whether a portion ends where she can be asked if she wants it written down.

    Numbers that help at once come first, and what else the message says only where it also
    offers a person: its other words are written to be read.
    """
    numbers = [part for part in message.parts if isinstance(part, Numbers)]
    if not numbers:
        return tuple(_Telling(message, language, phrases, to_write).portions())
    urgent = [Portion(help_lines(part, message.language, phrases), urgent=True) for part in numbers]
    if not offer_of(message):
        return tuple(urgent)
    rest = [p for p in message.parts if not isinstance(p, Numbers)]
    others = message.model_copy(update={"parts": rest})
    return (*urgent, *_Telling(others, language, phrases).portions())


def offer_of(message: Message) -> Offer | None:
    """The person that the message offers, if it does."""
    return next((part for part in message.parts if isinstance(part, Offer)), None)


def can_be_written(message: Message) -> bool:
    """Whether it tells a list of the catalogue, by the bot and without sending her to a person."""
    lists = any(isinstance(part, Checklist | Fees | Steps) for part in message.parts)
    elsewhere = any(isinstance(part, Offer | Numbers) for part in message.parts)
    return lists and not elsewhere and message.author is Author.BOT and bool(message.service)


def is_urgent(message: Message) -> bool:
    """Whether somebody is in danger: the message tells numbers and offers nothing else."""
    return any(isinstance(p, Numbers) for p in message.parts) and offer_of(message) is None


class _Telling:
    """Gathers lines until a portion is full."""

    def __init__(
        self, message: Message, language: str, phrases: Phrases, to_write: bool = False
    ) -> None:
        self._message = message
        self._to_write = to_write
        """Whether a portion ends where all is told that can be written down."""
        self._language = message.language
        self._asked_in = language
        """The caller's language; the message may be in German only."""
        self._phrases = phrases
        self._lines: list[Line] = []
        self._rest_from = 0

    def portions(self) -> Iterator[Portion]:
        message, parts = self._message, list(self._message.parts)
        if message.author is Author.CASEWORKER:
            self._say_who()
        if message.language != self._asked_in:
            self._lines.append(self._phrases.line("german_only", self._asked_in))
            if isinstance(parts[0] if parts else None, Notice):
                del parts[0]  # says the same, in writing
        if not parts:
            self._lines.append(self._line(message.text))
        told = _written_until(parts) if self._to_write else None
        for number, part in enumerate(parts, 1):
            yield from self._part(part)
            if number == told:
                yield self._full(memo=message.service or "")
        if message.checked_on and not any(isinstance(part, Source) for part in parts):
            self._say_source(message.source or "", reviewed=message.reviewed_on is not None)
        if self._lines:
            yield self._full()

    def _part(self, part: AnyPart) -> Iterator[Portion]:
        match part:
            case Text() | Notice():
                self._lines.append(self._line(part.text))
            case Checklist():
                yield from self._list(part.title, map(_item, part.items), "more_documents")
            case Fees():
                yield from self._list(part.title, map(_fee, part.items), "more_fees")
            case Steps():
                rows = [
                    self._phrases.text("step", self._language, number=number, step=step)
                    for number, step in enumerate(part.items, 1)
                ]
                yield from self._list(part.title, rows, "more_steps")
            case Contact():
                yield from self._contact(part)
            case Buttons():
                yield from self._buttons(part)
            case Links():
                self._lines.append(self._phrases.line("links", self._language))
            case Source():
                law = part.items[0].title if part.items else self._message.source or ""
                self._say_source(law, reviewed=part.reviewed_on is not None)
            case Offer():
                self._lines.append(self._line(part.text))
                yield self._full(offer=part)
            case Numbers() | Attachment():
                pass  # told first; nothing to be heard

    def _list(self, title: str, rows: Iterable[str], more: Key) -> Iterator[Portion]:
        rows = list(rows)
        self._lines.append(self._line(title))
        if len(rows) > IN_A_ROW:
            self._lines.append(self._phrases.line("count", self._language, count=len(rows)))
        for told in range(0, len(rows), IN_A_ROW):
            self._lines += [self._line(row) for row in rows[told : told + IN_A_ROW]]
            if told + IN_A_ROW < len(rows):
                self._lines.append(self._phrases.line(more, self._language))
                yield self._full(more=True)
        self._rest_from = len(self._lines)

    def _contact(self, part: Contact) -> Iterator[Portion]:
        self._lines.append(self._line(", ".join([part.title, *part.lines])))
        if part.phone:
            self._lines.append(
                self._phrases.line("contact_phone", self._language, phone=part.phone)
            )
        if part.hours:
            self._lines.append(self._phrases.line("more_hours", self._language))
            yield self._full(more=True)
            self._lines += [self._line(row) for row in part.hours]
            self._rest_from = len(self._lines)

    def _buttons(self, part: Buttons) -> Iterator[Portion]:
        """Ends the portion; the caller's part then names the keys of the options."""
        if part.title:
            self._lines.append(self._line(part.title))
        options = tuple(Option(item.title, item.payload) for item in part.items)
        yield self._full(options=options)

    def _say_source(self, source: str, reviewed: bool) -> None:
        if source and self._message.checked_on:
            locale = self._language.split("-")[0]
            date = format_skeleton("MMMMd", self._message.checked_on, locale=locale)
            short = source.split(";")[0].split("(")[0].strip()
            self._lines.append(
                self._phrases.line("source", self._language, source=short, date=date)
            )
            if not reviewed:
                self._lines.append(self._phrases.line("not_reviewed", self._language))

    def _say_who(self) -> None:
        name = self._message.name
        self._lines.append(
            self._phrases.line("from_person", self._asked_in, name=name)
            if name
            else self._phrases.line("from_somebody", self._asked_in)
        )

    def _line(self, text: str) -> Line:
        return Line(spoken(text), self._language)

    def _full(
        self,
        more: bool = False,
        options: tuple[Option, ...] = (),
        offer: Offer | None = None,
        memo: str = "",
    ) -> Portion:
        lines, self._lines = tuple(self._lines), []
        rest_from, self._rest_from = self._rest_from, 0
        return Portion(lines, options, more, rest_from, offer, memo=memo)


def _written_until(parts: Sequence[AnyPart]) -> int:
    """How many parts come before the buttons that follow the last list, and its source."""
    until = max(n for n, part in enumerate(parts, 1) if isinstance(part, _WRITTEN))
    return until + len(list(takewhile(lambda part: not isinstance(part, Buttons), parts[until:])))


def _item(item: ChecklistItem) -> str:
    return sentence(f"{item.text}, {item.when}" if item.when else item.text)


def _fee(item: FeeItem) -> str:
    row = sentence(f"{item.what}: {item.amount}" if item.amount else item.what)
    return f"{row} {sentence(item.note)}" if item.note else row
