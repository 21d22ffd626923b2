"""Web and mail addresses, spelt as one would dictate them."""

import re
from collections.abc import Iterator

from voice.verbaliser.codes import spelled
from voice.verbaliser.grammar import Rule
from voice.verbaliser.numbers import Numbers
from voice.verbaliser.words import Words

_DOMAIN = r"(?:[\w-]+\.)+"
_TOP = "de|com|org|net|eu|info|example|digital|gov|bund|online|app"
_URL = r"[^\s<>()\"“”„»«]"
_VOWEL = re.compile(r"[aeiouyäöü]", re.IGNORECASE)
_ADDRESS = (
    rf"(?:https?://|www\.){_URL}*(?![.,;:!?]){_URL}|[\w.+-]+@{_DOMAIN}\w+"
    rf"|(?<![\w.@]){_DOMAIN}(?:{_TOP})(?:/[\w/.-]*\w)?(?![\w-])"
)


def rules(words: Words, numbers: Numbers) -> Iterator[Rule]:
    """Addresses; the scheme is not said, nor what comes after a question mark."""
    names = words.addresses
    signs = {
        ".": names.dot, "@": names.at, "/": names.slash, "-": names.hyphen, "_": names.underscore,
        "+": words.symbols["+"],
    }  # fmt: skip

    def say_part(part: str, last: bool) -> str:
        if part in signs:
            return signs[part]
        if part.isdecimal():
            return numbers.digits(part)
        if part == "www" or (_VOWEL.search(part) and len(part) > (2 if last else 1)):
            return part
        return spelled(part.upper(), words)

    def say(match: re.Match[str]) -> str:
        core = re.split(r"[?#]", match.group())[0].rstrip("/")
        core = re.sub(r"^https?://", "", core)
        parts = re.findall(r"[^\W\d_]+|\d+|[.@/_+-]", core)
        said = (say_part(part, part is parts[-1]) for part in parts)
        return " ".join(said)

    yield Rule(re.compile(_ADDRESS), say)
