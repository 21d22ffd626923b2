"""Short sounds of ours."""

from functools import cache

import numpy as np

_TONE_HZ, _LENGTH_S, _LOUDNESS = 392.0, 0.18, 0.15


@cache
def earcon(rate: int) -> bytes:
    """A soft tone that something does not work: 16-bit little-endian mono at `rate`."""
    moments = np.arange(int(_LENGTH_S * rate)) / rate
    swell = np.sin(np.pi * moments / _LENGTH_S)
    tone = np.sin(2 * np.pi * _TONE_HZ * moments) * swell * _LOUDNESS
    return (tone * 32767).astype("<i2").tobytes()
