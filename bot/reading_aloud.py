"""What is said when a message is read aloud: as it stands on the screen, without its addresses."""

from collections.abc import Iterable, Iterator

from bot.events import Message
from bot.parts import (
    AnyPart,
    Attachment,
    Buttons,
    Checklist,
    Contact,
    Fees,
    Links,
    Notice,
    Numbers,
    Offer,
    Source,
    Steps,
    Text,
)

_ENDS = (".", "!", "?", ":", "…", "。", "؟", "۔")


def aloud(message: Message) -> str:
    """The message as lines that each end a sentence, so that each is spoken with its pause."""
    lines = (line for part in message.parts for line in _lines(part))
    said = "\n".join(_ended(line) for line in lines if line.strip())
    return said or message.text


def _lines(part: AnyPart) -> Iterator[str]:
    match part:
        case Text() | Notice() | Offer() | Source():
            yield from part.text.splitlines()
        case Checklist():
            yield part.title
            yield from (_with(item.text, item.when) for item in part.items)
        case Fees():
            yield part.title
            yield from (_with(item.what, item.amount, item.note) for item in part.items)
        case Steps():
            yield part.title
            yield from part.items
        case Links():
            yield from _titled(part.title, (item.title for item in part.items))
        case Buttons():
            yield from _titled(part.title, (item.title for item in part.items))
        case Contact():
            ways = (way for way in (part.phone, part.mail) if way)
            yield from _titled(part.title, (*part.lines, *ways, *part.hours))
        case Numbers():
            yield part.title
            yield from (_with(item.name, item.phone, item.note) for item in part.items)
        case Attachment():
            yield part.name


def _titled(title: str | None, rest: Iterable[str]) -> Iterator[str]:
    if title:
        yield title
    yield from rest


def _with(*words: str | None) -> str:
    return ", ".join(word for word in words if word)


def _ended(line: str) -> str:
    line = line.strip()
    return line if line.endswith(_ENDS) else f"{line}."
