"""Which of the offered languages an utterance is in."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

SURE = 0.5
"""Share of an offered language among the offered ones, from which it is taken."""
ANY = 0.1
"""Share of the offered ones among all, below which she speaks something else."""


@dataclass(frozen=True)
class Choice:
    """A language and how sure it is, from 0 to 1."""

    language: str
    confidence: float


def choose(probabilities: Mapping[str, float], offered: Iterable[str]) -> Choice | None:
    """The likeliest offered language; None if none of them is likely enough.

    Args:
        probabilities: Of every language that the recogniser knows.
    """
    among = {language: probabilities.get(language, 0.0) for language in offered}
    together = sum(among.values())
    if together < ANY:
        return None
    language = max(among, key=lambda one: among[one])
    confidence = among[language] / together
    return Choice(language, confidence) if confidence >= SURE else None
