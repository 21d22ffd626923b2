"""What an entry of the service catalogue, another office and the county file may say.

The field names follow the Leistungskatalog (FIM) and XZuFi, so that a county can import
its own official descriptions.  Unknown fields are refused; nothing is filled in.
"""

import datetime as dt
import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    RootModel,
    StringConstraints,
    model_validator,
)

Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
"""One non-empty German text."""
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
CountyLink = Annotated[str, StringConstraints(pattern=r"^county:[a-z_]+$")]
"""A link that only the county can know; resolved in the county file."""

MAX_SPEAKABLE_WORDS = 40


class Aspect(StrEnum):
    """What can be asked of a service."""

    GENERAL = "general"
    DOCUMENTS = "documents"
    FEES = "fees"
    DEADLINE = "deadline"
    DURATION = "duration"
    WHERE = "where"
    ONLINE = "online"
    APPOINTMENT = "appointment"
    ELIGIBILITY = "eligibility"
    STATUS = "status"


class OfficeId(StrEnum):
    """The three offices that the bot answers for."""

    KFZ = "kfz"
    ABH = "abh"
    JC = "jc"


class Entry(BaseModel):
    """Base of all catalogue data: immutable, unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Document(Entry):
    """A document to bring; with `when`, only for those to whom the condition applies."""

    text: Line
    when: Line | None = None
    case: Identifier | None = None
    """Only in this one of the service's cases; in all of them where it is null."""


class Fee(Entry):
    """A charge in euros; `amount_eur` is null where only the county or the case decides."""

    what: Line
    amount_eur: Annotated[Decimal, Field(ge=0, decimal_places=2)] | None = None
    note: Line | None = None
    case: Identifier | None = None
    """Only in this one of the service's cases; in all of them where it is null."""


class Online(Entry):
    """Whether and how the service works online."""

    text: Line
    url: HttpUrl | CountyLink | None = None


class Appointment(Entry):
    """Whether an appointment is needed; null where the county decides."""

    needed: bool | None
    text: Line


class Form(Entry):
    """A form to fill in, by name and, where it is the same everywhere, by address."""

    name: Line
    url: HttpUrl | CountyLink | None = None


class Case(Entry):
    """One of the situations between which an answer differs."""

    id: Identifier
    title: Line


class Cases(Entry):
    """What the citizen is asked before documents or fees are listed that differ by the answer."""

    question: Line
    options: Annotated[list[Case], Field(min_length=2, max_length=4)]


class Law(Entry):
    """A source of law."""

    law: Line
    section: Line
    url: HttpUrl | None = None


class Check(Entry):
    """When and how facts were checked, and against what.

    `read`: the source itself was read; `search`: a stored copy of it; `brief`: the project's
    own brief.  Never set without the check having been made.
    """

    on: dt.date
    source: Annotated[list[Line], Field(min_length=1)]
    how: Literal["read", "search", "brief"]


class Review(Entry):
    """A named person of the county confirmed the entry."""

    on: dt.date
    by: Line


class Service(Entry):
    """One service (Leistung) of one of the three offices."""

    id: Identifier
    office: OfficeId
    leika: Annotated[str, StringConstraints(pattern=r"^\d{14}$")] | None = None
    title: Line
    also_called: list[Line] = []
    summary: Line
    cases: Cases | None = None
    documents: list[Document] = []
    fees: list[Fee] = []
    deadline: Line | None = None
    duration: Line | None = None
    where: Line | None = None
    online: Online | None = None
    appointment: Appointment | None = None
    eligibility: Line | None = None
    steps: list[Line] = []
    forms: list[Form] = []
    legal_basis: list[Law] = []
    speakable: Line
    related: list[Identifier] = []
    hand_over_when: list[Line] = []
    checked: Check
    checked_aspects: dict[Aspect, Check] = {}
    """A check that covers one aspect alone, where it differs from the entry's."""
    reviewed: Review | None = None
    valid_until: dt.date | None = None

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if not self.id.startswith(f"{self.office}_"):
            raise ValueError(f"the id of a service of '{self.office}' begins with '{self.office}_'")
        words = len(re.findall(r"\S+", self.speakable))
        if words > MAX_SPEAKABLE_WORDS:
            raise ValueError(f"speakable has {words} words, at most {MAX_SPEAKABLE_WORDS}")
        known = {case.id for case in self.cases.options} if self.cases else set()
        used = {d.case for d in self.documents} | {f.case for f in self.fees}
        if strange := {case for case in used if case} - known:
            raise ValueError(f"no such case: {', '.join(sorted(strange))}")
        return self

    def check_of(self, aspect: Aspect) -> Check:
        """The check that stands behind what is said about `aspect`."""
        return self.checked_aspects.get(aspect, self.checked)


class OtherOffice(Entry):
    """A matter that is none of the three offices', and who is responsible for it."""

    id: Annotated[str, StringConstraints(pattern=r"^other_[a-z0-9_]+$")]
    title: Line
    also_called: list[Line] = []
    answer: Line
    speakable: Line | None = None
    """What the phone says instead, where the answer is no good to the ear."""
    phone: Line | None = None
    url: HttpUrl | CountyLink | None = None
    checked: Check
    reviewed: Review | None = None


class OtherOffices(Entry):
    """The file of other offices."""

    offices: list[OtherOffice]


class CrisisNumber(Entry):
    """A telephone number that helps at once, and in which kinds of crisis (`bot.crisis`)."""

    name: Line
    phone: Line
    note: Line | None = None
    kinds: Annotated[
        list[Literal["self_harm", "violence", "emergency", "threat"]], Field(min_length=1)
    ]


class CrisisNumbers(RootModel[list[CrisisNumber]]):
    """The file of crisis numbers, in the order in which they are given."""


Clock = Annotated[str, StringConstraints(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
WEEKDAYS: tuple[Weekday, ...] = get_args(Weekday)


Extension = Annotated[str, StringConstraints(pattern=r"^\d{1,10}$")]
"""A telephone in the house, by its digits."""


class Hours(Entry):
    """One opening interval, local time."""

    from_: Annotated[Clock, Field(alias="from")]
    to: Clock

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.from_ >= self.to:
            raise ValueError(f"opens at {self.from_} but closes at {self.to}")
        return self


class Closure(Entry):
    """A time at which an office is closed although its weekly hours say otherwise, local time."""

    from_: Annotated[dt.datetime, Field(alias="from")]
    to: dt.datetime
    reason: Line

    @model_validator(mode="after")
    def _ordered(self) -> Self:
        if self.from_.tzinfo or self.to.tzinfo:
            raise ValueError("closures are written in local time, without a time zone")
        if self.from_ >= self.to:
            raise ValueError(f"closes at {self.from_} but opens again at {self.to}")
        return self


class Team(Entry):
    """A part of an office that takes cases of its own."""

    id: Identifier
    name: Line


class Routing(Entry):
    """How an office's cases find their caseworkers."""

    capacity: Annotated[int, Field(ge=1, le=50)] = 4
    """How many cases one caseworker is offered at once."""
    offer_after_s: Annotated[int, Field(ge=1)] | None = None
    """Offer a case to the next free caseworker after this wait; null: whoever is free claims."""
    offer_timeout_s: Annotated[int, Field(ge=5)] = 45
    """How long an offer stands until the next one gets it."""
    due_hours: Annotated[int, Field(ge=1)] = 8
    """Opening hours within which a call-back or a message is to be answered."""


class Office(Entry):
    """One of the county's offices: who runs it, where it is, when and how it takes handovers."""

    id: OfficeId
    name: Line
    short: Line
    operator: Line
    handover: Literal["console", "phone", "mail", "none"]
    address: list[Line]
    phone: Line
    extension: Extension | None = None
    """Rings at several telephones of the office, for callers who asked the bot for a person."""
    mail: Line
    hours: dict[Weekday, list[Hours]]
    closed_on: dict[dt.date, Line] = {}
    """Bridging days and other single days, each with the reason."""
    closures: list[Closure] = []
    """Works meetings, training, absence of everybody: parts of days, or several days."""
    teams: list[Team] = []
    routing: Routing = Routing()
    privacy_notice: HttpUrl
    featured: list[Identifier] = []
    """The services that are offered first when somebody names the office alone."""
    links: dict[Identifier, HttpUrl] = {}


class County(Entry):
    """The one file that makes an instance a county's own."""

    name: Line
    state: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")]
    """The Land, as ISO 3166-2:DE code; decides the public holidays."""
    timezone: Line = "Europe/Berlin"
    default_office: OfficeId
    review_after_days: Annotated[int, Field(ge=1)] = 180
    switchboard: Line
    switchboard_extension: Extension | None = None
    """The switchboard's telephone in the house; rings where an office has none of its own."""
    website: HttpUrl
    imprint: HttpUrl
    privacy_notice: HttpUrl
    accessibility_statement: HttpUrl
    links: dict[Identifier, HttpUrl] = {}
    offices: Annotated[list[Office], Field(min_length=1)]

    @model_validator(mode="after")
    def _offices_once(self) -> Self:
        ids = [office.id for office in self.offices]
        if sorted(ids) != sorted(set(ids)):
            raise ValueError("an office is listed twice")
        if self.default_office not in ids:
            raise ValueError("default_office is not among the offices")
        return self
