"""The one place that turns a text's key into words of a citizen's language."""

import string
from dataclasses import dataclass
from pathlib import Path

from translations import catalogues
from translations.catalogues import State, Translation
from translations.languages import SOURCE, all_languages
from translations.sources import source_texts


@dataclass(frozen=True)
class Words:
    """A text as shown: its words, the language they are in, and who chose them.

    `state` is None for the German source itself.
    """

    text: str
    language: str
    state: State | None = None
    original: str | None = None


class Texts:
    """All texts of the bot, in German and in the languages that have a catalogue."""

    def __init__(
        self, sources: dict[str, str], translations: dict[str, dict[str, Translation]]
    ) -> None:
        self._sources = sources
        self._translations = translations

    @classmethod
    def load(cls, root: Path) -> "Texts":
        """Reads the German texts and every catalogue below the project folder `root`."""
        sources = source_texts(root)
        folder = root / "translations/catalogues"
        return cls(
            sources,
            {
                code: catalogues.load(path, sources)
                for code in all_languages()
                if (path := folder / f"{code}.po").exists()
            },
        )

    @property
    def written_languages(self) -> list[str]:
        """The languages with a catalogue of their own, German first."""
        return [code for code in all_languages() if code == SOURCE or code in self._translations]

    def words(self, key: str, language: str, **values: object) -> Words:
        """The text under `key` in `language`, or in German where no current translation exists.

        Raises:
            KeyError: there is no such text, or a value for one of its placeholders is missing.
        """
        german = _filled(self._sources[key], values)
        translation = self._translations.get(language, {}).get(key)
        if translation is None or translation.state is State.STALE:
            return Words(german, SOURCE)
        return Words(_filled(translation.text, values), language, translation.state, german)

    def say(self, key: str, language: str, **values: object) -> str:
        """Like `words`, where only the text matters."""
        return self.words(key, language, **values).text

    def has(self, key: str) -> bool:
        """Whether there is a text under `key`."""
        return key in self._sources

    def all_of(self, prefix: str, language: str) -> dict[str, str]:
        """The texts whose key begins with `prefix`, unfilled, without that prefix."""
        translated = self._translations.get(language, {})
        return {
            key.removeprefix(prefix): translated[key].text
            if key in translated and translated[key].state is not State.STALE
            else german
            for key, german in self._sources.items()
            if key.startswith(prefix)
        }

    def coverage(self, language: str) -> float:
        """The share of all texts that `language` has a current translation of."""
        if language == SOURCE:
            return 1.0
        current = [
            t for t in self._translations.get(language, {}).values() if t.state is not State.STALE
        ]
        return len(current) / len(self._sources)


def placeholders(text: str) -> set[str]:
    """The names of the `{placeholders}` in a text."""
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text
