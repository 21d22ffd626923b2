"""Every reply that the bot can give, on the web and, shorter, on the phone."""

import copy
import datetime as dt
import itertools
from collections.abc import Sequence
from typing import Any

from bot.catalogue import wording
from bot.catalogue.catalogue import Catalogue
from bot.catalogue.schema import Aspect, OfficeId, Service
from bot.clock import Clock
from bot.crisis import CrisisKind
from bot.events import Message
from bot.model import Author, Channel, HandoverKind
from bot.parts import (
    AnyPart,
    Button,
    Buttons,
    Contact,
    Link,
    Links,
    Notice,
    Number,
    Numbers,
    Offer,
    Text,
)
from bot.replies.answers import PERSON, Answers
from bot.replies.speaker import Speaker, compose
from handover.offices import Offices
from translations.languages import LINGUA_FRANCA, SOURCE
from translations.languages import language as named
from translations.texts import Texts

TOPIC = "topic"
"""With `/` and an office: the payload of a button that names an office as the topic."""
LANGUAGE = "language"
"""With `/` and a code: the payload of a button that chooses the language to go on in."""
NONE_OF_THESE = "none_of_these"
_DESPAIR = "bot.handover_despair"
"""Below a crisis, but those who listen at any hour are named all the same."""


class Replies:
    """Turns acts into messages."""

    def __init__(
        self,
        catalogue: Catalogue,
        texts: Texts,
        offices: Offices,
        clock: Clock,
        languages: Sequence[str],
    ) -> None:
        self.languages = list(languages)
        """The codes on offer, German first."""
        self._catalogue = catalogue
        self._offices = offices
        self._clock = clock
        self._channel = Channel.WEB
        self._speak(texts)

    def on(self, channel: Channel) -> "Replies":
        """The same replies in the words of a channel: on the phone in words for the ear."""
        if channel is self._channel:
            return self
        other = copy.copy(self)
        other._channel = channel
        other._speak(self._texts.for_the_ear(channel is Channel.PHONE))
        return other

    def _speak(self, texts: Texts) -> None:
        self._texts = texts
        self._answers = Answers(self._catalogue, texts)

    def speaks(self, language: str) -> bool:
        """Whether replies can be given in the language."""
        return language in self.languages

    def disclosure(self, language: str) -> Message:
        """The first message of every conversation: that a machine answers (KI-VO, Art. 50)."""

        def build(say: Speaker) -> list[AnyPart]:
            buttons = [
                Button(title=say(f"bot.office_{office.id}"), payload=f"{TOPIC}/{office.id}")
                for office in self._catalogue.county.offices
            ]
            return [
                Text(text=say("bot.disclosure", county=self._catalogue.county.name)),
                Notice(text=say("bot.disclosure_privacy")),
                Buttons(title=say("bot.disclosure_start"), items=buttons),
            ]

        return compose(self._texts, language, build)

    def answer(
        self,
        service_id: str,
        aspect_id: str | None,
        language: str,
        case: str | None = None,
    ) -> Message:
        """What the catalogue says; or that it does not, and whom to ask."""
        service = self._catalogue.services[service_id]
        aspect = Aspect(aspect_id or Aspect.GENERAL)
        if self._answers.expired(service, self._today()):
            return self._declined(service, aspect, language, "bot.expired")
        if aspect is Aspect.STATUS:
            return self._declined(service, aspect, language, "bot.status_unknown")
        if not self._answers.knows(service, aspect):
            return self._declined(service, aspect, language, "bot.aspect_unknown")

        def build(say: Speaker) -> list[AnyPart]:
            short = self._channel is Channel.PHONE and aspect is Aspect.GENERAL
            return [
                *(
                    [Text(text=say(f"service.{service.id}.speakable"))]
                    if short
                    else self._answers.parts(say, service, aspect, case)
                ),
                *self._answers.source(say, service, aspect),
                *self._answers.more(say, service, aspect),
            ]

        check = service.check_of(aspect)
        return compose(self._texts, language, build).model_copy(
            update={
                "service": service.id,
                "aspect": aspect.value,
                "source": wording.sources(check.source),
                "checked_on": check.on,
                "reviewed_on": service.reviewed.on if service.reviewed else None,
            }
        )

    def memo(self, service_id: str, language: str) -> Message | None:
        """What a citizen takes along of a service; None where its facts no longer hold."""
        service = self._catalogue.services[service_id]
        if self._answers.expired(service, self._today()):
            return None
        message = compose(self._texts, language, lambda say: self._answers.memo(say, service))
        return message.model_copy(update={"service": service.id})

    def clarify(self, candidates: list[str], aspect: str | None, language: str) -> Message:
        """Asks back among services."""

        def build(say: Speaker) -> list[AnyPart]:
            items = [
                Button(
                    title=say(f"service.{candidate}.title"),
                    payload=f"{candidate}/{aspect or Aspect.GENERAL.value}",
                )
                for candidate in candidates
            ]
            none = Button(title=say("bot.clarify_none"), payload=NONE_OF_THESE)
            return [Text(text=say("utter_clarify")), Buttons(items=[*items, none])]

        return compose(self._texts, language, build)

    def topic(self, office: OfficeId, language: str) -> Message:
        """Asks which of an office's most wanted services is meant."""

        def build(say: Speaker) -> list[AnyPart]:
            items = [
                Button(title=say(f"service.{service}.title"), payload=f"{service}/general")
                for service in self._offices.office(office).featured
            ]
            title = say("bot.topic", office=say(f"bot.office_{office}"))
            return [Text(text=title), Buttons(items=items)]

        return compose(self._texts, language, build)

    def out_of_scope(self, office_id: str | None, language: str) -> Message:
        """Names the office that is responsible, or the 115."""
        office = self._catalogue.others.get(office_id or "")

        def build(say: Speaker) -> list[AnyPart]:
            if office is None:
                return [Text(text=say("utter_out_of_scope"))]
            heard = self._channel is Channel.PHONE and office.speakable
            words = "speakable" if heard else "answer"
            parts: list[AnyPart] = [Text(text=say(f"office.{office.id}.{words}"))]
            if office.phone:
                title = say(f"office.{office.id}.title")
                parts.append(Contact(title=title, lines=[], phone=office.phone))
            if url := self._catalogue.link(office.url):
                link = Link(title=say("bot.other_office_link"), url=url)
                parts.append(Links(items=[link]))
            return parts

        message = compose(self._texts, language, build)
        if office is None:
            return message
        return message.model_copy(
            update={
                "source": wording.sources(office.checked.source),
                "checked_on": office.checked.on,
                "reviewed_on": office.reviewed.on if office.reviewed else None,
            }
        )

    def say(self, act: dict[str, Any], language: str) -> Message:
        """A sentence of `domain.yml`, with its buttons."""
        key = str(act["key"])

        def build(say: Speaker) -> list[AnyPart]:
            parts: list[AnyPart] = [Text(text=say(key))]
            if buttons := act.get("buttons"):
                items = [
                    Button(title=say(self._button_key(key, b["title"])), payload=b["payload"])
                    for b in buttons
                ]
                parts.append(Buttons(items=items))
            return parts

        return compose(self._texts, language, build)

    def offer(self, office: OfficeId | None, key: str | None, language: str) -> Message:
        """Offers a person: says first whether one is there (`key`: the sentence before)."""

        def build(say: Speaker) -> list[AnyPart]:
            before: list[AnyPart] = [Text(text=say(key))] if key else []
            if key == _DESPAIR:
                before.append(self._numbers(say, CrisisKind.SELF_HARM))
            return [*before, *self._ways_to_a_person(say, office)]

        return compose(self._texts, language, build)

    def language_offer(self, offered: str, current: str) -> Message:
        """Offers, in that language, to go on in it."""

        def build(say: Speaker) -> list[AnyPart]:
            items = [
                Button(title=named(offered).name, payload=f"{LANGUAGE}/{offered}"),
                Button(
                    title=self._texts.say("bot.language_keep", current),
                    payload=f"{LANGUAGE}/{current}",
                ),
            ]
            return [Text(text=say("bot.language_offer")), Buttons(items=items)]

        message = compose(self._texts, offered, build)
        return message.model_copy(update={"author": Author.SYSTEM})

    def language_unknown(self) -> Message:
        """Says in German and English that this language is none of ours, and which are."""
        names = ", ".join(named(code).name for code in self.languages)
        texts = [
            self._texts.say("bot.language_unknown", code, languages=names)
            for code in (SOURCE, LINGUA_FRANCA)
        ]
        buttons = [
            Button(title=named(code).name, payload=f"{LANGUAGE}/{code}") for code in self.languages
        ]
        parts: list[AnyPart] = [*(Text(text=text) for text in texts), Buttons(items=buttons)]
        return Message(author=Author.BOT, text="\n\n".join(texts), language=SOURCE, parts=parts)

    def plain(self, key: str, language: str, **values: object) -> Message:
        """One sentence of the gateway."""
        return compose(self._texts, language, lambda say: [Text(text=say(key, **values))])

    def crisis(self, kind: CrisisKind, office: OfficeId, on_duty: bool, language: str) -> Message:
        """The right numbers first; then the plain truth about whether anybody reads this now."""

        def build(say: Speaker) -> list[AnyPart]:
            parts: list[AnyPart] = [
                Text(text=say(f"crisis.crisis_{kind}_intro")),
                self._numbers(say, kind),
            ]
            if self._offices.kinds(office):
                parts.append(Text(text=self._duty(say, office, on_duty)))
            return parts

        return compose(self._texts, language, build)

    def reopens_text(self, at: dt.datetime | None, language: str) -> str | None:
        """A coming opening as people say it."""
        if at is None:
            return None
        zone = self._offices.calendar.timezone
        now = self._clock.now().astimezone(zone)
        return wording.moment(at.astimezone(zone), now, self._texts, language)

    def _numbers(self, say: Speaker, kind: CrisisKind) -> Numbers:
        numbers = [
            Number(
                name=say(f"crisis.numbers.{n}.name"),
                phone=number.phone,
                note=say.optional(f"crisis.numbers.{n}.note"),
            )
            for n, number in enumerate(self._catalogue.crisis_numbers)
            if kind in number.kinds
        ]
        return Numbers(title=say("bot.title_numbers"), items=numbers)

    def _button_key(self, key: str, german: str) -> str:
        """The key of the button's title; its number alone may be off where one is left out."""
        keys = map(f"{key}.buttons.{{}}".format, itertools.count())
        return next(k for k in keys if self._texts.say(k, SOURCE) == german)

    def _duty(self, say: Speaker, office: OfficeId, on_duty: bool) -> str:
        if on_duty:
            return say("crisis.crisis_duty_open")
        hours = self._offices.calendar.hours_of(office, self._clock.now())
        reopens = self.reopens_text(hours.reopens_at, say.language)
        if reopens is None:
            return say("crisis.crisis_duty_unknown")
        return say("crisis.crisis_duty_closed", reopens=reopens)

    def _declined(self, service: Service, aspect: Aspect, language: str, key: str) -> Message:
        def build(say: Speaker) -> list[AnyPart]:
            values: dict[str, object] = {"title": say(f"service.{service.id}.title")}
            if service.valid_until:
                values["date"] = wording.date(service.valid_until, say.language)
            return [
                Text(text=say(key, **values)),
                *self._ways_to_a_person(say, service.office),
                *self._answers.more(say, service, aspect),
            ]

        return compose(self._texts, language, build).model_copy(
            update={"service": service.id, "aspect": aspect.value}
        )

    def _ways_to_a_person(self, say: Speaker, office: OfficeId | None) -> list[AnyPart]:
        if office is None:
            items = [
                Button(title=say(f"bot.office_{o.id}"), payload=f"{PERSON}/{o.id}")
                for o in self._catalogue.county.offices
            ]
            return [Buttons(title=say("bot.choose_office"), items=items)]
        entry, kinds = self._offices.office(office), self._offices.kinds(office)
        if not kinds:
            hours = wording.opening_hours(entry, self._texts, say.language)
            contact = Contact(
                title=entry.name, lines=list(entry.address), phone=entry.phone, mail=entry.mail,
                hours=hours,
            )  # fmt: skip
            return [Text(text=say("bot.offer_elsewhere")), contact]
        hours_now = self._offices.calendar.hours_of(office, self._clock.now())
        reopens = self.reopens_text(hours_now.reopens_at, say.language)
        name = say(f"bot.office_{office}")
        if HandoverKind.CHAT in kinds:
            text = say("bot.offer_open", office=name)
        elif reopens:
            text = say("bot.offer_closed", office=name, reopens=reopens)
        else:
            text = say("bot.offer_closed_unknown", office=name)
        return [
            Offer(
                office=office,
                office_name=name,
                open=HandoverKind.CHAT in kinds,
                reopens_at=hours_now.reopens_at,
                reopens_text=reopens,
                kinds=[kind.value for kind in kinds],
                text=text,
            )
        ]

    def _today(self) -> dt.date:
        return self._clock.now().astimezone(self._offices.calendar.timezone).date()
