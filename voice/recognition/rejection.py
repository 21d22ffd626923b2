"""What a recogniser says is believed or not: on noise it makes up words, fluently."""

import math
import re
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path

from bot.yaml_files import read_yaml
from voice.transcription import Reason, Rejected, Transcript

NO_SPEECH = 0.6
LOG_PROBABILITY = -1.0
COMPRESSION = 2.4
"""Each of these alone rejects; the recogniser's own rule needs two and lets silence speak."""
LETTERS_PER_S = 35.0
"""Twice as fast as people speak."""
REPEATS = {1: 6, 2: 6, 3: 3}
"""How often a text repeats a phrase of so many words (of more: as of three) to be a loop.

Digits come in rows ("null null null"), so short ones may repeat more often.
"""
_INVENTED = Path(__file__).parent / "invented.yml"


@dataclass(frozen=True)
class Hypothesis:
    """What the recogniser makes of an utterance."""

    text: str
    language: str
    language_confidence: float
    seconds: float
    """Length of the utterance."""
    no_speech: float
    """Probability that nobody spoke."""
    log_probability: float
    """Mean over the tokens."""
    compression: float
    """How much shorter zlib makes the text: high for loops."""


def judge(heard: Hypothesis) -> Transcript | Rejected:
    """The transcript, or why it is none."""
    reason = _reason(heard)
    if reason is not None:
        return Rejected(reason)
    confidence = min(1.0, math.exp(heard.log_probability))
    return Transcript(heard.text, heard.language, confidence, heard.language_confidence)


def _reason(heard: Hypothesis) -> Reason | None:
    words = _words(heard.text)
    if heard.no_speech > NO_SPEECH or not words:
        return Reason.SILENCE
    if _invented(words):
        return Reason.FOREIGN_TEXT
    if heard.compression > COMPRESSION or _loops(words):
        return Reason.REPETITION
    if heard.log_probability < LOG_PROBABILITY:
        return Reason.UNSURE
    if len(heard.text) > LETTERS_PER_S * max(heard.seconds, 0.5):
        return Reason.UNSURE
    return None


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", text.casefold())


def _loops(words: list[str]) -> bool:
    for length in range(1, len(words) // 2 + 1):
        times, rest = divmod(len(words), length)
        phrases = [words[at * length : (at + 1) * length] for at in range(times)]
        whole = all(a == b for a, b in pairwise(phrases))
        # the last round is often cut off by the limit of tokens
        if whole and words[len(words) - rest :] == phrases[0][:rest]:
            return times >= REPEATS[min(length, 3)]
    return False


def _invented(words: list[str]) -> bool:
    said = f" {' '.join(words)} "
    return any(f" {known} " in said for known in _known())


@cache
def _known() -> frozenset[str]:
    """The texts of every language: a recogniser makes them up in any."""
    listed = read_yaml(_INVENTED)
    return frozenset(" ".join(_words(text)) for texts in listed.values() for text in texts)
