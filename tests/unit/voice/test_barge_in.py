"""When the caller's voice stops ours, in virtual time."""

from hypothesis import given
from hypothesis import strategies as st

from tests.unit.voice.test_endpointing import LENGTH, at
from voice.barge_in import BargedIn, BargeIn, Suspected
from voice.endpointing import Window


def heard(barge_in: BargeIn, *stretches: tuple[int, float, float]) -> list[Suspected | BargedIn]:
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


def test_voice_is_suspected_and_interrupts_once_if_it_goes_on() -> None:
    """Two windows are 64 ms, five are 160 ms."""
    assert heard(speaking(), (10, 0.0, -70), (30, 0.95, -25)) == [
        Suspected(at=at(12)), BargedIn(at=at(15), start=at(10)),
    ]  # fmt: skip


def test_a_short_cough_is_only_suspected() -> None:
    cough = ((10, 0.0, -70), (4, 0.95, -15), (50, 0.0, -70))
    assert heard(speaking(), *cough) == [Suspected(at=at(12))]


def test_a_click_is_not() -> None:
    assert heard(speaking(), (10, 0.0, -70), (1, 0.95, -15), (50, 0.0, -70)) == []


def test_a_sound_is_suspected_before_it_is_known_to_be_a_voice() -> None:
    barge_in = speaking()
    hiss = [Window(n * LENGTH, (n + 1) * LENGTH, 0.05, -32, louder=0.9) for n in range(20)]
    assert [e for window in hiss for e in barge_in.observe(window)] == [Suspected(at=at(2))]


def test_each_burst_is_suspected_but_only_the_first_two_of_an_answer() -> None:
    barge_in = speaking()
    bursts = ((2, 0.9, -20), (20, 0.0, -70)) * 5
    assert [type(event) for event in heard(barge_in, *bursts)] == [Suspected] * 2
    barge_in.begin()
    assert [type(event) for event in heard(barge_in, *bursts)] == [Suspected] * 2


def test_a_line_that_brings_us_back_stops_making_us_hesitate_until_she_barges_in() -> None:
    barge_in = speaking()
    bursts = ((2, 0.9, -20), (20, 0.0, -70)) * 2
    answers = []
    for _ in range(4):
        answers.append(len(heard(barge_in, *bursts)))
        barge_in.begin()
    assert answers == [2, 2, 0, 0]
    assert [type(event) for event in heard(barge_in, (10, 0.9, -20))] == [BargedIn]
    barge_in.begin()
    assert len(heard(barge_in, *bursts)) == 2


def test_nor_our_echo() -> None:
    assert heard(speaking(), (100, 0.95, -52)) == []
    assert heard(speaking(), (100, 0.2, -30)) == []


def test_words_with_gaps_do() -> None:
    *_, last = heard(speaking(), (3, 0.9, -25), (3, 0.1, -60), (2, 0.9, -25))
    assert last == BargedIn(at=at(8), start=at(0))


def test_nothing_interrupts_while_we_are_silent() -> None:
    barge_in = BargeIn()
    assert heard(barge_in, (50, 0.95, -20)) == []
    barge_in.begin()
    barge_in.end()
    assert heard(barge_in, (50, 0.95, -20)) == []


def test_voice_from_before_we_spoke_does_not_count() -> None:
    barge_in = speaking()
    for _ in range(2):
        assert heard(barge_in, (4, 0.95, -20)) == [Suspected(at=at(2))]
        barge_in.begin()


@given(st.lists(st.tuples(st.floats(0, 1), st.floats(-90, 0)), max_size=200))
def test_at_most_once_and_only_for_enough_voice(windows: list[tuple[float, float]]) -> None:
    found = heard(speaking(), *((1, voice, level) for voice, level in windows))
    assert sum(isinstance(event, BargedIn) for event in found) <= 1
    assert sum(isinstance(event, Suspected) for event in found) <= 2
    assert all(isinstance(event, Suspected) for event in found[:-1])
    for event in found:
        upto = windows[: round(event.at / LENGTH)]
        voiced = [voice >= 0.25 and level >= -45 for voice, level in upto[-12:]]
        assert sum(voiced) >= (5 if isinstance(event, BargedIn) else 2)
        assert voiced[-1]
