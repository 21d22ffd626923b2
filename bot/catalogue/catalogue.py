"""The whole catalogue in memory: services, other offices, the county and its crisis numbers."""

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from bot.catalogue.loader import CatalogueError, Problem, read, read_services
from bot.catalogue.schema import (
    Aspect,
    County,
    CrisisNumber,
    CrisisNumbers,
    OfficeId,
    OtherOffice,
    OtherOffices,
    Service,
)


@dataclass(frozen=True)
class Due:
    """An entry that has expired or waits for the county's review."""

    id: str
    why: Literal["expired", "never reviewed", "review is old"]


class Catalogue:
    """What the bot may say.

    Raises:
        CatalogueError: on loading, with every problem found.
    """

    def __init__(
        self,
        services: list[Service],
        others: list[OtherOffice],
        county: County,
        crisis_numbers: list[CrisisNumber],
    ) -> None:
        self.services = {service.id: service for service in services}
        self.others = {office.id: office for office in others}
        self.county = county
        self.crisis_numbers = crisis_numbers

    @classmethod
    def load(cls, data: Path) -> "Catalogue":
        """Reads and checks the files in the folder `data`."""
        county = read(data / "county.yml", County)
        services = read_services(data / "services")
        others = read(data / "offices.yml", OtherOffices).offices
        numbers = read(data / "crisis/numbers.yml", CrisisNumbers).root
        catalogue = cls(services, others, county, numbers)
        if problems := catalogue._loose_ends(data):
            raise CatalogueError(problems)
        return catalogue

    def office_of(self, service: str | None) -> OfficeId | None:
        """The office that a service belongs to."""
        return self.services[service].office if service in self.services else None

    def office_for(self, service: str | None) -> OfficeId:
        """The office to turn to: that of the service, else the county's default."""
        return self.office_of(service) or self.county.default_office

    def has_case(self, service: str = "", aspect: str = "", case: str = "", *more: str) -> bool:
        """Whether the service's documents or fees differ in such a case."""
        entry = self.services.get(service)
        known = {c.id for c in entry.cases.options} if entry and entry.cases else set()
        return aspect in (Aspect.DOCUMENTS, Aspect.FEES) and case in known and not more

    def link(self, url: object) -> str | None:
        """A web address; `county:…` references are looked up in the county file."""
        if url is None:
            return None
        name = str(url).removeprefix("county:")
        return str(self.county.links[name]) if name != str(url) else name

    def due(self, today: dt.date) -> list[Due]:
        """The entries that somebody of the county should look at."""
        found = []
        for service in self.services.values():
            if service.valid_until and service.valid_until < today:
                found.append(Due(service.id, "expired"))
            elif service.reviewed is None:
                found.append(Due(service.id, "never reviewed"))
            elif (today - service.reviewed.on).days > self.county.review_after_days:
                found.append(Due(service.id, "review is old"))
        return found

    def _loose_ends(self, data: Path) -> list[Problem]:
        problems = [
            Problem(data / "county.yml", 1, f"offices.{office.id}.featured", f"no service '{name}'")
            for office in self.county.offices
            for name in office.featured
            if name not in self.services
        ]
        offices = {office.id for office in self.county.offices}
        for service in self.services.values():
            path = data / "services" / service.office / f"{service.id}.yml"
            if service.office not in offices:
                problems.append(Problem(path, 1, "office", "is not among those of county.yml"))
            for other in service.related:
                if other not in self.services:
                    problems.append(Problem(path, 1, "related", f"no service '{other}'"))
            for url in (service.online and service.online.url, *(f.url for f in service.forms)):
                name = str(url).removeprefix("county:")
                if name != str(url) and name not in self.county.links:
                    problems.append(Problem(path, 1, "url", f"no link '{name}' in county.yml"))
        return problems


def aspects_of(service: Service) -> list[Aspect]:
    """The aspects that the entry says something about, in the order in which they are offered."""
    said = {
        Aspect.DOCUMENTS: service.documents,
        Aspect.FEES: service.fees,
        Aspect.DEADLINE: service.deadline,
        Aspect.DURATION: service.duration,
        Aspect.WHERE: service.where,
        Aspect.ONLINE: service.online,
        Aspect.APPOINTMENT: service.appointment,
        Aspect.ELIGIBILITY: service.eligibility,
    }
    return [aspect for aspect, content in said.items() if content]
