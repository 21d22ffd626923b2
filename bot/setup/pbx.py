"""A real PBX for the tests of the phone: Asterisk, telephones and a call generator in a chroot.

Debian 12 carries no Asterisk, so it comes from a newer Debian beside ours.
"""

import os
import re
import shutil
import subprocess
from pathlib import Path

from bot.setup import debian
from bot.setup.checkout import ROOT, TOOLS, digest, is_current, stamped
from bot.setup.debian import Package, program
from bot.setup.problems import SetupProblem
from bot.setup.progress import step

SUITE = "forky"
PACKAGES = ("asterisk", "asterisk-modules", "baresip-core", "sip-tester", "espeak-ng", "sox")
DISK_GB = 2

DEBOOTSTRAP = Package("debootstrap", "puts a Debian into a folder", program("debootstrap"))
SCRIPT = Path("/usr/share/debootstrap/scripts/sid")
"""Describes how to set up any recent Debian; older debootstraps do not know newer names."""


def home() -> Path:
    """Where it lies; on a machine that builds often, outside of the checkout."""
    return Path(os.environ.get("KREISLOTSE_PBX") or TOOLS / "pbx").resolve()


def hindrance() -> str | None:
    """Why this machine cannot have it, if it cannot."""
    if not debian.is_root():
        return "it needs root, for a chroot"
    if not debian.has_apt():
        return "it is built from Debian's packages, and there is no apt-get"
    return None


def build() -> Path:
    """Build it, unless it is there; where it lies."""
    place = home()
    sources = digest(str(place), SUITE, *PACKAGES)
    if is_current("pbx", sources, [place / "usr/sbin/asterisk", place / "usr/bin/baresip"]):
        return place
    debian.install([DEBOOTSTRAP])
    _require_disk(place)
    with step("PBX for tests", "2 to 5 minutes and 900 MB") as doing, stamped("pbx", sources):
        mirror = _mirror()
        _remove(place)
        place.mkdir(parents=True)
        doing.run("debootstrap", "--variant=minbase", SUITE, place, mirror, SCRIPT)
        _rest_services(place)
        _adopt_network(place)
        apt = ("chroot", place, "apt-get", "-y", "-q", "--no-install-recommends")
        quiet = {"DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
        doing.run(*apt, "update", env=quiet)
        doing.run(*apt, "install", *PACKAGES, env=quiet)
        doing.run("chroot", place, "asterisk", "-V")
    return place


def remove() -> None:
    """Remove it where it was built within the checkout."""
    if ROOT in home().parents:
        _remove(home())


def _mirror() -> str:
    """The address from which this machine itself gets Debian."""
    asked = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN) $(LABEL) $(REPO_URI)"],
        capture_output=True,
        text=True,
    )
    for line in asked.stdout.splitlines():
        if line.startswith("Debian Debian http"):
            return line.split()[-1]
    raise SetupProblem(
        "The PBX for tests is built from Debian, but apt on this machine knows no Debian archive.",
        "Name one in /etc/apt/sources.list and run apt-get update.",
    )


def _require_disk(place: Path) -> None:
    existing = next(folder for folder in (place, *place.parents) if folder.exists())
    free_gb = shutil.disk_usage(existing).free / 1e9
    if free_gb < DISK_GB:
        raise SetupProblem(
            f"Only {free_gb:.1f} GB are free for {place}; the PBX for tests needs {DISK_GB} GB.",
            "Free some space, or choose another folder: KREISLOTSE_PBX=/folder make test-pbx",
        )


def _rest_services(place: Path) -> None:
    """Nothing that is installed there may start."""
    policy = place / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)


def _adopt_network(place: Path) -> None:
    """The archive is reached as from outside: name servers, proxies, certificates."""
    for source in (Path("/etc/resolv.conf"), Path("/etc/ssl/certs/ca-certificates.crt")):
        if source.exists():
            target = place / source.relative_to("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source, target)
    asked = subprocess.run(["apt-config", "dump", "Acquire"], capture_output=True, text=True)
    ways = re.compile("proxy|cainfo|valid-until|retries|timeout", re.IGNORECASE)
    adopted = [line for line in asked.stdout.splitlines() if ways.search(line)]
    (place / "etc/apt/apt.conf.d/90machine").write_text("".join(f"{x}\n" for x in adopted))


def _remove(place: Path) -> None:
    """Remove what lies there, but never through a mount that an interrupted build left."""
    for mounted in ("proc", "sys", "dev"):
        if os.path.ismount(place / mounted):
            subprocess.run(["umount", place / mounted], check=True)
    if place.exists():
        shutil.rmtree(place)
