"""When the caller's voice stops ours, in virtual time."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.voice.test_endpointing import LENGTH, at
from voice.barge_in import BargedIn, BargeIn
from voice.endpointing import Window


def heard(barge_in: BargeIn, *stretches: tuple[int, float, float]) -> list[BargedIn]:
    """From (number of windows, probability, level)."""
    each = [(voice, level) for number, voice, level in stretches for _ in range(number)]
    return [
        event
        for number, (voice, level) in enumerate(each)
        for event in barge_in.observe(Window(number * LENGTH, (number + 1) * LENGTH, voice, level))
    ]


def speaking() -> BargeIn:
    barge_in = BargeIn()
    barge_in.begin()
    return barge_in


def test_a_quarter_of_a_second_of_voice_interrupts_once() -> None:
    """Seven windows are 224 ms."""
    assert heard(speaking(), (10, 0.0, -70), (30, 0.95, -25)) == [BargedIn(at=at(17), start=at(10))]


def test_a_cough_does_not() -> None:
    assert heard(speaking(), (10, 0.0, -70), (6, 0.95, -15), (50, 0.0, -70)) == []


def test_nor_our_echo() -> None:
    assert heard(speaking(), (100, 0.95, -52)) == []
    assert heard(speaking(), (100, 0.3, -30)) == []


def test_words_with_gaps_do() -> None:
    assert heard(speaking(), (4, 0.9, -25), (3, 0.1, -60), (4, 0.9, -25)) == [
        BargedIn(at=at(10), start=at(0))
    ]


def test_nothing_interrupts_while_we_are_silent() -> None:
    barge_in = BargeIn()
    assert heard(barge_in, (50, 0.95, -20)) == []
    barge_in.begin()
    barge_in.end()
    assert heard(barge_in, (50, 0.95, -20)) == []


def test_voice_from_before_we_spoke_does_not_count() -> None:
    barge_in = speaking()
    assert heard(barge_in, (6, 0.95, -20)) == []
    barge_in.begin()
    assert heard(barge_in, (6, 0.95, -20)) == []


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-90, 0)), max_size=200))
def test_at_most_once_and_only_for_enough_voice(windows: list[tuple[float, float]]) -> None:
    found = heard(speaking(), *((1, voice, level) for voice, level in windows))
    assert len(found) <= 1
    for event in found:
        upto = windows[: round(event.at / LENGTH)]
        voiced = [voice >= 0.4 and level >= -45 for voice, level in upto[-12:]]
        assert sum(voiced) >= 7
        assert voiced[-1]
