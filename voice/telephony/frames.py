"""AudioSocket's frames: kind (1 byte), length (2 bytes, big-endian), payload."""

import struct
from dataclasses import dataclass
from enum import IntEnum

_HEADER = struct.Struct(">BH")


class Kind(IntEnum):
    """What a frame holds.

    The numbers stand in https://docs.asterisk.org/Configuration/Channel-Drivers/AudioSocket/;
    other rates than these two have numbers as well, but a telephone never brings them.
    """

    HANG_UP = 0x00
    """The sender ends the connection; no payload."""
    CALL_ID = 0x01
    """First frame from the PBX: the call's UUID in 16 bytes."""
    KEY = 0x03
    """From the PBX: one ASCII character of a telephone's keypad."""
    SOUND_8K = 0x10
    """16-bit little-endian mono samples, 8000 a second."""
    SOUND_16K = 0x12
    """The same, 16,000 a second; only Asterisk's channel form brings it."""
    ERROR = 0xFF
    """From the PBX: an error code.  Asterisk takes this kind from nobody."""


RATES = {Kind.SOUND_8K: 8_000, Kind.SOUND_16K: 16_000}
SOUND_KINDS = {rate: kind for kind, rate in RATES.items()}


@dataclass(frozen=True)
class Frame:
    """One frame; `kind` may be a number that we do not know."""

    kind: int
    payload: bytes = b""

    def __bytes__(self) -> bytes:
        return _HEADER.pack(self.kind, len(self.payload)) + self.payload


class FrameDecoder:
    """Cuts a stream of bytes, in whatever pieces it comes, into frames.

    It holds at most one incomplete frame (65,538 bytes).
    """

    def __init__(self) -> None:
        self._rest = bytearray()

    def feed(self, piece: bytes) -> list[Frame]:
        """The frames that are complete with this piece."""
        self._rest += piece
        frames: list[Frame] = []
        begin = 0
        while len(self._rest) - begin >= _HEADER.size:
            kind, length = _HEADER.unpack_from(self._rest, begin)
            end = begin + _HEADER.size + length
            if len(self._rest) < end:
                break
            frames.append(Frame(kind, bytes(self._rest[begin + _HEADER.size : end])))
            begin = end
        del self._rest[:begin]
        return frames
