"""ClamAV's own daemon, with a database of one signature: that of the EICAR test file."""

import contextlib
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

# In two pieces, or scanners would take this very file for infected.
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$" + b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"
_LARGEST = 2_000_000
"""Bytes that the daemon takes (`StreamMaxLength`), less than we may let through."""


@contextlib.contextmanager
def clamd() -> Iterator[str]:
    """A daemon of the test's own; yields the path of its socket."""
    program = shutil.which("clamd") or "/usr/sbin/clamd"
    assert Path(program).exists(), "ClamAV is not installed: apt-get install clamav-daemon"
    folder = Path(tempfile.mkdtemp(prefix="kreislotse-clamd-"))
    (folder / "test.ndb").write_text(f"Kreislotse.Test:0:*:{EICAR.hex()}\n")
    address = folder / "clamd.sock"
    (folder / "clamd.conf").write_text(
        f"LocalSocket {address}\nDatabaseDirectory {folder}\nForeground yes\n"
        f"StreamMaxLength {_LARGEST}\nMaxThreads 2\n"
    )
    server = subprocess.Popen(
        [program, "-c", str(folder / "clamd.conf")],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=folder,
    )  # fmt: skip
    try:
        _wait_for(address, server)
        yield str(address)
    finally:
        server.terminate()
        server.wait(20)
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(address: Path, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert server.poll() is None, f"clamd ended with {server.returncode}"
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(address))
            return
        time.sleep(0.05)
    raise AssertionError("clamd does not listen")
