"""Which language a citizen writes in, decided offline by lingua's n-gram models."""

import re
from dataclasses import dataclass

from lingua import IsoCode639_1, Language, LanguageDetector, LanguageDetectorBuilder

from translations.languages import SOURCE, all_languages

MIN_LETTERS = 3
MIN_LATIN_WORDS = 2
"""One word in Latin letters ("Hallo", "ok") is at home in too many languages."""
MIN_CONFIDENCE = 0.5

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

    def __init__(self) -> None:
        codes = {code.split("-")[0] for code in all_languages()}
        iso = [IsoCode639_1.from_str(code.upper()) for code in sorted(codes)]
        self._detector: LanguageDetector = (
            LanguageDetectorBuilder.from_iso_codes_639_1(*iso)
            .with_preloaded_language_models()
            .build()
        )

    def detect(self, text: str) -> Detected | None:
        """The language of `text`, or None where it is too short or too mixed to tell."""
        bare = _GERMAN_TERMS.sub(" ", text)
        if sum(map(str.isalpha, bare)) < MIN_LETTERS:
            bare = text
        if sum(map(str.isalpha, bare)) < MIN_LETTERS:
            return None
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


def _code(language: Language) -> str:
    return language.iso_code_639_1.name.lower()
