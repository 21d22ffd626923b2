"""Finds the Python interpreters on this machine: 3.10 for Rasa, 3.11 or newer for the rest."""

import glob
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bot.setup.problems import SetupProblem

PROBE = (
    "import ctypes, platform, sqlite3, ssl, sys;"
    "print(platform.python_implementation(), *sys.version_info[:2],"
    " getattr(sys, '_base_executable', '') or sys.executable)"
)
"""Fails where a home-made Python was built without the libraries that we need."""

PROBE_TIMEOUT_S = 10

FOLDERS = (
    "~/.pyenv/versions/*/bin",
    "$PYENV_ROOT/versions/*/bin",
    "~/.local/share/uv/python/*/bin",
    "/opt/*/bin",
    "/opt/*/*/bin",
    "/usr/local/bin",
    "/usr/local/*/bin",
    "/usr/bin",
)
"""Where interpreters lie that are not on the PATH, or that a shim on the PATH hides."""


@dataclass(frozen=True)
class Wanted:
    """Which interpreter one environment needs; `minors` in order of preference.

    The gateway prefers newer ones: from 3.12 on, language detection takes a fifth of the memory.
    """

    purpose: str
    setting: str
    minors: tuple[int, ...]
    remedies: tuple[str, ...]

    @property
    def versions(self) -> str:
        """The versions in words."""
        low, high = min(self.minors), max(self.minors)
        return f"3.{low}" if low == high else f"3.{low} to 3.{high}"


FOR_GATEWAY = Wanted(
    purpose="for Kreislotse itself",
    setting="KREISLOTSE_PYTHON",
    minors=(13, 12, 11, 14),
    remedies=("Debian 12 and later: apt-get install python3 python3-venv",),
)
FOR_RASA = Wanted(
    purpose="for Rasa, which runs on no later one",
    setting="KREISLOTSE_RASA_PYTHON_BASE",
    minors=(10,),
    remedies=(
        "Any Linux: make installer && .tools/uv/bin/uv python install 3.10",
        "Ubuntu 22.04: apt-get install python3.10 python3.10-venv",
        "With pyenv: pyenv install 3.10",
    ),
)


@dataclass(frozen=True)
class Interpreter:
    """An interpreter that answered; `path` is the real one, behind shims and environments."""

    path: Path
    minor: int


def find(wanted: Wanted) -> Interpreter:
    """The interpreter for `wanted`, or a problem that says how to get one."""
    override = os.environ.get(wanted.setting)
    if override:
        found = probe(Path(override).expanduser())
        if found is None or found.minor not in wanted.minors:
            raise SetupProblem(
                f"{wanted.setting}={override} is not a working Python {wanted.versions}.",
                "Correct this setting, or unset it to let set-up search.",
            )
        return found
    seen: set[Path] = set()
    for candidate in candidates(wanted):
        if candidate not in seen and (found := probe(candidate)) and found.minor in wanted.minors:
            return found
        seen.add(candidate)
    raise SetupProblem(
        f"Python {wanted.versions} ({wanted.purpose}) was not found.",
        *wanted.remedies,
        f"If it lies in an unusual place: {wanted.setting}=/path/to/python make …",
    )


def candidates(wanted: Wanted) -> Iterator[Path]:
    """Where to look: by version, best first, on the PATH and then in the usual folders."""
    on_path = [Path(folder) for folder in os.get_exec_path() if folder]
    elsewhere = [
        Path(folder)
        for pattern in FOLDERS
        for folder in sorted(glob.glob(os.path.expanduser(os.path.expandvars(pattern))))
    ]
    for name in [*(f"python3.{minor}" for minor in wanted.minors), "python3"]:
        for folder in (*on_path, *elsewhere):
            if (folder / name).is_file():
                yield folder / name
    yield Path(sys.executable)


def probe(candidate: Path) -> Interpreter | None:
    """Ask the interpreter itself: a file of the right name may be a shim that only complains."""
    try:
        answer = subprocess.run(
            [candidate, "-I", "-S", "-c", PROBE],
            capture_output=True,
            text=True,
            timeout=PROBE_TIMEOUT_S,
            stdin=subprocess.DEVNULL,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    words = answer.stdout.strip().split(" ", 3)
    if answer.returncode or len(words) != 4 or words[:2] != ["CPython", "3"]:
        return None
    return Interpreter(Path(os.path.realpath(words[3])), int(words[2]))
