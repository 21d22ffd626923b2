"""Runs the long commands of set-up so that one always sees what happens and for how long."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from bot.setup.checkout import LOGS, ROOT
from bot.setup.problems import command_failed

NOT_FOR_CHILDREN = ("VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME", "MAKEFLAGS", "MFLAGS", "MAKELEVEL")
"""Variables that would lead the commands to another environment than the one they are for."""

STOP_S = 5.0
TAIL_LINES = 60


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def child_environment() -> dict[str, str]:
    """Our environment as the programs that we start should see it."""
    return {name: value for name, value in os.environ.items() if name not in NOT_FOR_CHILDREN}


@contextlib.contextmanager
def step(title: str, expected: str) -> Iterator["Step"]:
    """One visible step: a line when it starts, signs of life, a line when it is done."""
    say(f"==> {title}: takes {expected}")
    started = time.monotonic()
    yield Step(title, started)
    say(f"    done: {title}, {time.monotonic() - started:.1f} s")


class Step:
    """The step under way; its commands share a log that is shown when one fails."""

    def __init__(self, title: str, started: float) -> None:
        self._title = title
        self._started = started
        self._last_line = ""
        self._log = LOGS / (re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-") + ".log")
        LOGS.mkdir(parents=True, exist_ok=True)
        self._log.unlink(missing_ok=True)

    def run(
        self, *words: str | Path, env: Mapping[str, str] | None = None, cwd: Path = ROOT
    ) -> None:
        """Run one command to its end; a failure shows its last lines and says what to do."""
        process = reader = None
        try:
            with _signals_held():  # a command that is there already must be known, to be ended
                process = subprocess.Popen(
                    [str(word) for word in words],
                    cwd=cwd,
                    env={**child_environment(), "NO_COLOR": "1", **(env or {})},
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                )
            reader = threading.Thread(target=self._read, args=(process,), daemon=True)
            reader.start()
            self._tick_until_ended(process)
        except BaseException:
            if process is not None:
                _end(process)
            raise
        finally:
            if reader is not None and reader.ident is not None:
                reader.join(timeout=STOP_S)
        if process.returncode:
            output = self._log.read_text(errors="replace")
            for line in output.splitlines()[-TAIL_LINES:]:
                say(f"    | {line}")
            log = str(self._log.relative_to(ROOT))
            raise command_failed(self._title, output, log, process.returncode)

    def _read(self, process: "subprocess.Popen[bytes]") -> None:
        assert process.stdout is not None
        with process.stdout as output, self._log.open("ab") as log:
            while chunk := os.read(output.fileno(), 65_536):
                log.write(chunk)
                log.flush()
                lines = re.split(r"[\r\n]+", chunk.decode(errors="replace").strip())
                self._last_line = lines[-1] or self._last_line

    def _tick_until_ended(self, process: "subprocess.Popen[bytes]") -> None:
        """Show the seconds so far: each second in place on a terminal, else a line in ten."""
        on_terminal = sys.stdout.isatty()
        pause_s = 1 if on_terminal else 10
        while True:
            try:
                process.wait(timeout=pause_s)
            except subprocess.TimeoutExpired:
                width = shutil.get_terminal_size().columns - 1
                passed = f"    {time.monotonic() - self._started:4.0f} s"
                line = f"{passed}  {self._last_line}"[:width].rstrip()
                print(f"\r\033[K{line}" if on_terminal else line, end="" if on_terminal else "\n")
                sys.stdout.flush()
            else:
                if on_terminal:
                    print("\r\033[K", end="", flush=True)
                return


@contextlib.contextmanager
def _signals_held() -> Iterator[None]:
    """Lets what interrupts a set-up do so only after the block; what is ignored stays so."""
    came: list[int] = []
    handlers = {
        number: handler
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if callable(handler := signal.getsignal(number))
    }
    for number in handlers:
        signal.signal(number, lambda number, _: came.append(number))
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
        for received in came:
            signal.raise_signal(received)


def _end(process: "subprocess.Popen[bytes]") -> None:
    """Leave no command running behind an interrupted set-up."""
    process.terminate()
    try:
        process.wait(timeout=STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
