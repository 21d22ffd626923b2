"""Words as people mean them, whatever way they are typed."""

from __future__ import annotations

import re
import unicodedata

# Letters that mean the same and are typed one for the other, in German, Polish, Turkish,
# Arabic and Farsi.  What Unicode can decompose needs no entry.
_SAME_LETTERS = str.maketrans(
    {
        "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "ł": "l", "ı": "i", "ø": "o", "đ": "d",
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه",
        "ؤ": "و", "ئ": "ي", "ـ": "", "\u200c": " ", "’": "'", "‘": "'", "`": "'",
    }
)  # fmt: skip
_WORD = re.compile(r"\w+")


def plain(text: str) -> str:
    """`text` without what people leave out in typing: capitals, umlauts and accents."""
    spelled_out = text.casefold().translate(_SAME_LETTERS)
    decomposed = unicodedata.normalize("NFKD", spelled_out)
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def plain_words(text: str) -> list[str]:
    """The words of `text`, plain, without punctuation."""
    return _WORD.findall(plain(text))
