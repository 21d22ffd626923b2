"""Short sounds in virtual time, to the window."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.bursts import Burst, Bursts
from voice.endpointing import Window

LENGTH = 0.032
SOUND = {"voice": 0.2, "louder": 0.9, "level_dbfs": -25.0}
QUIET = {"voice": 0.01, "louder": 0.02, "level_dbfs": -60.0}


def heard(*stretches: tuple[int, dict[str, float]], bursts: Bursts | None = None) -> list[Burst]:
    bursts = bursts or Bursts()
    sounds = [sound for number, sound in stretches for _ in range(number)]
    windows = [Window(at * LENGTH, (at + 1) * LENGTH, **sound) for at, sound in enumerate(sounds)]
    return [burst for window in windows if (burst := bursts.observe(window))]


def at(window: float) -> float:
    return pytest.approx(window * LENGTH)


def test_a_syllable() -> None:
    """It is clear after 22 windows of silence, 704 ms."""
    found = heard((10, QUIET), (5, SOUND), (40, QUIET))
    assert found == [Burst(at=at(37), start=at(10), end=at(15))]


def test_syllables_with_a_gap_are_one() -> None:
    (found,) = heard((10, QUIET), (3, SOUND), (6, QUIET), (3, SOUND), (40, QUIET))
    assert (found.start, found.end) == (at(10), at(22))


@pytest.mark.parametrize(
    ("windows", "sound"),
    [
        (3, SOUND),  # 96 ms are a click
        (38, SOUND),  # 1.2 s are no word
        (5, SOUND | {"voice": 0.07}),
        (5, SOUND | {"level_dbfs": -46.0}),
        (5, SOUND | {"louder": 0.4}),
    ],
)
def test_what_is_none(windows: int, sound: dict[str, float]) -> None:
    assert heard((10, QUIET), (windows, sound), (40, QUIET)) == []
    assert heard((40, sound), (40, QUIET), (5, SOUND), (40, QUIET))[-1].start == at(80)


def test_what_is_forgotten_is_none() -> None:
    bursts = Bursts()
    heard((5, SOUND), bursts=bursts)
    assert bursts.earliest == 0.0
    bursts.forget()
    assert bursts.earliest is None
    assert heard((40, QUIET), bursts=bursts) == []


def test_a_long_noise_keeps_no_sound() -> None:
    bursts = Bursts()
    assert heard((1000, SOUND), bursts=bursts) == []
    assert bursts.earliest is None


@given(st.lists(st.tuples(st.integers(1, 50), st.sampled_from([SOUND, QUIET])), max_size=20))
def test_bursts_keep_their_distance(stretches: list[tuple[int, dict[str, float]]]) -> None:
    found = heard(*stretches)
    for burst in found:
        assert 0.12 <= burst.end - burst.start <= 1.2
        assert burst.at - burst.end >= 0.7
    for one, other in itertools.pairwise(found):
        assert one.at < other.start + LENGTH
