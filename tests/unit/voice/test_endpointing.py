"""Beginnings and ends of speech in virtual time, to the window."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.endpointing import (
    Endpointing,
    Endpoints,
    SpeechEvent,
    SpeechStarted,
    TooLong,
    UtteranceEnded,
    Window,
)

LENGTH = 0.032


def windows(*stretches: tuple[float, float]) -> list[Window]:
    """Windows of 32 ms from (number, probability)."""
    voices = [voice for number, voice in stretches for _ in range(int(number))]
    return [Window(at * LENGTH, (at + 1) * LENGTH, voice) for at, voice in enumerate(voices)]


def events(endpointing: Endpointing, *stretches: tuple[float, float]) -> list[SpeechEvent]:
    return [e for window in windows(*stretches) for e in endpointing.observe(window)]


def at(window: float) -> float:
    return pytest.approx(window * LENGTH)


def test_a_word_between_silence() -> None:
    found = events(Endpointing(), (10, 0.01), (8, 0.9), (40, 0.01))
    assert found == [
        SpeechStarted(at=at(13), start=at(10)),
        UtteranceEnded(at=at(40), start=at(10), end=at(18)),
    ]


def test_the_end_comes_after_exactly_the_pause() -> None:
    """21 windows are 672 ms, 22 are 704."""
    endpointing = Endpointing()
    assert [type(e) for e in events(endpointing, (8, 0.9), (21, 0.0))] == [SpeechStarted]
    (ended,) = endpointing.observe(Window(29 * LENGTH, 30 * LENGTH, 0.0))
    assert ended == UtteranceEnded(at=at(30), start=at(0), end=at(8))


def test_a_pause_between_words_belongs_to_the_utterance() -> None:
    found = events(Endpointing(), (8, 0.9), (20, 0.0), (8, 0.9), (30, 0.0))
    assert found[1:] == [UtteranceEnded(at=at(58), start=at(0), end=at(36))]


def test_the_end_is_guessed_once_in_each_longer_silence() -> None:
    """Nine windows are 288 ms, ten 320."""
    endpointing = Endpointing()
    guesses = []
    for window in windows((8, 0.9), (15, 0.0), (8, 0.9), (5, 0.0), (2, 0.9), (30, 0.0)):
        endpointing.observe(window)
        guesses += [endpointing.perhaps_ended(window)]
    assert [guess for guess in guesses if guess] == [
        UtteranceEnded(at=at(18), start=at(0), end=at(8)),
        UtteranceEnded(at=at(48), start=at(0), end=at(38)),
    ]


def test_no_end_is_guessed_within_a_number() -> None:
    endpointing = Endpointing()
    endpointing.collecting_digits = True
    for window in windows((8, 0.9), (40, 0.0)):
        endpointing.observe(window)
        assert endpointing.perhaps_ended(window) is None


def test_a_click_is_no_speech() -> None:
    assert events(Endpointing(), (2, 0.9), (10, 0.0), (2, 0.9), (30, 0.0)) == []


def test_a_gap_within_the_first_word_is_bridged() -> None:
    found = events(Endpointing(), (2, 0.9), (2, 0.1), (2, 0.9), (30, 0.0))
    assert found[0] == SpeechStarted(at=at(5), start=at(0))


def test_weak_voice_goes_on_but_does_not_begin() -> None:
    assert events(Endpointing(), (50, 0.2)) == []
    found = events(Endpointing(), (4, 0.9), (40, 0.2), (30, 0.0))
    assert found[1] == UtteranceEnded(at=at(66), start=at(0), end=at(44))


def test_digits_have_longer_pauses_also_within_an_utterance() -> None:
    endpointing = Endpointing()
    assert len(events(endpointing, (8, 0.9), (15, 0.0))) == 1
    endpointing.collecting_digits = True
    later = [Window((23 + n) * LENGTH, (24 + n) * LENGTH, 0.0) for n in range(40)]
    (ended,) = [e for window in later for e in endpointing.observe(window)]
    assert ended == UtteranceEnded(at=at(49), start=at(0), end=at(8))  # 41 windows: 1.31 s


def test_long_speech_is_cut_and_goes_on_without_a_gap() -> None:
    limits = Endpoints(longest_s=1.5)
    found = events(Endpointing(limits), (60, 0.9), (30, 0.0))
    assert found == [
        SpeechStarted(at=at(3), start=at(0)),
        TooLong(at=at(47), start=at(0), end=at(47)),
        SpeechStarted(at=at(47), start=at(47)),
        UtteranceEnded(at=at(82), start=at(47), end=at(60)),
    ]


def test_long_speech_that_is_cut_in_a_pause_starts_anew_with_the_next_word() -> None:
    limits = Endpoints(longest_s=1.0)
    found = events(Endpointing(limits), (28, 0.9), (10, 0.0), (8, 0.9), (30, 0.0))
    assert [type(e) for e in found] == [SpeechStarted, TooLong, SpeechStarted, UtteranceEnded]
    assert found[2] == SpeechStarted(at=at(41), start=at(38))


VOICES = st.lists(st.floats(0, 1), max_size=400)


@given(VOICES, st.lists(st.integers(0, 400), max_size=5))
def test_events_alternate_and_lie_in_time(voices: list[float], switches: list[int]) -> None:
    endpointing = Endpointing(Endpoints(longest_s=3.0))
    began: SpeechStarted | None = None
    latest = 0.0
    for number, window in enumerate(windows(*((1, voice) for voice in voices))):
        if number in switches:
            endpointing.collecting_digits = not endpointing.collecting_digits
        for event in endpointing.observe(window):
            assert event.at == window.end
            if isinstance(event, SpeechStarted):
                assert began is None
                assert latest <= event.start <= event.at
                began = event
            else:
                assert began is not None
                assert began.start == event.start < event.end <= event.at
                assert event.end - event.start <= 3.0 + LENGTH
                began, latest = None, event.end


@given(VOICES)
def test_no_voiced_stretch_is_lost(voices: list[float]) -> None:
    """What is clearly voice for long enough lies within an utterance, once all is silent again."""
    found = events(Endpointing(), *((1, voice) for voice in voices), (100, 0.0))
    spans = [(e.start, e.end) for e in found if not isinstance(e, SpeechStarted)]
    number = 0
    for voiced, group in itertools.groupby(voices, lambda voice: voice >= Endpoints().begins):
        length = len(list(group))
        if voiced and length >= 3:
            start, end = number * LENGTH, (number + length) * LENGTH
            assert any(a <= start + 1e-9 and end <= b + 1e-9 for a, b in spans)
        number += length


@given(VOICES, VOICES)
def test_what_was_before_a_long_silence_does_not_matter(
    before: list[float], after: list[float]
) -> None:
    seasoned = Endpointing()
    shift = len(windows(*((1, v) for v in before))) + 100
    events(seasoned, *((1, v) for v in before), (100, 0.0))
    fresh = events(Endpointing(), *((1, v) for v in after))
    late = [
        event
        for window in windows((shift, 0.0), *((1, v) for v in after))[shift:]
        for event in seasoned.observe(window)
    ]
    assert [type(e) for e in late] == [type(e) for e in fresh]
    assert [e.at for e in late] == pytest.approx([e.at + shift * LENGTH for e in fresh])
