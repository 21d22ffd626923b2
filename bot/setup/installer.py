"""Puts uv, which installs both environments, into `.tools/`."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from bot.setup import debian
from bot.setup.checkout import TOOLS, digest, is_current, stamped
from bot.setup.interpreters import FOR_GATEWAY, find
from bot.setup.problems import SetupProblem
from bot.setup.progress import step

HOME = TOOLS / "uv"
UV = HOME / "bin/uv"
PIN = Path(__file__).parent / "installer.txt"


def install_uv() -> None:
    """Install the pinned uv by the pip of whichever Python has one."""
    sources = digest(str(HOME), files=[PIN])
    if is_current("uv", sources, [UV]):
        return
    python = python_with_pip()
    with step("Installer (uv)", "a few seconds") as doing, stamped("uv", sources):
        shutil.rmtree(HOME, ignore_errors=True)
        doing.run(python, "-m", "venv", HOME)
        pip = (HOME / "bin/python", "-m", "pip", "--no-input", "--disable-pip-version-check")
        how = ("--require-hashes", "--only-binary", ":all:", "--retries", "2")
        doing.run(*pip, "install", "--quiet", *how, "-r", PIN)


def python_with_pip() -> Path:
    """A Python that can make virtual environments; Debian keeps that part in its own package."""
    found = next(filter(brings_pip, pythons()), None)
    if found is None and debian.is_root() and debian.has_apt():
        debian.install([debian.VENV])
        found = next(filter(brings_pip, pythons()), None)
    if found is None:
        raise SetupProblem(
            f"{sys.executable} cannot make virtual environments (its module ensurepip is missing).",
            debian.line_to_type([debian.VENV]),
        )
    return found


def pythons() -> Iterator[Path]:
    """The Python that runs now, then the one for the gateway, if there is another."""
    yield Path(sys.executable)
    try:
        yield find(FOR_GATEWAY).path
    except SetupProblem:
        return


def brings_pip(python: Path) -> bool:
    """Whether this Python can put pip into a new environment."""
    asked = subprocess.run([python, "-c", "import ensurepip, venv"], capture_output=True)
    return asked.returncode == 0
