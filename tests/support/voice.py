"""Sound for tests: what callers say, the line that carries it, and what is no speech at all.

The tiny Whisper of the tests understands `PHRASES`, and rows of `DIGITS`; nothing else.
"""

import io
import json
import subprocess
import tarfile
import wave
from functools import cache
from itertools import cycle
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

from tests.fixtures.voice.whisper.phrases import DIGITS as DIGITS
from tests.fixtures.voice.whisper.phrases import INVENTED as INVENTED
from tests.fixtures.voice.whisper.phrases import PHRASES as PHRASES
from voice.audio import as_bytes, for_recognition
from voice.media import FRAME_MS, Heard
from voice.transcription import Samples

FIXTURES = Path(__file__).parent.parent / "fixtures/voice"
RATE = 8_000
VOICE = "m7"
"""A voice that the tiny Whisper has never heard in training."""


def unpack_whisper(folder: Path, name: str = "tiny-fixture") -> Path:
    """The tiny Whisper as `KREISLOTSE_WHISPER_DIR/name`; wants `KREISLOTSE_ALLOW_FIXTURES`."""
    target = folder / name
    target.mkdir(parents=True)
    with tarfile.open(FIXTURES / "whisper.tar.xz") as archive:
        archive.extractall(target, filter="data")
    return target


def say(text: str, language: str, voice: str = VOICE, speed: int = 150, pitch: int = 45) -> Samples:
    """Speech by espeak-ng at 8 kHz, clean; for the exact phrases see also `recorded`."""
    output = subprocess.run(
        ["espeak-ng", "-v", f"{language}+{voice}", "-s", str(speed), "-p", str(pitch),
         "--stdout", text],
        check=True, capture_output=True,
    ).stdout  # fmt: skip
    with wave.open(io.BytesIO(output)) as sound:
        rate = sound.getframerate()
        samples = np.frombuffer(sound.readframes(len(output) // 2), "<i2")
    return soxr.resample(samples.astype(np.float32) / 32768, rate, RATE)


def recorded(text: str, language: str) -> Samples:
    """A phrase spoken by a voice unknown to the tiny Whisper, at 8 kHz; needs no espeak-ng."""
    stored, places = _recordings()
    start, end = places[language, text]
    levels = stored[start:end].astype(np.float32) / 127.5 - 1
    return np.sign(levels) * (256 ** np.abs(levels) - 1) / np.float32(255)


@cache
def _recordings() -> tuple[npt.NDArray[np.uint8], dict[tuple[str, str], tuple[int, int]]]:
    with np.load(FIXTURES / "recordings.npz") as stored:
        ends = np.cumsum(stored["lengths"]).tolist()
        clips = json.loads(str(stored["clips"]))
        places = {
            (clip["language"], clip["text"]): (start, end)
            for clip, start, end in zip(clips, [0, *ends], ends, strict=False)
        }
        return stored["codes"], places


def over_the_line(
    sound: Samples, *, before_s: float = 0.3, after_s: float = 0.3, dbfs: float = -22.0,
    noise_db: float = 25.0, seed: int = 0,
) -> Samples:  # fmt: skip
    """The sound as a telephone delivers it: narrow, at a level, with noise, through A-law.

    Args:
        noise_db: How far the noise lies below the sound.
    """
    level = 10 ** (dbfs / 20)
    loudness = float(np.sqrt(np.mean(np.square(sound)))) or 1.0
    silence = [np.zeros(round(seconds * RATE)) for seconds in (before_s, after_s)]
    whole = np.concatenate([silence[0], sound / loudness * level, silence[1]])
    spectrum = np.fft.rfft(whole)
    hertz = np.fft.rfftfreq(len(whole), 1 / RATE)
    spectrum[(hertz < 300) | (hertz > 3400)] = 0
    noise = np.random.default_rng(seed).standard_normal(len(whole))
    heard = np.fft.irfft(spectrum, len(whole)) + noise * level * 10 ** (-noise_db / 20)
    return _companded(np.clip(heard, -1, 1)).astype(np.float32)


def _companded(sound: npt.NDArray[np.floating]) -> npt.NDArray[np.floating]:
    """Eight bits of A-law and back (ITU-T G.711)."""
    a, one = 87.6, 1 + np.log(87.6)
    loud = np.abs(sound)
    squeezed = np.where(loud < 1 / a, a * loud, 1 + np.log(np.maximum(a * loud, 1))) / one
    squeezed = np.round(squeezed * 127) / 127
    opened = np.where(squeezed < 1 / one, squeezed * one, np.exp(squeezed * one - 1)) / a
    return np.sign(sound) * opened


def utterance(text: str, language: str, **line: float) -> Samples:
    """A recorded phrase over the line, as a recogniser gets it."""
    return for_recognition(over_the_line(recorded(text, language), **line), RATE)


def frames(sound: Samples, rate: int = RATE, start: float = 0.0) -> list[Heard]:
    """The sound (at 8 kHz) as the line brings it, each frame stamped with its end."""
    samples = sound if rate == RATE else soxr.resample(sound, RATE, rate)
    size = rate * FRAME_MS // 1000
    whole = [samples[at : at + size] for at in range(0, len(samples) - size + 1, size)]
    return [
        Heard(start + (number + 1) * FRAME_MS / 1000, as_bytes(part))
        for number, part in enumerate(whole)
    ]


def silence(seconds: float) -> Samples:
    """Digital silence at 8 kHz, like all below."""
    return np.zeros(round(seconds * RATE), np.float32)


def hiss(seconds: float, dbfs: float = -40.0) -> Samples:
    """White noise."""
    noise = np.random.default_rng(1).standard_normal(round(seconds * RATE))
    return (noise * 10 ** (dbfs / 20)).astype(np.float32)


def busy_tone(seconds: float) -> Samples:
    """425 Hz, half a second on and off."""
    at = np.arange(round(seconds * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * 425 * at) * (at % 0.96 < 0.48)).astype(np.float32)


def fax_call(seconds: float) -> Samples:
    """A fax machine that calls: 1100 Hz, half a second of every three and a half."""
    at = np.arange(round(seconds * RATE)) / RATE
    return (0.2 * np.sin(2 * np.pi * 1100 * at) * (at % 3.5 < 0.5)).astype(np.float32)


def key_tones(keys: str) -> Samples:
    """Keys pressed for 0.1 s each."""
    at = np.arange(RATE // 10) / RATE
    rows, columns = (697, 770, 852, 941), (1209, 1336, 1477, 1633)
    tones = []
    for key in keys:
        row, column = divmod("123A456B789C*0#D".index(key), 4)
        tones += [np.sin(2 * np.pi * rows[row] * at) + np.sin(2 * np.pi * columns[column] * at)]
        tones += [np.zeros(RATE // 10)]
    return (0.15 * np.concatenate(tones)).astype(np.float32)


def music(seconds: float) -> Samples:
    """Music on hold: three voices with overtones, each note struck and dying away."""
    note = RATE * 3 // 10
    at = np.arange(note) / RATE
    chords = cycle([(0, 4, 7), (9, 12, 16), (5, 9, 12), (7, 11, 14)])
    count = int(seconds * RATE / note) + 1
    bars = [
        sum(
            np.sin(2 * np.pi * overtone * 262 * 2 ** (step / 12) * at) / overtone**1.5
            for step in next(chords)
            for overtone in (1, 2, 3)
        )
        * np.exp(-3 * at / at[-1])
        for _ in range(count)
    ]
    return (0.07 * np.concatenate(bars)[: round(seconds * RATE)]).astype(np.float32)
