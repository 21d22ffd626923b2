"""Bytes, floats, rates and levels."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.voice import hiss
from voice.audio import LiveResampler, as_bytes, as_floats, for_recognition, level_dbfs


@given(st.binary(max_size=700))
def test_bytes_survive_the_way_through_floats(samples: bytes) -> None:
    assert as_bytes(as_floats(samples)) == samples[: len(samples) & ~1]


def test_what_is_too_loud_is_clipped() -> None:
    assert as_bytes(np.array([2.0, -2.0], np.float32)) == b"\xff\x7f\x00\x80"


def test_levels() -> None:
    sine = np.sin(np.arange(8000) * 2 * np.pi * 440 / 8000).astype(np.float32)
    assert level_dbfs(sine) == pytest.approx(-3.01, abs=0.01)
    assert level_dbfs(sine / 10) == pytest.approx(-23.01, abs=0.01)
    assert level_dbfs(np.zeros(160, np.float32)) == -120
    assert level_dbfs(np.zeros(0, np.float32)) == -120


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_live_sound_is_not_held_back(rate: int) -> None:
    resampler, sound = LiveResampler(rate), hiss(1.0)
    given_s = got_s = 0.0
    for at in range(0, 8_000, rate // 50):
        part = sound[at : at + rate // 50]
        given_s += len(part) / rate
        got_s += len(resampler(part)) / 16_000
        assert given_s - got_s < 0.001


def test_both_ways_to_16_khz_tell_the_same() -> None:
    at = np.arange(8_000) / 8_000
    sine = np.sin(2 * np.pi * 1000 * at).astype(np.float32)
    wanted = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    assert np.abs(for_recognition(sine, 8_000) - wanted)[800:-800].max() < 0.001
    live = LiveResampler(8_000)(sine)
    assert np.abs(live - wanted[: len(live)])[800:-800].max() < 0.05


@given(st.lists(st.integers(0, 400), max_size=8))
def test_the_image_on_a_wide_line_does_not_depend_on_the_frames(sizes: list[int]) -> None:
    resampler, sound = LiveResampler(16_000), hiss(1.0)[: sum(sizes)]
    ends = np.cumsum(sizes)[:-1] if sizes else []
    parts = [resampler(part) for part in np.split(sound, ends)]
    whole = LiveResampler(16_000)(sound)
    assert np.array_equal(np.concatenate(parts), whole)
    assert np.abs(whole - sound).max(initial=0) <= 0.11 * np.abs(sound).max(initial=0)
