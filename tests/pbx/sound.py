"""Makes what is said in the tests, and finds it again in recordings."""

import subprocess
import wave
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt
import soxr

Sound = npt.NDArray[np.float32]
"""Mono samples from -1 to 1."""

RATE = 8_000
"""Of everything that is recorded and judged: what a telephone carries."""


def spoken(text: str, language: str = "de", rate: int = RATE) -> Sound:
    """The text in espeak-ng's voice."""
    words = ["espeak-ng", "-v", language, "-s", "165", "--stdout", text]
    told = subprocess.run(words, capture_output=True, check=True).stdout
    # The header's length is a lie, as espeak-ng cannot seek in a pipe.
    samples = np.frombuffer(told[44 : len(told) // 2 * 2], "<i2").astype(np.float32) / 32768
    return np.asarray(soxr.resample(samples, 22_050, rate), np.float32) * np.float32(0.6)


def tone(hz: float, seconds: float, rate: int = RATE) -> Sound:
    """A pure tone, loud but not overdriven."""
    return (0.3 * np.sin(2 * np.pi * hz * np.arange(int(seconds * rate)) / rate)).astype(np.float32)


def scheduled(length_s: float, *parts: tuple[float, Sound]) -> Sound:
    """Silence with each part at its second, as somebody speaks at given times."""
    whole = np.zeros(int(length_s * RATE), np.float32)
    for at_s, part in parts:
        begin = int(at_s * RATE)
        whole[begin : begin + len(part)] += part[: len(whole) - begin]
    return whole


def onset_s(sound: Sound) -> float:
    """When something in it can first be heard."""
    return int(np.argmax(np.abs(sound) > 0.03)) / RATE


def to_bytes(sound: Sound) -> bytes:
    """16-bit little-endian samples."""
    return (np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()


def write_wav(path: Path, sound: Sound, rate: int = RATE) -> None:
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate, 0, "NONE", "NONE"))
        file.writeframes(to_bytes(sound))


def read_wav(path: Path) -> Sound:
    """A recording, at `RATE`."""
    with wave.open(str(path)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2")
        rate = file.getframerate()
    sound = samples.astype(np.float32) / 32768
    return sound if rate == RATE else np.asarray(soxr.resample(sound, rate, RATE), np.float32)


@dataclass(frozen=True)
class Found:
    """Where something was heard, and how much of it."""

    at_s: float
    share: float
    """Share of its pieces of 100 ms that are there, in order."""
    complete: bool
    """Whether begin and end are there, and between them no two pieces in a row are missing.

    A piece in which a telephone stutters looks like a missing one, though all of it is heard.
    """
    slipped_ms: int
    """By how much later its end was heard than without any gap."""


def find(recording: Sound, wanted: Sound) -> Found:
    """Looks for `wanted` where the recording is most like it, then piece by piece.

    A machine that is busy makes telephones stutter: each piece may come up to 200 ms later than
    the one before lets expect, or 100 ms earlier.
    """
    recording, wanted = _voice_band(recording), _voice_band(wanted)
    size = len(recording) + len(wanted)
    spectrum = np.fft.rfft(recording, size) * np.conj(np.fft.rfft(wanted, size))
    at = int(np.argmax(np.fft.irfft(spectrum, size)[: len(recording)]))
    piece = RATE // 10
    loud = [
        begin
        for begin in range(0, len(wanted) - piece, piece)
        if np.sqrt(np.mean(wanted[begin : begin + piece] ** 2)) > 0.02
    ]
    places: list[int] = []
    there: list[bool] = []
    around = (-RATE // 2, RATE // 2)
    for begin in loud:
        likeness, place = _most_like(recording, at + begin, around, wanted[begin : begin + piece])
        there.append(likeness > 0.8)
        if there[-1]:
            at, around = place - begin, (-RATE // 10, RATE // 5)
            places.append(at)
    if not places:
        return Found(at / RATE, 0.0, complete=False, slipped_ms=0)
    slipped_ms = (places[-1] - places[0]) * 1000 // RATE
    complete = there[0] and there[-1] and all(a or b for a, b in pairwise(there))
    return Found(places[0] / RATE, len(places) / len(loud), complete, slipped_ms)


def _voice_band(sound: Sound) -> Sound:
    """What is below 2 kHz; codecs make noise of the hiss above it, and are right to."""
    spectrum = np.fft.rfft(sound)
    spectrum[int(len(spectrum) * 2_000 / (RATE / 2)) :] = 0
    return np.fft.irfft(spectrum, len(sound)).astype(np.float32)


def _most_like(
    recording: Sound, at: int, around: tuple[int, int], piece: Sound
) -> tuple[float, int]:
    """How like a piece the recording is where it is most like it, from -1 to 1, and where."""
    begin = max(0, at + around[0])
    part = recording[begin : at + around[1] + len(piece)]
    if len(part) < len(piece):
        return 0.0, at
    power = np.convolve(part**2, np.ones(len(piece)), "valid")
    likeness = np.correlate(part, piece, "valid") / np.sqrt(power * np.sum(piece**2) + 1e-6)
    best = int(np.argmax(likeness))
    return float(likeness[best]), begin + best


def heard_at(recording: Sound, hz: float) -> list[tuple[float, float]]:
    """The times, begin and end in seconds, at which a tone is heard; gaps to 200 ms are bridged."""
    frame = RATE // 50
    frames = recording[: len(recording) // frame * frame].reshape(-1, frame)
    wave_ = np.exp(-2j * np.pi * hz * np.arange(frame) / RATE)
    strength = np.abs(frames @ wave_) / frame * 2
    energy = np.sqrt(np.mean(frames**2, axis=1)) * np.sqrt(2)
    spans: list[tuple[float, float]] = []
    for index in map(int, np.flatnonzero((strength > 0.05) & (strength > 0.7 * energy))):
        begin, end = round(index * 0.02, 2), round((index + 1) * 0.02, 2)
        if spans and begin - spans[-1][1] <= 0.201:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((begin, end))
    return [span for span in spans if span[1] - span[0] >= 0.1]
