"""The checkout: its folders, what was built from which sources, and who may build now."""

import contextlib
import fcntl
import hashlib
import os
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
TOOLS = ROOT / ".tools"
STAMPS = TOOLS / "stamps"
LOGS = TOOLS / "log"


def digest(*words: str, files: Iterable[Path] = ()) -> str:
    """One hash over words and over the names and contents of files; missing files count too."""
    total = hashlib.sha256("\0".join(words).encode())
    for file in sorted(files):
        content = file.read_bytes() if file.is_file() else b"missing"
        total.update(f"\0{file.relative_to(ROOT)}\0{len(content)}\0".encode() + content)
    return total.hexdigest()


def files_below(folder: Path, *, without: frozenset[str] = frozenset()) -> Iterator[Path]:
    """All files below `folder`, leaving out whole folders by name."""
    for place, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if name not in without]
        yield from (Path(place) / name for name in names)


def is_current(name: str, wanted: str, outputs: Iterable[Path] = ()) -> bool:
    """Whether `name` was last finished from sources with this digest and is still there."""
    stamp = STAMPS / name
    return (
        stamp.is_file()
        and stamp.read_text() == wanted
        and all(output.exists() for output in outputs)
    )


@contextlib.contextmanager
def stamped(name: str, wanted: str) -> Iterator[None]:
    """Remember that `name` was finished from these sources, if the body ends well.

    The old stamp goes first: what an interrupted step leaves behind is never taken for finished.
    """
    STAMPS.mkdir(parents=True, exist_ok=True)
    (STAMPS / name).unlink(missing_ok=True)
    yield
    (STAMPS / name).write_text(wanted)


@contextlib.contextmanager
def only_builder() -> Iterator[None]:
    """Let one set-up at a time work in this checkout; a second one waits and says so.

    The kernel drops the lock with the process, and with `exec`, so it can never be left behind.
    """
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            print(f"Another set-up is busy in this checkout (process {holder}); waiting for it …")
            started = time.monotonic()
            fcntl.flock(lock, fcntl.LOCK_EX)
            print(f"The other set-up is done after {time.monotonic() - started:.0f} s; going on.")
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
