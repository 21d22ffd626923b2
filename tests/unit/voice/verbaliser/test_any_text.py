"""Whatever is written, something can be read out: no error, no figure, no raw phonemes."""

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from voice.speaking.sentences import sentences
from voice.verbaliser.verbaliser import verbaliser_of
from voice.verbaliser.words import spoken_languages

PIECES = st.lists(
    st.one_of(
        st.sampled_from(
            ["§", "€", "%", ".", ",", ":", "–", "-", "/", "(", ")", "[[", "]]", " ", "\n", "’", "+",
             "Mo", "Uhr", "Euro", "EUR", "Abs.", "z. B.", "II", "km/h", "www.", "@", "и", "ـ", "م"]
        ),
        st.integers(0, 10**9).map(str),
        st.text(max_size=4),
    ),
    max_size=12,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("language", sorted(spoken_languages()))
@settings(max_examples=60)
@given(text=PIECES)
@example(text="0·0")
def test_anything(language: str, text: str) -> None:
    said = verbaliser_of(language).say(text)
    assert not re.search(r"[0-9§€%\[\]]", said)
    assert "\n" not in said


@settings(max_examples=200)
@given(text=PIECES)
def test_nothing_is_lost_between_sentences(text: str) -> None:
    """Every letter and figure of the text is in one of its sentences, in order."""
    cut = "".join(sentence.text for sentence in sentences(text, "de"))
    assert [c for c in cut if c.isalnum()] == [c for c in text if c.isalnum()]
