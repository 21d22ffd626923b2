"""The citizen's widget and the caseworker's console: npm packages, build, checks."""

import json
import shutil
from pathlib import Path

from bot.setup.checkout import ROOT, digest, files_below, is_current, stamped
from bot.setup.progress import step

PACKAGE = ROOT / "package.json"
LOCK = ROOT / "package-lock.json"
MODULES = ROOT / "node_modules"
NOT_SOURCE = frozenset({"node_modules", "dist"})
QUIET = {
    "npm_config_audit": "false",
    "npm_config_fund": "false",
    "npm_config_update_notifier": "false",
    "npm_config_fetch_retry_mintimeout": "2000",
    # The tests drive Debian's Chromium; nobody needs another one downloaded.
    "PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD": "1",
}


def workspaces() -> list[Path]:
    """The folders of the front ends, as the root package lists them."""
    return [ROOT / name for name in json.loads(PACKAGE.read_text())["workspaces"]]


def packages_sources() -> str:
    """What `node_modules` is made from, as one hash."""
    return digest(files=[LOCK, *(folder / "package.json" for folder in (ROOT, *workspaces()))])


def build_sources() -> str:
    """What the built pages are made from, as one hash."""
    shared = [file for file in ROOT.iterdir() if file.suffix in {".json", ".ts", ".js", ".mjs"}]
    own = [file for folder in workspaces() for file in files_below(folder, without=NOT_SOURCE)]
    return digest(files=[*shared, *own])


def packages_current() -> bool:
    """Whether `node_modules` is at its lock."""
    return is_current("npm-packages", packages_sources(), [MODULES])


def build_current() -> bool:
    """Whether the built pages are those of the present sources."""
    built = [folder / "dist" for folder in workspaces()]
    return is_current("npm-build", build_sources(), built)


def install() -> None:
    """Bring `node_modules` to the lock."""
    if packages_current():
        return
    with (
        step("npm packages of the front ends", "about half a minute the first time") as doing,
        stamped("npm-packages", packages_sources()),
    ):
        doing.run("npm", "ci", env=QUIET)


def build() -> None:
    """Build every front end whose sources changed since the last build."""
    if build_current():
        return
    with (
        step("Building widget and console", "about 15 seconds") as doing,
        stamped("npm-build", build_sources()),
    ):
        doing.run("npm", "run", "build", env=QUIET)


def check() -> None:
    """Lint, types and unit tests of every front end."""
    for script, title in (("lint", "ESLint"), ("typecheck", "tsc"), ("test", "Vitest")):
        with step(f"{title} on the front ends", "about 10 seconds") as doing:
            doing.run("npm", "run", script, env=QUIET)


def clean() -> None:
    """Remove what npm put there."""
    for folder in (ROOT, *workspaces()):
        for name in NOT_SOURCE:
            shutil.rmtree(folder / name, ignore_errors=True)
