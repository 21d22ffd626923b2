"""One call's ear, on virtual frames: what is heard, when, and that no sound is lost."""

from collections.abc import Iterable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.voice import PHRASES, RATE, frames, over_the_line, recorded, silence
from voice.audio import as_floats, level_dbfs
from voice.barge_in import BargedIn, Suspected
from voice.endpointing import Endpointing, Endpoints, SpeechStarted
from voice.hearing import POST_ROLL_S, PRE_ROLL_S, Ear, HearingEvent, Perhaps, Utterance
from voice.media import Heard
from voice.transcription import Samples
from voice.vad import SileroDetector


class Loud:
    """Takes for speech what is loud: exact, so that times can be told to the window."""

    def probability(self, window: Samples) -> float:
        return 0.95 if level_dbfs(window) > -40 else 0.02


def tone(seconds: float) -> Samples:
    at = np.arange(round(seconds * RATE)) / RATE
    return (0.3 * np.sin(2 * np.pi * 300 * at)).astype(np.float32)


def sound(*parts: Samples) -> Samples:
    return np.concatenate(parts)


def all_of(ear: Ear, heard: Iterable[Heard]) -> list[HearingEvent]:
    """What is heard for certain."""
    return [event for event in with_guesses(ear, heard) if not isinstance(event, Perhaps)]


def with_guesses(ear: Ear, heard: Iterable[Heard]) -> list[HearingEvent]:
    return [event for frame in heard for event in ear.hear(frame)]


def near(seconds: float) -> float:
    return pytest.approx(seconds, abs=0.04)


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_a_word(rate: int) -> None:
    heard = frames(sound(silence(1), tone(0.5), silence(1.5)), rate, start=100.0)
    began, spoken = all_of(Ear(rate, Loud()), heard)
    assert began == SpeechStarted(near(101.1), near(101.0))
    assert isinstance(spoken, Utterance)
    assert (spoken.start, spoken.end, spoken.at) == (near(101), near(101.5), near(102.2))
    assert len(spoken.samples) / 16_000 == near(PRE_ROLL_S + 0.5 + POST_ROLL_S)
    loud = np.flatnonzero(np.abs(spoken.samples) > 0.05) / 16_000
    assert (loud[0], loud[-1]) == (near(PRE_ROLL_S), near(PRE_ROLL_S + 0.5))
    assert not spoken.cut
    assert not spoken.aside


def test_a_guess_is_what_is_said_if_she_has_finished() -> None:
    heard = frames(sound(silence(1), tone(0.5), silence(0.5), tone(0.5), silence(1)))
    _, first, second, spoken = with_guesses(Ear(RATE, Loud()), heard)
    assert isinstance(first, Perhaps)
    assert isinstance(second, Perhaps)
    assert isinstance(spoken, Utterance)
    assert (first.utterance.end, first.utterance.at) == (near(1.5), near(1.8))
    assert second.utterance.end == spoken.end
    assert np.array_equal(second.utterance.samples, spoken.samples)


def test_uneven_arrival_does_not_matter() -> None:
    """Frames come in bursts of ten, as over a busy network."""
    whole = sound(silence(1), tone(0.5), silence(1.5))
    even = all_of(Ear(RATE, Loud()), frames(whole))
    bursts = [
        Heard(0.2 * (number // 10) + 0.02, frame.samples)
        for number, frame in enumerate(frames(whole))
    ]
    uneven = all_of(Ear(RATE, Loud()), bursts)
    assert [type(e) for e in uneven] == [type(e) for e in even]
    assert [e.at for e in uneven] == pytest.approx([e.at for e in even])


def test_a_line_that_sends_nothing_in_silence_ends_the_utterance_all_the_same() -> None:
    ear = Ear(RATE, Loud())
    (began,) = all_of(ear, frames(tone(0.5)))
    assert isinstance(began, SpeechStarted)
    later = [event for tick in range(1, 20) for event in ear.nothing_heard(0.5 + tick / 10)]
    guess, spoken = later
    assert isinstance(guess, Perhaps)
    assert isinstance(spoken, Utterance)
    assert (spoken.end, spoken.at) == (near(0.5), near(1.2))


def test_frames_that_were_missing_are_silence() -> None:
    heard = [*frames(tone(0.5)), *frames(tone(0.5), start=20.0)]
    began, spoken, again = all_of(Ear(RATE, Loud()), heard)
    assert isinstance(spoken, Utterance)
    assert (began.at, spoken.end, again.at) == (near(0.1), near(0.5), near(20.1))


def test_minutes_without_frames_cost_nothing() -> None:
    ear = Ear(RATE, Loud())
    all_of(ear, frames(tone(0.5)))
    ear.nothing_heard(10_000.0)
    (began,) = all_of(ear, frames(tone(0.5), start=10_000.0))
    assert began == SpeechStarted(near(10_000.1), near(10_000.0))


def test_barge_in() -> None:
    ear = Ear(RATE, Loud())
    all_of(ear, frames(silence(1)))
    ear.we_speak(True)
    found = all_of(ear, frames(sound(tone(0.6), silence(1)), start=1.0))
    assert [type(event) for event in found] == [Suspected, SpeechStarted, BargedIn, Utterance]
    assert found[0] == Suspected(near(1.07))
    assert found[2] == BargedIn(near(1.16), near(1.0))
    assert not found[3].aside


def test_a_short_word_beside_us_is_said_to_be_so() -> None:
    ear = Ear(RATE, Loud())
    ear.we_speak(True)
    suspected, _, spoken = all_of(ear, frames(sound(silence(1), tone(0.12), silence(1))))
    assert isinstance(suspected, Suspected)
    assert spoken.aside


class Unsure:
    """Hardly takes anything for speech; what is loud a little less hardly."""

    def probability(self, window: Samples) -> float:
        return 0.2 if level_dbfs(window) > -40 else 0.02


class Slow(Unsure):
    """Takes it for speech after half a second."""

    def __init__(self) -> None:
        self._loud = 0

    def probability(self, window: Samples) -> float:
        seen = super().probability(window)
        self._loud += seen > 0.1
        return 0.9 if self._loud > 15 and seen > 0.1 else seen


@pytest.mark.parametrize("we_speak", [False, True])
def test_a_word_that_hardly_sounds_like_one_is_an_aside(we_speak: bool) -> None:
    ear = Ear(RATE, Unsure())
    ear.we_speak(we_speak)
    *suspected, spoken = all_of(ear, frames(sound(silence(1), tone(0.2), silence(1))))
    assert len(suspected) == we_speak
    assert isinstance(spoken, Utterance)
    assert spoken.aside
    assert (spoken.start, spoken.end, spoken.at) == (near(1.0), near(1.2), near(1.9))
    assert len(spoken.samples) / 16_000 == near(PRE_ROLL_S + 0.2 + POST_ROLL_S)


def test_a_voice_that_goes_on_with_it_takes_it_along() -> None:
    words = sound(silence(1), tone(0.3), silence(0.4), tone(0.8), silence(1))
    began, spoken = all_of(Ear(RATE, Slow()), frames(words))
    assert isinstance(began, SpeechStarted)
    assert isinstance(spoken, Utterance)
    assert not spoken.aside
    loud = np.flatnonzero(np.abs(spoken.samples) > 0.05) / 16_000
    assert loud[-1] - loud[0] == near(1.5)


def test_an_echo_that_ends_with_us_is_beside_us() -> None:
    ear = Ear(RATE, Loud())
    ear.we_speak(True)
    all_of(ear, frames(sound(silence(1), tone(0.12))))
    ear.we_speak(False)
    (spoken,) = all_of(ear, frames(sound(tone(0.1), silence(1)), start=1.12))
    assert spoken.aside


def test_an_answer_that_begins_before_our_last_word_is_not() -> None:
    ear = Ear(RATE, Loud())
    ear.we_speak(True)
    all_of(ear, frames(sound(silence(1), tone(0.16))))
    ear.we_speak(False)
    (spoken,) = all_of(ear, frames(sound(tone(0.5), silence(1)), start=1.16))
    assert not spoken.aside


def test_digits_are_waited_for() -> None:
    ear = Ear(RATE, Loud())
    ear.collect_digits(True)
    row = sound(tone(0.3), silence(1), tone(0.3), silence(2))
    utterances = [e for e in all_of(ear, frames(row)) if isinstance(e, Utterance)]
    assert len(utterances) == 1


@settings(max_examples=40)
@given(
    st.lists(st.tuples(st.floats(0.15, 3.0), st.floats(0.02, 1.2)), min_size=1, max_size=6),
    st.sampled_from([8_000, 16_000]),
)
def test_no_spoken_sample_is_lost_or_doubled(words: list[tuple[float, float]], rate: int) -> None:
    """Every sample carries its number; cut utterances join without a seam."""
    spoken = sound(silence(0.5), *(sound(tone(t), silence(s)) for t, s in words), silence(1.5))
    ear = Ear(rate, Loud(), Endpointing(Endpoints(longest_s=2.0)))
    heard = frames(spoken, rate)
    utterances = [e for e in all_of(ear, heard) if isinstance(e, Utterance)]
    together = np.concatenate([u.samples for u in utterances])
    line = as_floats(b"".join(frame.samples for frame in heard))

    def energy(samples: Samples, at: int) -> float:
        return float(np.square(samples, dtype=np.float64).sum()) / at

    assert energy(together, 16_000) == pytest.approx(energy(line, rate), rel=0.02)


def test_real_speech_through_silero() -> None:
    """A sentence in a call's noise: found once, whole, with its beginning."""
    text = "Ich möchte meinen Aufenthaltstitel verlängern"
    spoken = recorded(text, "de")
    line = over_the_line(spoken, before_s=1.0, after_s=1.5, noise_db=20)
    _, utterance = all_of(Ear(RATE, SileroDetector()), frames(line))
    assert isinstance(utterance, Utterance)
    assert utterance.start < 1.2
    assert utterance.end == pytest.approx(1.0 + len(spoken) / RATE, abs=0.2)


@pytest.mark.parametrize("rate", [8_000, 16_000])
def test_a_long_call_is_heard_to_its_end(rate: int) -> None:
    """Silero alone hears ever less: 36 of these 44, and 20 on a line of 16 kHz."""
    texts = PHRASES["de"]
    call = [over_the_line(recorded(text, "de"), before_s=1.0, after_s=1.2) for text in texts]
    heard = all_of(Ear(rate, SileroDetector()), frames(np.concatenate(call), rate))
    assert abs(sum(isinstance(event, Utterance) for event in heard) - len(texts)) <= 2


def test_an_hour_leaves_no_sound_behind() -> None:
    ear = Ear(RATE, Loud())
    for minute in range(10):
        all_of(ear, frames(sound(silence(0.7), tone(0.3), silence(59)), start=minute * 60.0))
    assert sum(len(chunk) for chunk in ear._memory._chunks) < RATE
