"""Tones are told from speech."""

import numpy as np
import pytest

from tests.support.voice import (
    PHRASES,
    RATE,
    busy_tone,
    fax_call,
    hiss,
    key_tones,
    music,
    over_the_line,
    recorded,
    silence,
    utterance,
)
from voice.audio import for_recognition
from voice.tones import Tone, tone
from voice.transcription import Samples


def at_16_khz(sound: Samples, noise_db: float = 25) -> Samples:
    return for_recognition(over_the_line(sound, noise_db=noise_db), RATE)


def beeps(*hertz: float) -> Samples:
    at = np.arange(RATE // 3) / RATE
    return np.concatenate([np.sin(2 * np.pi * one * at) for one in hertz]).astype(np.float32)


@pytest.mark.parametrize(
    ("sound", "wanted"),
    [
        (busy_tone(3), Tone.NETWORK),
        (beeps(425), Tone.NETWORK),
        (fax_call(4), Tone.FAX),
        (beeps(1138), Tone.FAX),
        (beeps(2100), Tone.FAX),
        (beeps(950, 1400, 1800), Tone.INFORMATION),
        (key_tones("0171#"), Tone.KEYS),
        (key_tones("5"), Tone.KEYS),
    ],
)
def test_tones(sound: Samples, wanted: Tone) -> None:
    assert tone(at_16_khz(sound)) is wanted
    assert tone(at_16_khz(sound, noise_db=15)) is wanted


@pytest.mark.parametrize("sound", [silence(1), hiss(1), music(4), np.zeros(3, np.float32)])
def test_other_sounds(sound: Samples) -> None:
    assert tone(for_recognition(sound, RATE)) is None


@pytest.mark.parametrize("language", PHRASES)
def test_speech(language: str) -> None:
    assert [text for text in PHRASES[language] if tone(utterance(text, language))] == []


def test_a_key_pressed_in_mid_sentence_is_no_tone() -> None:
    said = recorded("Ich möchte mein Auto anmelden", "de")
    both = np.concatenate([said / np.abs(said).max() * 0.3, key_tones("1")])
    assert tone(at_16_khz(both)) is None
