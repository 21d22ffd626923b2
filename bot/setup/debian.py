"""Debian packages that a command needs: installed when it runs as root, else named."""

import contextlib
import glob
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.setup.problems import SetupProblem
from bot.setup.progress import step

POLICY = Path("/usr/sbin/policy-rc.d")


@dataclass(frozen=True)
class Package:
    """A Debian package, what it is for, and how to see that the machine has it in some form."""

    name: str
    purpose: str
    present: Callable[[], bool]


def program(*names: str) -> Callable[[], bool]:
    """Present means: one of these programs is on the PATH."""
    return lambda: any(shutil.which(name) for name in names)


def postgresql() -> bool:
    """Debian keeps the server's programs off the PATH."""
    return bool(glob.glob("/usr/lib/postgresql/*/bin/initdb")) or program("initdb")()


def clamav() -> bool:
    """Debian keeps the daemon off the PATH of anybody but root."""
    return Path("/usr/sbin/clamd").exists() or program("clamd")()


def fonts() -> bool:
    """Whether some installed font can draw Arabic, Persian, Russian and Ukrainian."""
    if not shutil.which("fc-list"):
        return False
    return all(
        subprocess.run(["fc-list", f":lang={language}"], capture_output=True).stdout
        for language in ("ar", "fa", "ru", "uk")
    )


VENV = Package("python3-venv", "makes Python environments", lambda: False)
ESPEAK = Package(
    "espeak-ng", "speaks to callers where no Piper voice is installed", program("espeak-ng")
)
FOR_TESTS = (
    Package("chromium", "drives both web pages through the whole story", program("chromium")),
    Package("postgresql", "the stores are tested on it as well", postgresql),
    Package("redis-server", "carries events between several gateways", program("redis-server")),
    Package("clamav-daemon", "scans the files that citizens send", clamav),
    ESPEAK,
    Package("fonts-noto-core", "Arabic and Cyrillic letters in Chromium", fonts),
)


def missing(packages: Sequence[Package]) -> list[Package]:
    """Those that this machine lacks."""
    return [package for package in packages if not package.present()]


def is_root() -> bool:
    """Whether we may install packages."""
    return os.geteuid() == 0


def has_apt() -> bool:
    """Whether this is Debian or one of its kin."""
    return shutil.which("apt-get") is not None


def line_to_type(packages: Sequence[Package]) -> str:
    """The line that installs them, ready to copy."""
    names = " ".join(package.name for package in packages)
    sudo = "" if is_root() else "sudo "
    return (
        f"{sudo}apt-get update && {sudo}apt-get install -y --no-install-recommends {names}"
        if has_apt()
        else f"Install what Debian calls {names}"
    )


def require(packages: Sequence[Package]) -> None:
    """Name the packages that are missing, unless we may install them ourselves."""
    lacking = missing(packages)
    if lacking and not (is_root() and has_apt()):
        purposes = "; ".join(f"{package.name} ({package.purpose})" for package in lacking)
        raise SetupProblem(f"The tests need {purposes}.", line_to_type(lacking))


def install(packages: Sequence[Package]) -> None:
    """Install what is missing; the services among them are not started."""
    lacking = missing(packages)
    if not lacking:
        return
    names = [package.name for package in lacking]
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    with step(f"Debian packages {', '.join(names)}", "1 to 3 minutes") as doing, services_at_rest():
        doing.run("apt-get", "update", "-q", env=quiet)
        doing.run("apt-get", "install", "-y", "-q", "--no-install-recommends", *names, env=quiet)


@contextlib.contextmanager
def services_at_rest() -> Iterator[None]:
    """Tell Debian not to start what it installs; a policy that is there already stays."""
    ours = "#!/bin/sh\n# Put here for one installation by the set-up of Kreislotse.\nexit 101\n"
    if POLICY.exists() and POLICY.read_text(errors="replace") != ours:
        yield
        return
    POLICY.write_text(ours)
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink(missing_ok=True)
