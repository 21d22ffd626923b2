"""Telephone sound as numbers: bytes and floats, rates, levels."""

import numpy as np
import soxr

from voice.transcription import SPEECH_RATE, Samples

SILENCE_DBFS = -120.0
"""The level of digital silence."""
_IMAGE = 0.1
"""-20 dB."""


def as_floats(samples: bytes) -> Samples:
    """16-bit little-endian samples as numbers from -1 to 1; an odd last byte is left out."""
    whole = samples[: len(samples) & ~1]
    return np.frombuffer(whole, "<i2").astype(np.float32) / np.float32(32768)


def as_bytes(samples: Samples) -> bytes:
    """The way back; what is too loud is clipped."""
    scaled = np.round(samples * np.float32(32768))
    return np.clip(scaled, -32768, 32767).astype("<i2").tobytes()


def level_dbfs(samples: Samples) -> float:
    """The mean power against full scale, in decibels: -3 for a full sine, -120 for silence."""
    if not len(samples):
        return SILENCE_DBFS
    power = float(np.dot(samples, samples)) / len(samples)
    return 10 * float(np.log10(max(power, 1e-12)))


def for_recognition(samples: Samples, rate: int) -> Samples:
    """A whole utterance at `SPEECH_RATE`, at the best quality."""
    if rate == SPEECH_RATE:
        return samples
    converted: Samples = soxr.resample(samples, rate, SPEECH_RATE, "HQ")
    return converted


class LiveResampler:
    """Sound at `SPEECH_RATE` as it arrives, for the voice detector.

    soxr's better qualities hold 60 to 115 ms back, this one 0.25 ms.  And they leave the upper half
    of the spectrum empty, which Silero, made for sound of full width, does not take for speech: of
    88 words on the line it missed 11 with them, 1 with this one's images in the upper half.  A
    line of 16 kHz may carry a narrow call too, so a faint image of its lower half is added.
    """

    def __init__(self, rate: int) -> None:
        self._stream = (
            None
            if rate == SPEECH_RATE
            else soxr.ResampleStream(rate, SPEECH_RATE, 1, dtype="float32", quality="QQ")
        )
        self._even = True

    def __call__(self, samples: Samples) -> Samples:
        """What is ready after these samples."""
        if self._stream is None:
            return self._with_image(samples)
        converted: Samples = self._stream.resample_chunk(samples)
        return converted

    def _with_image(self, samples: Samples) -> Samples:
        """Every other sample a little louder: mirrors the spectrum at a quarter of the rate."""
        first = 0 if self._even else 1
        self._even = self._even == (len(samples) % 2 == 0)
        imaged = samples * np.float32(1 - _IMAGE)
        imaged[first::2] = samples[first::2] * np.float32(1 + _IMAGE)
        return imaged
