"""What is written and what is said, language by language, in tables that a native can correct."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.yaml_files import read_yaml
from voice.verbaliser.verbaliser import verbaliser_of
from voice.verbaliser.words import spoken_languages, words_of

TABLES = {path.stem: read_yaml(path) for path in sorted(Path(__file__).parent.glob("*.yml"))}
FEWEST = {"de": 120}


def rows(kind: str) -> Iterator[tuple[str, str, str]]:
    for language, table in TABLES.items():
        for written, spoken in table.get(kind, {}).items():
            yield language, written, spoken


@pytest.mark.parametrize(("language", "written", "spoken"), [*rows("cases")])
def test_said(language: str, written: str, spoken: str) -> None:
    assert verbaliser_of(language).say(written) == spoken


@pytest.mark.parametrize(("language", "written", "spoken"), [*rows("misses")])
def test_known_misses_are_still_missed(language: str, written: str, spoken: str) -> None:
    """Whoever repairs one moves it to the cases."""
    assert verbaliser_of(language).say(written) != spoken


def test_every_language_has_a_table_and_says_that_it_is_a_draft() -> None:
    assert set(TABLES) == spoken_languages() - {"de-x-leicht"}
    for language, table in TABLES.items():
        assert len(table["cases"]) >= FEWEST.get(language, 30)
        # whoever approves a language's words approves its table with them
        assert table["draft"] is words_of(language).draft


def test_easy_language_is_read_as_german() -> None:
    assert verbaliser_of("de-x-leicht").say("am 3.10.") == "am dritten Oktober"


def test_no_words_for_a_language() -> None:
    with pytest.raises(LookupError):
        verbaliser_of("lt")
