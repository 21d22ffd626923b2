"""The one place that turns a text's key into words of a citizen's language."""

import copy
import re
from dataclasses import dataclass
from pathlib import Path

from translations import catalogues, direction
from translations.catalogues import State, Translation
from translations.languages import SOURCE, all_languages
from translations.languages import language as named
from translations.sources import source_texts, staff_texts

TEMPLATES = "templates."
"""How the keys of those texts begin that caseworkers send."""
SPEAKABLE = "speakable."
"""With a text's key: the key of what a caller is told instead, where the text is for the eye."""


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
        self,
        sources: dict[str, str],
        translations: dict[str, dict[str, Translation]],
        staff: dict[str, str] | None = None,
    ) -> None:
        self._sources = sources
        self._staff = staff or {}
        """What only people who work here read, in German alone."""
        self._translations = translations
        self._keys = {german: key for key, german in sources.items() if "{" not in german}
        self._templates = [
            (key, _pattern(german)) for key, german in sources.items()
            if key.startswith(TEMPLATES) and "{" in german
        ]  # fmt: skip
        self._heard = False

    @classmethod
    def load(cls, root: Path, compiled: Path | None = None) -> "Texts":
        """Reads the German texts and every catalogue below the project folder `root`.

        The folder `compiled` keeps what was read for the next start.
        """
        sources = source_texts(root)
        folder = root / "translations/catalogues"
        found = {}
        for code in all_languages():
            if (path := folder / f"{code}.po").exists():
                found[code] = (
                    catalogues.load_compiled(path, sources, compiled)
                    if compiled
                    else catalogues.load(path, sources)
                )
        return cls(sources, found, staff_texts(root))

    def for_the_ear(self, heard: bool) -> "Texts":
        """The same texts; where `heard`, what is speakable takes the place of what is not."""
        texts = copy.copy(self)
        texts._heard = heard
        return texts

    @property
    def written_languages(self) -> list[str]:
        """The languages with a catalogue of their own, German first."""
        return [code for code in all_languages() if code == SOURCE or code in self._translations]

    def words(self, key: str, language: str, **values: object) -> Words:
        """The text under `key` in `language`, or in German where no current translation exists.

        Raises:
            KeyError: there is no such text, or a value for one of its placeholders is missing.
        """
        key = self._told(key, language)
        source = self._sources.get(key)
        german = _filled(self._staff[key] if source is None else source, values)
        translation = self._current(key, language)
        if translation is None:
            return Words(german, SOURCE)
        text = _filled(translation.text, values)
        return Words(_shown(text, language), language, translation.state, german)

    def say(self, key: str, language: str, **values: object) -> str:
        """Like `words`, where only the text matters."""
        return self.words(key, language, **values).text

    def has(self, key: str) -> bool:
        """Whether there is a text under `key`."""
        return key in self._sources or key in self._staff

    def match(self, german: str) -> tuple[str, dict[str, str]] | None:
        """The key of a German text that the catalogues hold, with what fills its placeholders.

        Only templates are recognised with their placeholders filled.
        """
        german = german.strip()
        if (key := self._keys.get(german)) is not None:
            return key, {}
        for key, pattern in self._templates:
            if found := pattern.fullmatch(german):
                return key, found.groupdict()
        return None

    def all_of(self, prefix: str, language: str) -> dict[str, str]:
        """The texts whose key begins with `prefix`, unfilled, without that prefix."""
        translated = self._translations.get(language, {})
        return {
            key.removeprefix(prefix): _shown(translated[key].text, language)
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

    def _told(self, key: str, language: str) -> str:
        """The key of what is said: words for the eye only where no others are in her language."""
        instead = SPEAKABLE + key
        if not self._heard or instead not in self._sources:
            return key
        only_written = self._current(key, language) and not self._current(instead, language)
        return key if only_written else instead

    def _current(self, key: str, language: str) -> Translation | None:
        found = self._translations.get(language, {}).get(key)
        return None if found is None or found.state is State.STALE else found


def _pattern(german: str) -> re.Pattern[str]:
    """Matches a template whose placeholders are filled with up to forty characters each."""
    return re.compile(re.sub(r"\\{(\w+)\\}", r"(?P<\1>.{1,40}?)", re.escape(german)))


def _filled(text: str, values: dict[str, object]) -> str:
    return text.format(**values) if values else text


def _shown(text: str, language: str) -> str:
    return direction.isolated(text) if named(language).direction == "rtl" else text
