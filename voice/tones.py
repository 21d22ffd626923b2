"""Tones of the telephone network, which recognisers take for words."""

from enum import StrEnum
from itertools import product

import numpy as np
import numpy.typing as npt

from voice.transcription import SPEECH_RATE, Samples


class Tone(StrEnum):
    """What a machine at the other end says."""

    NETWORK = "network"
    """Dialling, ringing and busy tone of Germany and most of Europe: 425 Hz (ITU-T E.180)."""
    INFORMATION = "information"
    """Number unavailable: 950, 1400 and 1800 Hz in turn."""
    FAX = "fax"
    """A calling (1100 Hz) or answering (2100 Hz) fax (ITU-T T.30)."""
    KEYS = "keys"
    """Keys pressed, where the PBX leaves their tones in the sound (ITU-T Q.23)."""


_SINGLE = {
    Tone.NETWORK: (425.0,),
    Tone.INFORMATION: (950.0, 1400.0, 1800.0),
    Tone.FAX: (1100.0, 2100.0),
}
_KEYS = tuple(product((697.0, 770.0, 852.0, 941.0), (1209.0, 1336.0, 1477.0, 1633.0)))
_FRAME = SPEECH_RATE // 20
"""50 ms: long enough to tell 425 Hz from a low voice, short enough for a key."""
_WIDTH_HZ = 45.0
"""Fax machines may be off by 38 Hz."""
_PURE = 0.85
"""Share of a frame's power that lies at a tone's frequencies; vowels stay below a half."""
_SHARE = 0.6
"""Share of the audible frames that must be pure."""
_AUDIBLE_DB = 8.0
"""What is this much quieter than the loudest frame does not count."""
_SILENT_POWER = 1e-6
"""-60 dBFS."""


def tone(samples: Samples) -> Tone | None:
    """The tone that an utterance consists of; None if it is anything else.

    Args:
        samples: At `SPEECH_RATE`.
    """
    frames = samples[: len(samples) // _FRAME * _FRAME].reshape(-1, _FRAME)
    loudness = np.mean(np.square(frames), axis=1) if len(frames) else np.zeros(1)
    loudest = float(loudness.max())
    if loudest < _SILENT_POWER:
        return None
    audible = frames[loudness >= loudest * 10 ** (-_AUDIBLE_DB / 10)]
    power = np.square(np.abs(np.fft.rfft(audible * np.hanning(_FRAME))))
    total = power.sum(axis=1)
    found = {
        kind: np.max([_near(power, hertz) for hertz in single], axis=0)
        for kind, single in _SINGLE.items()
    }
    found[Tone.KEYS] = np.max([_pair(power, low, high) for low, high in _KEYS], axis=0)
    shares = {kind: float(np.mean(near >= _PURE * total)) for kind, near in found.items()}
    likeliest = max(shares, key=lambda kind: shares[kind])
    return likeliest if shares[likeliest] >= _SHARE else None


def _near(power: npt.NDArray[np.floating], hertz: float) -> npt.NDArray[np.floating]:
    """The power of each frame within `_WIDTH_HZ` of a frequency."""
    hz_per_bin = SPEECH_RATE / _FRAME
    first = int(np.ceil((hertz - _WIDTH_HZ) / hz_per_bin))
    last = int((hertz + _WIDTH_HZ) / hz_per_bin)
    near: npt.NDArray[np.floating] = power[:, first : last + 1].sum(axis=1)
    return near


def _pair(power: npt.NDArray[np.floating], low: float, high: float) -> npt.NDArray[np.floating]:
    """The power at both of a key's frequencies; none unless neither is ten times the other."""
    one, other = _near(power, low), _near(power, high)
    balanced = (one < 10 * other) & (other < 10 * one)
    return np.where(balanced, one + other, 0.0)
