"""Which questions a message consists of."""

from __future__ import annotations

import re

_END = re.compile(r"(?<=[?؟])\s+")
_AND_ANOTHER = re.compile(
    r",?\s+(?:und|and|et|ve|і|та|и|i|și|si|و)\s+"
    r"(?=(?:was|wie|wo|wann|wer|welche[nrms]?|wohin|bis wann|brauche?|muss|kann|"
    r"what|how|where|when|which|do i|can i|quels?|quelles?|combien|où|comment|"
    r"ne kadar|nasıl|nerede|hangi|скільки|що|які|як|де|сколько|что|какие|как|где|"
    r"ile|jakie|gdzie|jak|cât|ce|unde|cum|كم|ما|أين|كيف|چقدر|چه|کجا)\s)",
    re.IGNORECASE,
)
_SHORTEST = 8
"""Characters; what is shorter is no question of its own."""


def questions_of(text: str) -> list[str]:
    """The questions in `text`, in its order; what stands before a question goes with it.

    A text splits after question marks, and before an "and" that a question word follows.
    """
    sentences = [s for s in _END.split(text.strip()) if s]
    parts = [p.strip() for s in sentences for p in _AND_ANOTHER.split(s)]
    return [p for p in parts if len(p) >= _SHORTEST]
