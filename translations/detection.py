"""Which language a citizen writes in, decided offline by lingua's n-gram models."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from translations.languages import SOURCE, all_languages

MIN_LETTERS = 3
MIN_LATIN_WORDS = 2
"""One word in Latin letters ("Hallo", "ok") is at home in too many languages."""
MIN_CONFIDENCE = 0.5

MIN_FOREIGN_WORDS = 3
MAX_OFFERED, MIN_OTHERS = 0.1, 0.55
"""A text is foreign where all languages on offer together are less likely than the first, and the
two likeliest others together at least as likely as the second: noise is spread over many."""

_OWN_LETTERS = {"uk": set("іїєґ"), "ru": set("ыэё"), "fa": set("پچژگ")}
"""Letters that tell apart two languages of one script; Latin ones also stand in names."""

# German names of offices and papers stay German in every language, and would tip a short sentence.
_GERMAN_TERMS = re.compile(
    r"\b\w*(?:behörde|behoerde|zulassung|jobcenter|bescheid|aufenthalt|duldung|amt|geld|antrag"
    r"|termin|bescheinigung|kennzeichen)\w*\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Detected:
    """A language code and how sure the detector is of it, from 0 to 1."""

    language: str
    confidence: float


class LanguageDetection:
    """Detects one of the offered languages."""

    def __init__(self, codes: Iterable[str] | None = None) -> None:
        """`codes` are the languages on offer; those with a catalogue if unset."""
        self._offered = {code.split("-")[0] for code in codes or all_languages()}
        iso = [IsoCode639_1.from_str(code.upper()) for code in sorted(self._offered)]
        self._detector: LanguageDetector = (
            LanguageDetectorBuilder.from_iso_codes_639_1(*iso)
            .with_preloaded_language_models()
            .build()
        )
        self._wide: LanguageDetector | None = None

    def detect(self, text: str) -> Detected | None:
        """The language of `text`, or None where it is too short or too mixed to tell."""
        bare = _GERMAN_TERMS.sub(" ", text)
        if sum(map(str.isalpha, bare)) < MIN_LETTERS:
            bare = text
        if sum(map(str.isalpha, bare)) < MIN_LETTERS:
            return None
        if (only := self._by_letters(bare)) is not None:
            return Detected(only, 1.0)
        if bare.isascii() and len(bare.split()) < MIN_LATIN_WORDS:
            return None
        values = self._detector.compute_language_confidence_values(bare)
        best = values[0]
        if best.value < MIN_CONFIDENCE:
            return None
        return Detected(_code(best.language), best.value)

    def language_of(self, text: str, otherwise: str | None) -> str:
        """The detected language, or `otherwise` (the conversation's), or German."""
        found = self.detect(text)
        return found.language if found else otherwise or SOURCE

    def is_foreign(self, text: str) -> bool:
        """Whether `text` is most likely in a language that is not on offer.

        Looks among all languages that lingua knows, more coarsely; loaded when first asked.
        """
        if len(text.split()) < MIN_FOREIGN_WORDS:
            return False
        if self._wide is None:
            self._wide = (
                LanguageDetectorBuilder.from_all_languages().with_low_accuracy_mode().build()
            )
        values = self._wide.compute_language_confidence_values(_GERMAN_TERMS.sub(" ", text))
        others = [v.value for v in values if _code(v.language) not in self._offered]
        offered = sum(v.value for v in values) - sum(others)
        return offered < MAX_OFFERED and sum(others[:2]) >= MIN_OTHERS

    def _by_letters(self, text: str) -> str | None:
        """The offered language that alone has one of the text's letters."""
        found = {
            code for code, letters in _OWN_LETTERS.items()
            if code in self._offered and letters & set(text.casefold())
        }  # fmt: skip
        return found.pop() if len(found) == 1 else None


def _code(language: Language) -> str:
    return language.iso_code_639_1.name.lower()
