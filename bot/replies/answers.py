"""Answers from the catalogue: one service, one aspect, with source and date."""

import datetime as dt
from collections.abc import Callable

from bot.catalogue import wording
from bot.catalogue.catalogue import Catalogue, aspects_of
from bot.catalogue.schema import Aspect, Service
from bot.parts import (
    AnyPart,
    Button,
    Buttons,
    Checklist,
    ChecklistItem,
    Contact,
    FeeItem,
    Fees,
    Link,
    Links,
    Notice,
    Source,
    Steps,
    Text,
)
from bot.replies.speaker import Speaker
from translations.texts import Texts

PERSON = "human_person"
"""The payload of a button that asks for a person; with `/` and an office, for one of it."""
CASE = "case"
"""With service, aspect and case, each after a `/`: the payload of a button that tells the case."""

OfCase = Callable[[Speaker, Service, str, str | None], list[AnyPart]]
"""Builds what an entry says of a case, from the entry and its key."""


class Answers:
    """Builds the parts of an answer; says nothing that the entry does not say."""

    def __init__(self, catalogue: Catalogue, texts: Texts) -> None:
        self._catalogue = catalogue
        self._texts = texts

    def parts(
        self, say: Speaker, service: Service, aspect: Aspect, case: str | None = None
    ) -> list[AnyPart]:
        """The answer without its source; of several cases, for `case` alone.

        Where the case matters and is not known, it is asked for, beside what holds in all.
        """
        key = f"service.{service.id}"
        title = say(f"{key}.title")
        if aspect is Aspect.GENERAL:
            return self._overview(say, service, title)
        content = self._aspect(say, service, aspect, key, case)
        heading = say("bot.answer_aspect", title=title, aspect=say(f"bot.aspect_{aspect}"))
        if case is None and _differs(service, aspect):
            content += self._which_case(say, service, aspect, key)
        return [Text(text=heading), *content]

    def knows(self, service: Service, aspect: Aspect) -> bool:
        """Whether the entry says something about the aspect."""
        return aspect is Aspect.GENERAL or aspect in aspects_of(service)

    def more(self, say: Speaker, service: Service, told: Aspect) -> list[AnyPart]:
        """Buttons for what else the entry says."""
        items = [
            Button(title=say(f"bot.aspect_{aspect}"), payload=f"{service.id}/{aspect}")
            for aspect in (Aspect.GENERAL, *aspects_of(service))
            if aspect is not told
        ]
        return [Buttons(title=say("bot.title_more"), items=items)]

    def source(self, say: Speaker, service: Service, aspect: Aspect) -> list[AnyPart]:
        """Source, date of the check, and how long the answer holds."""
        check, review = service.check_of(aspect), service.reviewed
        names = wording.sources(check.source)
        if review:
            on = wording.date(review.on, say.language)
            text = say("bot.source_reviewed", source=names, date=on)
        else:
            on = wording.date(check.on, say.language)
            text = f"{say('bot.source', source=names, date=on)} {say('bot.not_reviewed')}"
        laws = [
            Link(title=f"{law.section} {law.law}", url=str(law.url) if law.url else None)
            for law in service.legal_basis
        ]
        parts: list[AnyPart] = []
        if service.valid_until:
            until = wording.date(service.valid_until, say.language)
            parts.append(Notice(text=say("bot.valid_until", date=until)))
        reviewed_on = review.on if review else None
        return [
            *parts,
            Source(text=text, items=laws, checked_on=check.on, reviewed_on=reviewed_on),
        ]

    def memo(self, say: Speaker, service: Service) -> list[AnyPart]:
        """What a citizen takes along of an entry: steps, papers and costs of every case, where."""
        key = f"service.{service.id}"
        parts: list[AnyPart] = [Text(text=say(f"{key}.summary"))]
        if service.steps:
            parts.append(self._steps(say, service))
        parts += self._lists(say, service, key)
        if service.where:
            parts.append(Text(text=say(f"{key}.where")))
        parts.append(self.contact(say, service))
        told = [a for a in (Aspect.DOCUMENTS, Aspect.FEES, Aspect.WHERE) if self.knows(service, a)]
        for aspect in told or [Aspect.GENERAL]:
            parts += [part for part in self.source(say, service, aspect) if part not in parts]
        return parts

    def contact(self, say: Speaker, service: Service) -> Contact:
        """How to reach the service's office, from the county file."""
        office = next(o for o in self._catalogue.county.offices if o.id == service.office)
        return Contact(
            title=office.name,
            lines=list(office.address),
            phone=office.phone,
            mail=office.mail,
            hours=wording.opening_hours(office, self._texts, say.language),
        )

    def expired(self, service: Service, today: dt.date) -> bool:
        """Whether the entry's facts no longer hold."""
        return service.valid_until is not None and service.valid_until < today

    def _overview(self, say: Speaker, service: Service, title: str) -> list[AnyPart]:
        key = f"service.{service.id}"
        parts: list[AnyPart] = [
            Text(text=say("bot.answer_intro", title=title)),
            Text(text=say(f"{key}.summary")),
        ]
        if service.steps:
            parts.append(self._steps(say, service))
        if service.forms:
            parts.append(self._forms(say, service))
        if service.id.endswith(("_kontakt", "_termin")):
            parts.append(self.contact(say, service))
        if service.hand_over_when:
            cases = [say(f"{key}.hand_over_when.{n}") for n in range(len(service.hand_over_when))]
            rows = "\n".join(f"- {case}" for case in cases)
            parts.append(Notice(text=f"{say('bot.title_person')}\n{rows}"))
            person = Button(title=say("bot.person"), payload=f"{PERSON}/{service.office}")
            parts.append(Buttons(items=[person]))
        return parts

    def _aspect(
        self, say: Speaker, service: Service, aspect: Aspect, key: str, case: str | None
    ) -> list[AnyPart]:
        match aspect:
            case Aspect.DOCUMENTS:
                return self._documents(say, service, key, case)
            case Aspect.FEES:
                return [*self._fees(say, service, key, case), *self._local_fees(say, service)]
            case Aspect.WHERE:
                return [Text(text=say(f"{key}.where")), self.contact(say, service)]
            case Aspect.ONLINE:
                return self._online(say, service, key)
            case Aspect.APPOINTMENT:
                return self._appointment(say, service, key)
            case _:
                return [Text(text=say(f"{key}.{aspect}"))]

    def _steps(self, say: Speaker, service: Service) -> Steps:
        steps = [say(f"service.{service.id}.steps.{n}") for n in range(len(service.steps))]
        return Steps(title=say("bot.title_steps"), items=steps)

    def _lists(self, say: Speaker, service: Service, key: str) -> list[AnyPart]:
        """Papers and costs; where they differ by case, those of each under its name."""
        parts: list[AnyPart] = []
        for aspect, of_case in (
            (Aspect.DOCUMENTS, self._documents),
            (Aspect.FEES, self._fees),
        ):
            told = say(f"bot.aspect_{aspect}")
            for names, lists in self._cases(say, service, key, of_case):
                if names:
                    title = say("bot.answer_aspect", title=" / ".join(names), aspect=told)
                    lists = [part.model_copy(update={"title": title}) for part in lists]
                parts += lists
        return [*parts, *self._local_fees(say, service)]

    def _cases(
        self, say: Speaker, service: Service, key: str, of_case: OfCase
    ) -> list[tuple[list[str], list[AnyPart]]]:
        """The lists that differ, each with the names of its cases; no names where all are alike."""
        options = service.cases.options if service.cases else []
        found: list[tuple[list[str], list[AnyPart]]] = []
        for n, option in enumerate(options):
            lists = of_case(say, service, key, option.id)
            name = say(f"{key}.cases.options.{n}.title")
            if alike := next((names for names, others in found if others == lists), None):
                alike.append(name)
            else:
                found.append(([name], lists))
        if len(found) > 1:
            return found
        return [([], found[0][1] if found else of_case(say, service, key, None))]

    def _local_fees(self, say: Speaker, service: Service) -> list[AnyPart]:
        """Plates, stickers and papers come on top at the Zulassung alone."""
        local = service.office == "kfz" and service.fees
        return [Notice(text=say("bot.fees_local"))] if local else []

    def _which_case(
        self, say: Speaker, service: Service, aspect: Aspect, key: str
    ) -> list[AnyPart]:
        options = service.cases.options if service.cases else []
        items = [
            Button(
                title=say(f"{key}.cases.options.{n}.title"),
                payload=f"{CASE}/{service.id}/{aspect}/{option.id}",
            )
            for n, option in enumerate(options)
        ]
        return [Buttons(title=say(f"{key}.cases.question"), items=items)]

    def _documents(
        self, say: Speaker, service: Service, key: str, case: str | None
    ) -> list[AnyPart]:
        items = [
            ChecklistItem(
                text=say(f"{key}.documents.{n}.text"),
                when=say(f"{key}.documents.{n}.when") if document.when else None,
            )
            for n, document in enumerate(service.documents)
            if document.case in (None, case)
        ]
        return [Checklist(title=say("bot.title_documents"), items=items)] if items else []

    def _fees(self, say: Speaker, service: Service, key: str, case: str | None) -> list[AnyPart]:
        items = [
            FeeItem(
                what=say(f"{key}.fees.{n}.what"),
                amount=wording.euros(fee.amount_eur, say.language)
                if fee.amount_eur is not None
                else say("bot.fees_variable"),
                note=say(f"{key}.fees.{n}.note") if fee.note else None,
            )
            for n, fee in enumerate(service.fees)
            if fee.case in (None, case)
        ]
        return [Fees(title=say("bot.title_fees"), items=items)] if items else []

    def _online(self, say: Speaker, service: Service, key: str) -> list[AnyPart]:
        parts: list[AnyPart] = [Text(text=say(f"{key}.online.text"))]
        if service.online and (url := self._catalogue.link(service.online.url)):
            parts.append(Links(items=[Link(title=say("bot.online_link"), url=url)]))
        if service.forms:
            parts.append(self._forms(say, service))
        return parts

    def _appointment(self, say: Speaker, service: Service, key: str) -> list[AnyPart]:
        office = next(o for o in self._catalogue.county.offices if o.id == service.office)
        parts: list[AnyPart] = [Text(text=say(f"{key}.appointment.text"))]
        if url := office.links.get("appointment"):
            parts.append(Links(items=[Link(title=say("bot.appointment_link"), url=str(url))]))
        return parts

    def _forms(self, say: Speaker, service: Service) -> Links:
        items = [
            Link(
                title=say(f"service.{service.id}.forms.{n}.name"),
                url=self._catalogue.link(form.url),
            )
            for n, form in enumerate(service.forms)
        ]
        return Links(title=say("bot.title_forms"), items=items)


def _differs(service: Service, aspect: Aspect) -> bool:
    """Whether what the entry says about the aspect depends on the citizen's case."""
    match aspect:
        case Aspect.DOCUMENTS:
            return any(document.case for document in service.documents)
        case Aspect.FEES:
            return any(fee.case for fee in service.fees)
        case _:
            return False
