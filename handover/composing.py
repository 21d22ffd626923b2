"""What a caseworker's words become on their way to the citizen."""

from bot.events import Message, TranslationNote
from bot.model import Author
from translations import figures
from translations.interpreter import Interpreter
from translations.languages import SOURCE
from translations.machine.gates import Reason
from translations.texts import TEMPLATES, Texts


async def compose(text: str, name: str, language: str, interpreter: Interpreter) -> Message:
    """The message in the citizen's language where that is possible, else in German.

    The office's templates come in the catalogue's words; anything else is translated by machine,
    whose gates may leave it German.
    """
    needed = interpreter.needed(SOURCE, language)
    if not needed and language == SOURCE:
        return Message(author=Author.CASEWORKER, text=text, language=SOURCE, name=name)
    interpreted = await interpreter.interpret(text, SOURCE, language)
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


def templates(texts: Texts) -> list[tuple[str, str, list[str]]]:
    """Id, German words and placeholders of every template."""
    return [
        (name, text, list(figures.placeholders(text)))
        for name, text in texts.all_of(TEMPLATES, SOURCE).items()
    ]
