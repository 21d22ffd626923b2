"""The detectors on speech over a line; and what happens when one fails in mid-call."""

import numpy as np
import pytest

from tests.support import voice
from tests.support.voice import (
    RATE,
    busy_tone,
    fax_call,
    hiss,
    music,
    over_the_line,
    recorded,
    silence,
)
from voice import vad
from voice.audio import LiveResampler, for_recognition
from voice.endpointing import Endpoints
from voice.transcription import Samples
from voice.vad import WINDOW, LoudnessDetector, SileroDetector, SteadyDetector, VoiceDetector

PHRASES_DE = voice.PHRASES["de"]
BEGINS = Endpoints().begins
PHRASES = ("Ja", "Stopp", "Ich möchte mein Auto anmelden", "Welche Unterlagen brauche ich")


def probabilities(detector: VoiceDetector, sound: Samples) -> list[float]:
    whole = sound[: len(sound) // WINDOW * WINDOW].reshape(-1, WINDOW)
    return [detector.probability(window) for window in whole]


@pytest.mark.parametrize("make", [SileroDetector, LoudnessDetector])
@pytest.mark.parametrize("phrase", PHRASES)
def test_speech_stands_out(make: type[VoiceDetector], phrase: str) -> None:
    sound = over_the_line(recorded(phrase, "de"), before_s=1.0, after_s=1.0)
    found = np.array(probabilities(make(), LiveResampler(RATE)(sound)))
    seconds = np.arange(len(found)) * vad.WINDOW_S
    spoken = (seconds > 1.0) & (seconds < seconds[-1] - 1.0)
    assert (found[spoken] > BEGINS).mean() > 0.6
    assert (found[seconds < 0.9] > BEGINS).mean() < 0.05


@pytest.mark.parametrize(
    "sound", [silence(5), hiss(5, -45), hiss(5, -30), busy_tone(5), fax_call(5), music(5)]
)
def test_what_is_no_speech(sound: Samples) -> None:
    found = np.array(probabilities(SileroDetector(), LiveResampler(RATE)(sound)))
    assert (found > BEGINS).mean() < 0.05


def test_silero_hears_more_in_the_live_sound_than_in_the_best() -> None:
    """Which is why the detector does not get the sound that the recogniser gets."""
    best = live = 0
    for text in PHRASES_DE:
        sound = over_the_line(recorded(text, "de"), before_s=0.5, after_s=0.5)
        best += max(probabilities(SileroDetector(), for_recognition(sound, RATE))) > BEGINS
        live += max(probabilities(SileroDetector(), LiveResampler(RATE)(sound))) > BEGINS
    assert best < live >= len(PHRASES_DE) - 1


def test_calls_do_not_hear_each_other() -> None:
    """The network is shared, its memory is not."""
    sound = for_recognition(over_the_line(recorded(PHRASES[3], "de")), RATE)
    alone = probabilities(SileroDetector(), sound)
    one, other = SileroDetector(), SileroDetector()
    noise = for_recognition(hiss(10), RATE)
    mixed = []
    for at in range(len(alone)):
        mixed.append(one.probability(sound[at * WINDOW : (at + 1) * WINDOW]))
        other.probability(noise[at * WINDOW : (at + 1) * WINDOW])
    assert mixed == alone


class Dying:
    def __init__(self, after: int, last: float | Exception) -> None:
        self._left, self._last = after, last

    def probability(self, window: Samples) -> float:
        self._left -= 1
        if self._left >= 0:
            return 0.25
        if isinstance(self._last, Exception):
            raise self._last
        return self._last


@pytest.mark.parametrize("last", [RuntimeError("words"), float("nan"), 7.0])
def test_a_detector_that_dies_in_mid_call_is_replaced_and_counted(last: float | Exception) -> None:
    counted = vad.FAILURES._value.get()
    sound = for_recognition(over_the_line(recorded(PHRASES[2], "de"), before_s=1.0), RATE)
    found = probabilities(SteadyDetector(Dying(10, last), LoudnessDetector()), sound)
    assert found[:10] == [0.25] * 10
    assert max(found[10:]) > 0.9
    assert vad.FAILURES._value.get() == counted + 1


def test_a_detector_that_does_not_load_costs_no_call(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails() -> None:
        raise OSError("no such file")

    monkeypatch.setattr(vad, "_session", fails)
    assert isinstance(vad.voice_detector(), LoudnessDetector)


def test_loudness_follows_the_noise_of_the_room() -> None:
    """A fan that starts is speech at first, and is not for long."""
    fan = np.array(probabilities(LoudnessDetector(), for_recognition(hiss(30, -30), RATE)))
    assert (fan[-300:] < 0.5).all()
