"""The parts that a message is made of; a channel shows those that it knows.

Every part can be said as plain text, so that no channel and no screen reader loses anything.
"""

import datetime as dt
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field


class Part(BaseModel):
    """Base of all parts."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    def plain(self) -> str:
        """The part as plain text; empty where it only repeats or operates something."""
        return ""


class Text(Part):
    """A paragraph."""

    type: Literal["text"] = "text"
    text: str

    def plain(self) -> str:
        return self.text


class ChecklistItem(Part):
    """Something to bring; with `when`, only where the condition applies."""

    text: str
    when: str | None = None


class Checklist(Part):
    """Things to bring."""

    type: Literal["checklist"] = "checklist"
    title: str
    items: list[ChecklistItem]

    def plain(self) -> str:
        rows = [f"- {i.text} ({i.when})" if i.when else f"- {i.text}" for i in self.items]
        return "\n".join([self.title, *rows])


class FeeItem(Part):
    """One charge, its amount as it is written in the reply's language."""

    what: str
    amount: str | None = None
    note: str | None = None


class Fees(Part):
    """A table of charges."""

    type: Literal["fees"] = "fees"
    title: str
    items: list[FeeItem]

    def plain(self) -> str:
        rows = []
        for item in self.items:
            row = f"- {item.what}" + (f": {item.amount}" if item.amount else "")
            rows.append(row + (f" ({item.note})" if item.note else ""))
        return "\n".join([self.title, *rows])


class Steps(Part):
    """What to do, in order."""

    type: Literal["steps"] = "steps"
    title: str
    items: list[str]

    def plain(self) -> str:
        return "\n".join([self.title, *(f"{n}. {s}" for n, s in enumerate(self.items, 1))])


class Link(Part):
    """A link, or where there is no address just its name."""

    title: str
    url: str | None = None


class Links(Part):
    """Forms and pages."""

    type: Literal["links"] = "links"
    title: str | None = None
    items: list[Link]

    def plain(self) -> str:
        rows = [f"- {i.title}: {i.url}" if i.url else f"- {i.title}" for i in self.items]
        return "\n".join([self.title, *rows] if self.title else rows)


class Contact(Part):
    """How to reach an office; `hours` holds one line per opening day."""

    type: Literal["contact"] = "contact"
    title: str
    lines: list[str]
    phone: str | None = None
    mail: str | None = None
    hours: list[str] = []

    def plain(self) -> str:
        ways = [way for way in (self.phone, self.mail) if way]
        return "\n".join([self.title, *self.lines, *ways, *self.hours])


class Button(Part):
    """A choice; its payload goes back with the message when it is pressed."""

    title: str
    payload: str


class Buttons(Part):
    """Choices."""

    type: Literal["buttons"] = "buttons"
    title: str | None = None
    items: list[Button]

    def plain(self) -> str:
        return "\n".join(
            [*([self.title] if self.title else []), *(f"> {i.title}" for i in self.items)]
        )


class Notice(Part):
    """Something to know before relying on the message."""

    type: Literal["notice"] = "notice"
    text: str
    level: Literal["info", "warning"] = "info"

    def plain(self) -> str:
        return self.text


class Number(Part):
    """A telephone number that helps at once."""

    name: str
    phone: str
    note: str | None = None


class Numbers(Part):
    """Telephone numbers that help at once."""

    type: Literal["numbers"] = "numbers"
    title: str
    items: list[Number]

    def plain(self) -> str:
        rows = [f"- {i.phone}: {i.name}" + (f" ({i.note})" if i.note else "") for i in self.items]
        return "\n".join([self.title, *rows])


class Source(Part):
    """Where an answer comes from, when it was checked, and whether the county reviewed it."""

    type: Literal["source"] = "source"
    text: str
    items: list[Link]
    checked_on: dt.date
    reviewed_on: dt.date | None = None

    def plain(self) -> str:
        return self.text


class Offer(Part):
    """Ways to reach a person of an office."""

    type: Literal["offer"] = "offer"
    office: str
    office_name: str
    open: bool
    reopens_at: dt.datetime | None = None
    reopens_text: str | None = None
    kinds: list[Literal["chat", "callback", "message"]]
    text: str

    def plain(self) -> str:
        return self.text


class Attachment(Part):
    """A file that the citizen sent; its `name` is also the message's text."""

    type: Literal["attachment"] = "attachment"
    id: str
    name: str
    media_type: str
    size: int
    """In bytes."""

    def plain(self) -> str:
        return self.name


AnyPart = Annotated[
    Text
    | Checklist
    | Fees
    | Steps
    | Links
    | Contact
    | Buttons
    | Notice
    | Numbers
    | Source
    | Offer
    | Attachment,
    Field(discriminator="type"),
]


def as_text(parts: list[AnyPart]) -> str:
    """All parts as one plain text, paragraph by paragraph."""
    return "\n\n".join(plain for part in parts if (plain := part.plain()))
