"""Ready sound: what is kept, where, and how much."""

import os
from dataclasses import replace
from pathlib import Path

from voice.speaking.cache import SoundCache, SoundKey
from voice.speech import Pace

KEY = SoundKey("Guten Tag.", "de_DE-toy", Pace.NORMAL, 8000, 300)


def test_what_was_kept_is_there_for_the_next_process(tmp_path: Path) -> None:
    SoundCache(tmp_path, 100, 100).put(KEY, b"sound")
    assert SoundCache(tmp_path, 100, 100).get(KEY) == b"sound"


def test_anything_else_is_another_sound(tmp_path: Path) -> None:
    cache = SoundCache(tmp_path, 100, 100)
    cache.put(KEY, b"sound")
    for other in (
        replace(KEY, spoken="Guten Abend."), replace(KEY, voice="en_GB-toy"),
        replace(KEY, pace=Pace.SLOW), replace(KEY, rate=16000), replace(KEY, pause_ms=0),
    ):  # fmt: skip
        assert cache.get(other) is None


def test_memory_is_bounded_by_bytes(tmp_path: Path) -> None:
    cache = SoundCache(tmp_path, 10, 1000)
    keys = [replace(KEY, pause_ms=ms) for ms in range(4)]
    for key in keys:
        cache.put(key, b"five!")
    for file in tmp_path.glob("*.pcm"):
        file.unlink()
    assert [cache.get(key) for key in keys] == [None, None, b"five!", b"five!"]


def test_sound_larger_than_memory_is_read_from_disk(tmp_path: Path) -> None:
    cache = SoundCache(tmp_path, 10, 1000)
    cache.put(KEY, b"longer than ten")
    assert cache.get(KEY) == b"longer than ten"


def test_the_oldest_files_go_first(tmp_path: Path) -> None:
    cache = SoundCache(tmp_path, 1000, 10)
    keys = [replace(KEY, pause_ms=ms) for ms in range(3)]
    for age, key in enumerate(keys):
        cache.put(key, b"five!")
        os.utime(tmp_path / f"{key.digest}.pcm", (age, age))
    cache.prune()
    later = SoundCache(tmp_path, 1000, 10)
    assert [later.get(key) for key in keys] == [None, b"five!", b"five!"]


def test_a_folder_that_cannot_be_written_costs_nothing_but_speed(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    cache = SoundCache(tmp_path / "file", 100, 100)
    cache.prune()
    cache.put(KEY, b"sound")
    assert cache.get(KEY) == b"sound"
