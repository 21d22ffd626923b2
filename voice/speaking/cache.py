"""Fixed sentences as ready sound: the latest in memory, all of them on disk.

Only what is the same for every caller comes here; who asks for a sentence decides that
(`Synthesizer.speak`).  Words of a citizen or a caseworker never do.
"""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import structlog
from cachetools import LRUCache

from voice.speech import Pace

log = structlog.get_logger()

_VERSION = "1"
"""Changed with the way in which sound is made, so that old files are passed over."""


@dataclass(frozen=True)
class SoundKey:
    """What a sentence's sound depends on."""

    spoken: str
    """As the voice was given it."""
    voice: str
    pace: Pace
    rate: int
    pause_ms: int

    @property
    def digest(self) -> str:
        """A name for a file."""
        parts = (_VERSION, self.voice, self.pace, str(self.rate), str(self.pause_ms), self.spoken)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()


class SoundCache:
    """Sound by key; a folder that cannot be written costs speed, nothing else."""

    def __init__(self, folder: Path, memory_bytes: int, disk_bytes: int) -> None:
        self._folder = folder
        self._disk_bytes = disk_bytes
        self._memory: LRUCache[str, bytes] = LRUCache(memory_bytes, getsizeof=len)

    def get(self, key: SoundKey) -> bytes | None:
        """The samples, or None."""
        name = key.digest
        if (samples := self._memory.get(name)) is not None:
            return samples
        try:
            samples = self._path(name).read_bytes()
        except OSError:
            return None
        self._keep(name, samples)
        return samples

    def put(self, key: SoundKey, samples: bytes) -> None:
        """Keeps the samples of a fixed sentence."""
        name = key.digest
        self._keep(name, samples)
        path = self._path(name)
        temporary = path.with_suffix(f".{os.getpid()}")
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(samples)
            temporary.replace(path)
        except OSError as error:
            log.warning("sound is not kept on disk", reason=type(error).__name__)

    def prune(self) -> None:
        """Removes the files that were used least lately, above the limit; called at start."""
        files = sorted(
            ((f.stat().st_mtime, f.stat().st_size, f) for f in self._folder.glob("*.pcm")),
            reverse=True,
        )
        kept = 0
        for _, size, file in files:
            kept += size
            if kept > self._disk_bytes:
                file.unlink(missing_ok=True)

    def _keep(self, name: str, samples: bytes) -> None:
        if len(samples) <= self._memory.maxsize:
            self._memory[name] = samples

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}.pcm"
