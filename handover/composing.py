"""What a caseworker's words become on their way to the citizen."""

from dataclasses import dataclass
from typing import Protocol

from bot.catalogue.schema import OfficeId
from bot.events import Message, TranslationNote
from bot.model import Author
from translations import figures
from translations.interpreter import Interpreter
from translations.languages import SOURCE
from translations.machine.gates import Reason
from translations.texts import TEMPLATES, Texts


@dataclass(frozen=True)
class Repeated:
    """The answer of the catalogue that a caseworker repeats."""

    service: str
    aspect: str


class CatalogueAnswers(Protocol):
    """What the bot itself says from the catalogue."""

    def answer(self, service: str, aspect: str, language: str) -> Message | None:
        """The answer in that language; None where there is none."""


class Composing:
    """Puts caseworkers' words into the citizen's language where that is possible.

    Answers of the catalogue and the office's templates come in the catalogue's words; anything
    else is translated by machine, whose gates may leave it German.
    """

    def __init__(self, interpreter: Interpreter, answers: CatalogueAnswers) -> None:
        self._interpreter = interpreter
        self._answers = answers

    async def compose(
        self, text: str, name: str, language: str, repeated: Repeated | None = None
    ) -> Message:
        """The message to a citizen who reads `language`.

        What was `repeated` counts only where not a word of it was altered.
        """
        if repeated and (message := self._repeat(text, name, language, repeated)):
            return message
        needed = self._interpreter.needed(SOURCE, language)
        if not needed and language == SOURCE:
            return Message(author=Author.CASEWORKER, text=text, language=SOURCE, name=name)
        interpreted = await self._interpreter.interpret(text, SOURCE, language)
        if interpreted.text is not None:
            return Message(
                author=Author.CASEWORKER,
                text=interpreted.text,
                language=language,
                name=name,
                translation=TranslationNote(of=SOURCE, by=interpreted.by, original=text),
            )
        reason = interpreted.reason or Reason.FAILED
        return Message(
            author=Author.CASEWORKER,
            text=text,
            language=SOURCE,
            name=name,
            not_translated=reason.value if needed else None,
        )

    def _repeat(self, text: str, name: str, language: str, repeated: Repeated) -> Message | None:
        german = self._answers.answer(repeated.service, repeated.aspect, SOURCE)
        if german is None or german.text.split() != text.split():
            return None
        message = self._answers.answer(repeated.service, repeated.aspect, language)
        if message is None or message.language != language:
            return None  # the catalogue has no words in it; perhaps the machine has
        return message.model_copy(update={"author": Author.CASEWORKER, "name": name})


def templates(texts: Texts, office: OfficeId | None) -> list[tuple[str, str, list[str]]]:
    """Id, German words and placeholders of every template; of one office: its own come first.

    A template whose id begins with an office's belongs to that office.
    """
    found = [
        (name, text, list(figures.placeholders(text)))
        for name, text in texts.all_of(TEMPLATES, SOURCE).items()
    ]
    if office is None:
        return found
    own = [entry for entry in found if entry[0].startswith(f"{office}_")]
    general = [entry for entry in found if _office_of(entry[0]) is None]
    return [*own, *general]


def _office_of(template: str) -> OfficeId | None:
    return next((office for office in OfficeId if template.startswith(f"{office}_")), None)
