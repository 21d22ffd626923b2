"""The language is chosen among the offered ones, or not at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.recognition.languages import Choice, choose


def test_only_offered_languages_count() -> None:
    heard = {"nl": 0.5, "de": 0.3, "en": 0.1, "tr": 0.1}
    assert choose(heard, ("de", "tr")) == Choice("de", pytest.approx(0.75))


@pytest.mark.parametrize(
    "heard",
    [
        {"de": 0.4, "en": 0.41, "tr": 0.19},
        {"de": 0.05, "en": 0.01, "ru": 0.94},
        {"ru": 1.0},
        {},
    ],
)
def test_none_is_likely_enough(heard: dict[str, float]) -> None:
    assert choose(heard, ("de", "en", "tr")) is None


CODES = st.sampled_from(["de", "en", "tr", "uk", "ru", "ar"])


@given(st.dictionaries(CODES, st.floats(0, 1)), st.lists(CODES, min_size=1, unique=True))
def test_a_choice_is_offered_and_the_likeliest(heard: dict[str, float], offered: list[str]) -> None:
    choice = choose(heard, offered)
    if choice is not None:
        assert choice.language in offered
        assert heard[choice.language] == max(heard.get(one, 0.0) for one in offered)
        assert 0.5 <= choice.confidence <= 1
