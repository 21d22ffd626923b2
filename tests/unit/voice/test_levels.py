"""Sound for a telephone: measured on tones, noise and silence."""

import numpy as np
import pytest

from voice.speaking.levels import LEVEL_DB, PEAK_DB, active_rms, levelled
from voice.speaking.voice import Sound

RATE = 22_050


def tone(hertz: float, seconds: float = 1, loudness: float = 0.1) -> np.ndarray:
    time = np.arange(int(seconds * RATE)) / RATE
    return (loudness * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


def heard(samples: np.ndarray, rate: int = 8000, pause_ms: int = 0) -> np.ndarray:
    made = levelled([(Sound(samples.astype(np.float32), RATE), pause_ms)], rate)
    return np.frombuffer(made, "<i2").astype(np.float32) / 32767


def db(ratio: float) -> float:
    return 20 * float(np.log10(max(ratio, 1e-9)))


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("loudness", [0.02, 0.1, 0.9])
def test_speech_is_equally_loud(rate: int, loudness: float) -> None:
    assert db(active_rms(heard(tone(1000, loudness=loudness), rate), rate)) == pytest.approx(
        LEVEL_DB, abs=0.3
    )


def test_pauses_do_not_count_and_noise_is_not_made_loud() -> None:
    speech = np.concatenate([tone(800), np.zeros(RATE), tone(800)])
    assert db(active_rms(heard(speech), 8000)) == pytest.approx(LEVEL_DB, abs=0.3)
    assert db(active_rms(heard(tone(800, loudness=1e-4)), 8000)) < -50


def test_peaks_stay_below_the_limit() -> None:
    clicks = tone(500, loudness=0.05)
    clicks[::2000] = 1
    assert db(np.abs(heard(clicks)).max()) <= PEAK_DB + 0.1


@pytest.mark.parametrize(
    ("rate", "hertz", "passes"),
    [(8000, 100, False), (8000, 400, True), (8000, 3300, True), (8000, 3900, False),
     (16000, 20, False), (16000, 120, True), (16000, 6800, True), (16000, 7900, False)],
)  # fmt: skip
def test_band(rate: int, hertz: float, passes: bool) -> None:
    mixed = heard(tone(1000) + tone(hertz), rate)
    spectrum = np.abs(np.fft.rfft(mixed * np.hanning(len(mixed))))
    frequency = np.fft.rfftfreq(len(mixed), 1 / rate)

    def level(around: float) -> float:
        return float(spectrum[np.abs(frequency - around) < 10].max())

    beside = db(level(hertz) / level(1000))
    assert beside > -3 if passes else beside < -40


def test_no_dc_no_clicks_and_whole_frames() -> None:
    samples = heard(tone(1000) + 0.3, pause_ms=333)
    assert len(samples) % 160 == 0
    assert abs(samples.mean()) < 1e-3
    assert abs(samples[0]) < 1e-3
    assert not samples[-333 * 8 :].any()
    assert np.abs(np.diff(samples)).max() < 0.2


def test_silence_at_the_ends_is_cut() -> None:
    samples = heard(np.concatenate([np.zeros(RATE), tone(1000), np.zeros(RATE)]), pause_ms=300)
    assert len(samples) / 8000 == pytest.approx(1.34, abs=0.05)
    assert np.flatnonzero(np.abs(samples) > 0.05)[0] < 8000 * 0.05


@pytest.mark.parametrize("samples", [np.zeros(0), np.zeros(1000), np.zeros(7)])
def test_nothing_becomes_a_pause(samples: np.ndarray) -> None:
    assert len(heard(samples, pause_ms=100)) == 800
    assert not heard(samples, pause_ms=100).any()
