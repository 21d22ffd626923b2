"""A voice's sound made fit for the telephone: its band, its loudness, its edges, its pauses.

Telephones carry 300 to 3400 Hz (ITU-T G.712), wideband ones 50 to 7000 Hz (G.722).  What lies
outside is taken away before we measure, or a deep voice would be set too quiet on a small speaker.
Loudness is measured where there is speech, as in ITU-T P.56 but by frames.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import soxr

from voice.media import FRAME_MS
from voice.speaking.voice import Sound

Samples = npt.NDArray[np.float32]

LEVEL_DB = -19.0
"""RMS of active speech below full scale: as loud as usual announcements, with room for peaks."""
PEAK_DB = -3.0
_KNEE_DB = -9.0
"""Peaks above are bent down, so that none passes `PEAK_DB`."""
_LOUDER_DB = 24.0
"""Most that is added: a sound that is nearly nothing stays so."""
_SILENCE_DB = -45.0
"""Below the loudest frame: what lies under it at the ends is cut off."""
_ACTIVE_DB = -16.0
"""Below the loudest frame: what lies above it is speech."""
_KEPT_MS = 20
_FADE_MS = 5


@dataclass(frozen=True)
class _Band:
    """Frequencies in Hz: nothing below `stop_low`, all from `low` to `high`, none from `stop`."""

    stop_low: float
    low: float
    high: float
    stop: float


_BANDS = {8000: _Band(180, 300, 3400, 3750), 16000: _Band(40, 80, 7000, 7600)}


def levelled(parts: Sequence[tuple[Sound, int]], rate: int) -> bytes:
    """16-bit samples at the line's rate, in whole frames: sounds, each with a pause after it.

    Each is levelled and faded for itself, so that voices take turns without a click or a jump.

    Args:
        parts: The sounds in order, and the silence after each in ms.

    Raises:
        KeyError: No telephone has this rate.
    """
    pieces: list[Samples] = []
    for sound, pause_ms in parts:
        samples = soxr.resample(sound.samples, sound.rate, rate, quality="HQ")
        samples = _trimmed(_limited_band(samples, _BANDS[rate], rate), rate)
        samples = _faded(_peaks_bent(samples * _gain(samples, rate)), rate)
        pieces += [samples, np.zeros(_length(rate, pause_ms), np.float32)]
    return _in_frames(np.concatenate(pieces), rate)


def active_rms(samples: Samples, rate: int) -> float:
    """RMS of the frames in which there is speech; 0 of silence."""
    power = _frame_power(samples, rate)
    loudest = power.max(initial=0.0)
    if loudest <= 0:
        return 0.0
    return float(np.sqrt(power[power >= loudest * _ratio(_ACTIVE_DB) ** 2].mean()))


def _limited_band(samples: Samples, band: _Band, rate: int) -> Samples:
    """Filtered in one piece; zeros after it keep its end from reaching its beginning."""
    size = 1 << (len(samples) + rate // 20).bit_length()
    spectrum = np.fft.rfft(samples, size)
    frequency = np.fft.rfftfreq(size, 1 / rate)
    edges = [band.stop_low, band.low, band.high, band.stop]
    gain = np.interp(frequency, edges, [0, 1, 1, 0], left=0, right=0)
    filtered = np.fft.irfft(spectrum * np.sin(gain * np.pi / 2) ** 2, size)
    return filtered[: len(samples)].astype(np.float32)


def _trimmed(samples: Samples, rate: int) -> Samples:
    """Without the silence at its ends: the first sound comes sooner, pauses are ours."""
    power = _frame_power(samples, rate)
    if not power.size or power.max() <= 0:
        return samples[:0]
    heard = np.flatnonzero(power >= power.max() * _ratio(_SILENCE_DB) ** 2)
    frame, kept = _length(rate, FRAME_MS), _length(rate, _KEPT_MS)
    return samples[max(0, heard[0] * frame - kept) : (heard[-1] + 1) * frame + kept]


def _gain(samples: Samples, rate: int) -> float:
    rms = active_rms(samples, rate)
    return min(_ratio(LEVEL_DB) / rms, _ratio(_LOUDER_DB)) if rms else 1.0


def _peaks_bent(samples: Samples) -> Samples:
    knee, limit = _ratio(_KNEE_DB), _ratio(PEAK_DB)
    size = np.abs(samples)
    bent = knee + (limit - knee) * np.tanh((size - knee) / (limit - knee))
    return np.where(size > knee, np.copysign(bent, samples), samples).astype(np.float32)


def _faded(samples: Samples, rate: int) -> Samples:
    """Its edges without a click."""
    length = min(_length(rate, _FADE_MS), len(samples) // 2)
    ramp = np.linspace(0, 1, length, endpoint=False, dtype=np.float32)
    faded = samples.copy()
    faded[:length] *= ramp
    faded[len(faded) - length :] *= ramp[::-1]
    return faded


def _in_frames(samples: Samples, rate: int) -> bytes:
    frame = _length(rate, FRAME_MS)
    whole = np.zeros(-(-len(samples) // frame) * frame, np.int16)
    whole[: len(samples)] = np.rint(samples * 32767)
    return whole.astype("<i2").tobytes()


def _frame_power(samples: Samples, rate: int) -> npt.NDArray[np.float64]:
    frame = _length(rate, FRAME_MS)
    padded = np.zeros(-(-len(samples) // frame) * frame)
    padded[: len(samples)] = samples
    power: npt.NDArray[np.float64] = (padded.reshape(-1, frame) ** 2).mean(axis=1)
    return power


def _length(rate: int, ms: int) -> int:
    return rate * ms // 1000


def _ratio(db: float) -> float:
    return float(10 ** (db / 20))
