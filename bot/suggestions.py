"""The catalogue as caseworkers use it: what the bot would answer, to be sent by a person."""

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.schema import Aspect
from bot.errors import DialogueUnavailable
from bot.events import Message
from bot.model import Decision, Understanding
from bot.parts import AnyPart, Buttons, as_text
from bot.replies.replies import Replies
from bot.understanding import Understander
from handover.shapes import Suggestion
from translations.languages import SOURCE
from translations.texts import Texts

_AT_MOST = 3
_DEADLINE_S = 5.0


class CatalogueReplies:
    """The bot's answers without its buttons: a person is writing, and there is nothing to press."""

    def __init__(self, catalogue: Catalogue, replies: Replies) -> None:
        self._catalogue = catalogue
        self._replies = replies

    def answer(self, service: str, aspect: str, language: str) -> Message | None:
        """See `handover.composing.CatalogueAnswers`."""
        if service not in self._catalogue.services or aspect not in set(Aspect):
            return None
        message = self._replies.answer(service, aspect, language)
        if message.source is None:
            return None  # expired, or the entry does not say
        kept = _without_buttons(message.parts)
        note = message.translation
        if note is not None:
            german = self._replies.answer(service, aspect, SOURCE)
            original = as_text(_without_buttons(german.parts))
            note = note.model_copy(update={"original": original})
        return message.model_copy(
            update={"parts": kept, "text": as_text(kept), "translation": note}
        )


class CatalogueAdvisor:
    """Understands a question as the bot does, and offers up to three answers."""

    def __init__(
        self,
        catalogue: Catalogue,
        texts: Texts,
        answers: CatalogueReplies,
        understander: Understander,
    ) -> None:
        self._catalogue = catalogue
        self._texts = texts
        self._answers = answers
        self._understander = understander

    async def suggest(self, question: str, language: str) -> list[Suggestion]:
        """See `handover.advising.Advisor`."""
        try:
            understood = await self._understander.understand(question, language, _DEADLINE_S)
        except DialogueUnavailable:
            return []
        if understood.decision is Decision.CRISIS:
            return []  # no time for fees and forms
        aspect = understood.aspect or Aspect.GENERAL.value
        found = [self._suggestion(s, aspect, c) for s, c in self._services(understood)]
        return [suggestion for suggestion in found if suggestion][:_AT_MOST]

    def _services(self, understood: Understanding) -> list[tuple[str, float]]:
        """The services that may be meant, with the confidence in each."""
        ranking = understood.turn.ranking if understood.turn else ()
        confidence = {ranked.name: ranked.confidence for ranked in ranking}
        named = [understood.service] if understood.service else []
        likely = [*named, *understood.candidates, *confidence]
        return [
            (service, confidence.get(service, 0.0))
            for service in dict.fromkeys(likely)
            if service in self._catalogue.services
        ]

    def _suggestion(self, service: str, aspect: str, confidence: float) -> Suggestion | None:
        for tried in dict.fromkeys((aspect, Aspect.GENERAL.value)):
            message = self._answers.answer(service, tried, SOURCE)
            if message is not None:
                return Suggestion(
                    service=service,
                    service_title=self._texts.say(f"service.{service}.title", SOURCE),
                    aspect=tried,
                    text=message.text,
                    source=message.source,
                    checked_on=message.checked_on,
                    confidence=confidence,
                )
        return None


def _without_buttons(parts: list[AnyPart]) -> list[AnyPart]:
    return [part for part in parts if not isinstance(part, Buttons)]
