"""What a recogniser says is believed or not."""

import dataclasses
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.voice import PHRASES
from voice.recognition.rejection import Hypothesis, judge
from voice.transcription import Reason, Rejected, Transcript

GOOD = Hypothesis(
    text="Ich möchte mein Auto anmelden", language="de", language_confidence=0.8, seconds=2.4,
    no_speech=0.01, log_probability=-0.1, compression=0.9,
)  # fmt: skip


def judged(**changes: object) -> Transcript | Rejected:
    return judge(dataclasses.replace(GOOD, **changes))


def said(text: str, seconds: float = 6.0) -> Transcript | Rejected:
    size = len(text.encode())
    return judged(text=text, seconds=seconds, compression=size / len(zlib.compress(text.encode())))


def test_a_good_one_passes() -> None:
    assert judge(GOOD) == Transcript(
        "Ich möchte mein Auto anmelden", "de", pytest.approx(0.905, abs=0.001), 0.8
    )


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"no_speech": 0.61}, Reason.SILENCE),
        ({"no_speech": 0.61, "text": "Stopp", "log_probability": -0.01}, Reason.SILENCE),
        ({"text": ""}, Reason.SILENCE),
        ({"text": " ... "}, Reason.SILENCE),
        ({"log_probability": -1.01}, Reason.UNSURE),
        ({"compression": 2.41}, Reason.REPETITION),
        ({"seconds": 0.6}, Reason.UNSURE),
    ],
)
def test_each_sign_alone_rejects(changes: dict[str, object], reason: Reason) -> None:
    assert judged(**changes) == Rejected(reason)


@pytest.mark.parametrize(
    "text",
    [
        "Untertitel im Auftrag des ZDF für funk, 2017",
        "Untertitel der Amara.org-Community",
        "UNTERTITELUNG DES ZDF, 2020",
        "Vielen Dank fürs Zuschauen!",
        "Thank you for watching.",
        "Subtitles by the Amara.org community",
        "Altyazı M.K.",
        "Субтитры сделал DimaTorzok",
        "Дякую за перегляд!",
        "Sous-titrage Société Radio-Canada",
        "Sous-titres réalisés para la communauté d'Amara.org",
        "Napisy stworzone przez społeczność Amara.org",
        "Subtítulos realizados por la comunidad de Amara.org",
        "ترجمة نانسي قنقر",
    ],
)
def test_credits_of_films(text: str) -> None:
    assert said(text) == Rejected(Reason.FOREIGN_TEXT)


@pytest.mark.parametrize("text", [text for texts in PHRASES.values() for text in texts])
def test_our_phrases_pass(text: str) -> None:
    assert isinstance(said(text, seconds=3.0), Transcript)


@pytest.mark.parametrize(
    "text",
    [
        "null null null null",
        "0171 000 000",
        "ja ja ja ja",
        "eins zwei eins zwei eins zwei",
        "Vielen Dank, vielen Dank",
        "Wo ist das Amt? Wo ist das Amt?",
        "Ich kann ihn ohne Untertitelfunktion nicht bedienen",
    ],
)
def test_people_repeat_themselves(text: str) -> None:
    assert isinstance(said(text), Transcript)


@given(
    st.lists(st.sampled_from(["Danke", "Wohnung", "ja", "Montag", "und"]), min_size=1, max_size=6),
    st.integers(6, 20), st.integers(0, 5),
)  # fmt: skip
def test_loops_do_not_pass_even_if_cut_off(phrase: list[str], times: int, more: int) -> None:
    words = phrase * times + phrase[: min(more, len(phrase) - 1)]
    assert said(" ".join(words), seconds=30) == Rejected(Reason.REPETITION)


@given(st.floats(0, 1), st.floats(-20, 0), st.floats(0, 20), st.text(max_size=60))
def test_what_passes_is_sure_and_confidences_are_probabilities(
    no_speech: float, log_probability: float, compression: float, text: str
) -> None:
    found = judged(
        no_speech=no_speech, log_probability=log_probability, compression=compression, text=text
    )
    if isinstance(found, Transcript):
        assert no_speech <= 0.6
        assert log_probability >= -1
        assert compression <= 2.4
        assert 0.36 < found.confidence <= 1
