"""Speaks one reply in one language and remembers how much of it really is in that language."""

from collections.abc import Callable
from typing import Literal

from bot.events import Message, TranslationNote
from bot.model import Author
from bot.parts import AnyPart, Notice, as_text
from translations.catalogues import State
from translations.languages import SOURCE
from translations.texts import Texts


class Speaker:
    """Looks up texts for one reply; `missing` counts those that exist in German only."""

    def __init__(self, texts: Texts, language: str) -> None:
        self.language = language
        self.missing = 0
        self.found = 0
        self.draft = False
        self._texts = texts

    def __call__(self, key: str, **values: object) -> str:
        """The text under `key`."""
        words = self._texts.words(key, self.language, **values)
        if words.language != self.language:
            self.missing += 1
        else:
            self.found += 1
            self.draft = self.draft or words.state is State.DRAFT
        return words.text

    def optional(self, key: str) -> str | None:
        """The text under `key`, or None where there is no such text."""
        return self(key) if self._texts.has(key) else None


def compose(texts: Texts, language: str, build: Callable[[Speaker], list[AnyPart]]) -> Message:
    """The message that `build` makes in `language`.

    Where some of it is not translated, the whole message is German, with a notice in the
    citizen's language where that exists: half a sentence in each helps nobody.
    """
    speaker = Speaker(texts, language)
    parts = build(speaker)
    if language == SOURCE:
        return _message(parts, SOURCE)
    german = build(Speaker(texts, SOURCE))
    if speaker.missing:
        return _message([Notice(text=texts.say("bot.german_only", language)), *german], SOURCE)
    by: Literal["draft", "reviewed"] = "draft" if speaker.draft else "reviewed"
    note = TranslationNote(of=SOURCE, by=by, original=as_text(german))
    return _message(parts, language, note)


def _message(parts: list[AnyPart], language: str, note: TranslationNote | None = None) -> Message:
    return Message(
        author=Author.BOT, text=as_text(parts), language=language, parts=parts, translation=note
    )
