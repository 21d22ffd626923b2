"""The PBX of a run, its telephones, and the table of calls that is printed at the end.

`make test-pbx` names the chroot in KREISLOTSE_PBX; without it nothing here is collected.
"""

import asyncio
import contextlib
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.pbx.asterisk import Asterisk, make_announcements
from tests.pbx.scene import Gateway, Ports, Scene
from tests.pbx.sound import spoken, to_bytes, tone

CHROOT = os.environ.get("KREISLOTSE_PBX")

collect_ignore_glob = [] if CHROOT else ["test_*.py"]

SAYINGS = {
    "disclosure": "Guten Tag. Hier ist der Sprachassistent des Landkreises Musterland. Sie sprechen"
    " mit einer Maschine.",
    "greeting": "Guten Tag.",
    "again": "Dort meldet sich leider niemand.",
    "briefing": "Ein Anruf wegen einer Ummeldung.",
}
"""What the stand-in says."""


@dataclass(frozen=True)
class Row:
    """A line of the table."""

    call: str
    expected: str
    heard: str


ROWS = pytest.StashKey[list[Row]]()


@pytest.fixture
def table(request: pytest.FixtureRequest) -> list[Row]:
    """Where a test notes what was expected and what was heard."""
    return request.config.stash.setdefault(ROWS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    rows = terminalreporter.config.stash.get(ROWS, [])
    if not rows:
        return
    lines = [("call", "expected", "heard"), *((row.call, row.expected, row.heard) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(3)]
    terminalreporter.section("calls through the PBX")
    for line in lines:
        cells = (cell.ljust(width) for cell, width in zip(line, widths, strict=True))
        terminalreporter.write_line("  ".join(cells).rstrip())


@pytest.fixture(scope="session")
def folder(request: pytest.FixtureRequest) -> Iterator[Path]:
    """A folder of this run within the chroot; kept, and named, where a call failed."""
    assert CHROOT
    path = Path(tempfile.mkdtemp(prefix="kreislotse-", dir=Path(CHROOT) / "tmp"))
    yield path
    if request.session.testsfailed:
        print(f"\nRecordings and logs: {path}")
    else:
        shutil.rmtree(path)


@pytest.fixture(scope="session")
def sounds(folder: Path) -> Path:
    """What the stand-in says, at both rates."""
    place = folder / "says"
    place.mkdir()
    for rate in (8_000, 16_000):
        for name, text in SAYINGS.items():
            (place / f"{name}-{rate}.raw").write_bytes(to_bytes(spoken(text, rate=rate)))
        (place / f"tone-{rate}.raw").write_bytes(to_bytes(tone(440, 20, rate)))
    return place


@pytest.fixture(scope="session")
def announcements(folder: Path) -> Path:
    """The announcements of the shipped dialplan, spoken."""
    assert CHROOT
    return asyncio.run(make_announcements(Path(CHROOT), folder))


@pytest.fixture
async def scene(folder: Path, sounds: Path, announcements: Path) -> AsyncIterator[Scene]:
    """A PBX with our dialplan, and what is needed to call it."""
    assert CHROOT
    ports = Ports()
    here = Path(tempfile.mkdtemp(prefix="call-", dir=folder))
    pbx = Asterisk(Path(CHROOT), here, ports.sip, ports.person, ports.rtp)
    async with contextlib.AsyncExitStack() as stack:
        stack.push_async_callback(pbx.end)
        await pbx.start(
            {
                "GATEWAY_HTTP": f"http://127.0.0.1:{ports.http}",
                "GATEWAY_AUDIO": f"127.0.0.1:{ports.audio}",
                "RING_S": "3",
                "HOURS_1": "*,*,*,*",
                "SOUNDS": f"/{announcements.relative_to(CHROOT)}",
            }
        )
        gateway = Gateway(here, ports, sounds)
        yield Scene(Path(CHROOT), here, announcements, pbx, ports, gateway, stack)
