"""Everything that we ever say passes: no figure, no sign and no abbreviation is left in it."""

import re
from pathlib import Path

import pytest

from bot.settings import ROOT
from translations.catalogues import State, load_compiled
from translations.languages import SOURCE
from translations.sources import source_texts
from voice.verbaliser.verbaliser import verbaliser_of
from voice.verbaliser.words import spoken_languages

FILLINGS = {
    "count": "3", "number": "2", "key": "1", "digits": "4711", "minutes": "12", "position": "3",
    "phone": "030 23125 110", "date": "26.11.2026", "time": "08:30", "hours": "08:00–12:00",
    "size": "5",
}  # fmt: skip
"""What stands in a text's places, where a word would prove nothing."""
SAID = re.compile(r"[^\W\d_]|[\u0300-\u036f\u064b-\u0670\u200c\u200d]|[\s.,;:!?'’ʼ،؛؟۔-]")
TO_SAY = re.compile(r"[\d{§€%@&+/–…*=°]|_")
SHORT = re.compile(
    r"(?<!\w)(?:[A-ZÄÖÜÇĞİŞĄĆĘŁŃÓŚŹŻȘȚÎÂĂА-ЯІЇЄҐ]{2,}|[^\W\d_]*[a-zäöüß][A-ZÄÖÜ]\w*)(?!\w)"
    r"|(?<![\w.])[^\W\d_]{1,4}\.(?=\s[a-zа-яіїєґäöüçğışăâîșțąćęłńóśźżàâéèêëîïôûç])"
)
"""Capitals, capitals within words, and dots in the midst of a sentence."""
READ_AS_THEY_ARE = {"TÜV"}


@pytest.fixture(scope="module")
def sources() -> dict[str, str]:
    return source_texts(ROOT)


def texts(language: str, sources: dict[str, str], folder: Path) -> dict[str, str]:
    if language == SOURCE:
        return sources
    path = ROOT / f"translations/catalogues/{language}.po"
    found = load_compiled(path, sources, folder)
    return {key: t.text for key, t in found.items() if t.state is not State.STALE}


def filled(text: str) -> str:
    return re.sub(r"\{(\w+)\}", lambda place: FILLINGS.get(place[1], "Muster"), text)


@pytest.mark.parametrize("language", sorted(spoken_languages()))
def test_nothing_is_left_to_the_synthesiser(
    language: str, sources: dict[str, str], cache: pytest.Cache
) -> None:
    folder = cache.mkdir("catalogues")
    verbaliser = verbaliser_of(language)
    left = {}
    # what consists of words alone is said as it is; the rest is a third of all texts
    for key, text in texts(language, sources, folder).items():
        if not (TO_SAY.search(text) or SHORT.search(text)):
            continue
        said = verbaliser.say(filled(text))
        signs = SAID.sub("", said)
        short = [word for word in SHORT.findall(said) if word not in READ_AS_THEY_ARE]
        if signs or short:
            left[key] = (signs, short, said)
    assert not left


def test_a_figure_that_is_left_would_be_seen() -> None:
    assert SAID.sub("", "Paragraf 24") == "24"
    assert SHORT.findall("Das AufenthG, ggf. die HU") == ["AufenthG", "ggf.", "HU"]
