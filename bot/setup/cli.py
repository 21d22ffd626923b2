"""The steps behind the Makefile's targets."""

import os
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from types import FrameType
from typing import NoReturn

from bot.setup import debian, frontends, machine, model, pbx
from bot.setup.checkout import ROOT, only_builder
from bot.setup.environments import GATEWAY, RASA, Environment, for_development, install
from bot.setup.installer import install_uv
from bot.setup.interpreters import find
from bot.setup.problems import SetupProblem
from bot.setup.progress import child_environment, say, step

DEVELOPMENT = for_development(GATEWAY)
_SIDE_BY_SIDE = (
    *("-n", "auto", "--maxprocesses", "4"),  # each may hold a Rasa of 700 MB
    *("--dist", "loadscope", "--no-loadscope-reorder"),  # see tests/conftest.py
)
"""How several processes share the tests."""


def main(arguments: Sequence[str]) -> int:
    """Run one step; problems come out as plain words, an interruption as its usual status."""
    for ending in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(ending, _exit_on)
    try:
        STEPS[arguments[0]]()
    except SetupProblem as problem:
        sys.stdout.flush()
        print(f"\n{problem}\n", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    return 0


def _exit_on(number: int, frame: FrameType | None) -> None:
    sys.exit(128 + number)


def setup() -> None:
    """Everything that `make run` needs, started nothing."""
    with only_builder():
        _prepare(GATEWAY)


def run() -> None:
    """Set up what is missing, then become the running system."""
    machine.require_ports()
    setup()
    _let_the_phone_speak()
    # Once more: the first look may be minutes ago, or another `make run` was quicker.
    machine.require_ports()
    # Ctrl-C waits until the supervisor can act on it, instead of breaking an import in two.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
    _become([GATEWAY.home / "bin/kreislotse", "up"])


def _let_the_phone_speak() -> None:
    """espeak-ng speaks to callers where no Piper voice is installed; all else works without it."""
    if not debian.missing([debian.ESPEAK]):
        return
    if debian.is_root() and debian.has_apt():
        with only_builder():
            debian.install([debian.ESPEAK])
    else:
        say(f"Nothing can speak to callers yet: {debian.line_to_type([debian.ESPEAK])}")


def test() -> None:
    """Set up, check quickest first, then become pytest over everything."""
    with only_builder():
        packages = partial(debian.require, debian.FOR_TESTS)
        _require(packages, *_needs(DEVELOPMENT, RASA), machine.require_node)
        _install(DEVELOPMENT)
        _check_python()
        frontends.install()
        frontends.check()
        frontends.build()
        _install(RASA)
        model.validate()
        model.train()
        debian.install(debian.FOR_TESTS)
    pytest = (DEVELOPMENT.python, "-m", "pytest", "-q", "--durations=10")
    _become([*pytest, *_SIDE_BY_SIDE, *_arguments()])


def test_pbx() -> None:
    """Set up, then become pytest over calls through a real PBX; where it cannot be, say why."""
    if reason := pbx.hindrance():
        say(f"The tests with a real PBX are left out: {reason}.")
        return
    with only_builder():
        _prepare(DEVELOPMENT)
        debian.install([debian.ESPEAK])
        os.environ["KREISLOTSE_PBX"] = str(pbx.build())
    _become([DEVELOPMENT.python, "-m", "pytest", "-q", "tests/pbx", *_arguments()])


def lint() -> None:
    """The checks alone, of Python and TypeScript."""
    with only_builder():
        _require(*_needs(DEVELOPMENT), machine.require_node)
        _install(DEVELOPMENT)
        _check_python()
        frontends.install()
        frontends.check()


def bench() -> None:
    """Set up, then become the bench."""
    with only_builder():
        _prepare(DEVELOPMENT)
    _become([DEVELOPMENT.python, "-m", "tests.bench", *_arguments()])


def faults() -> None:
    """Set up, then become the script that kills processes and looks what became of the work."""
    with only_builder():
        _prepare(DEVELOPMENT)
        debian.install(debian.FOR_TESTS)
    _become([DEVELOPMENT.python, "-m", "tests.faults", *_arguments()])


def evaluate() -> None:
    """Set up, then become the measuring of what is understood."""
    with only_builder():
        _prepare(DEVELOPMENT)
    _become([DEVELOPMENT.python, "-m", "tests.eval", *_arguments()])


def installer() -> None:
    """Only uv, with which one can install a Python that the machine lacks."""
    with only_builder():
        install_uv()


def clean() -> None:
    """Remove everything that set-up built; conversations in `var/` stay."""
    with only_builder():
        frontends.clean()
        pbx.remove()
        for name in (".venv", ".venv-rasa", "models", ".tools/uv", ".tools/stamps", ".tools/log"):
            shutil.rmtree(ROOT / name, ignore_errors=True)
    say(f"Removed what set-up built; {ROOT / 'var'} was left alone.")


STEPS: dict[str, Callable[[], None]] = {
    "eval": evaluate,
    "test-pbx": test_pbx,
    **{
        action.__name__: action
        for action in (setup, run, test, lint, bench, faults, installer, clean)
    },
}


def _prepare(ours: Environment) -> None:
    """Bring everything that a running system needs up to date."""
    started = time.monotonic()
    needs_build = not frontends.build_current()
    _require(*_needs(ours, RASA), *([machine.require_node] if needs_build else []))
    _install(ours, RASA)
    if needs_build:
        frontends.install()
        frontends.build()
    model.train()
    say(f"Set-up is up to date ({time.monotonic() - started:.1f} s).")


def _needs(*environments: Environment) -> list[Callable[[], object]]:
    """What the machine must offer before these environments can be installed."""
    lacking = [environment for environment in environments if not environment.current()]
    needs: list[Callable[[], object]] = [partial(find, lacks.wanted) for lacks in lacking]
    if any(not environment.home.exists() for environment in lacking):
        needs.append(machine.require_disk)
    return needs


def _require(*needs: Callable[[], object]) -> None:
    """Look at everything first, so that nobody learns of one lack after the other."""
    problems = []
    for need in needs:
        try:
            need()
        except SetupProblem as problem:
            problems.append(problem)
    if problems:
        raise SetupProblem("\n".join(map(str, problems)))


def _install(*environments: Environment) -> None:
    if all(environment.current() for environment in environments):
        return
    install_uv()
    for environment in environments:
        install(environment)


def _check_python() -> None:
    """Formatting, style, types and import directions of our own Python."""
    tools = DEVELOPMENT.home / "bin"
    for title, expected, words in (
        ("ruff check", "a second", (tools / "ruff", "check", ".")),
        ("ruff format", "a second", (tools / "ruff", "format", "--check", ".")),
        ("Import directions", "about 2 seconds", (tools / "lint-imports",)),
        ("mypy", "about half a minute the first time", (tools / "mypy",)),
    ):
        with step(title, expected) as doing:
            doing.run(*words)


def _arguments() -> list[str]:
    """What the caller of make adds, e.g. `make test ARGS="-k handover"`."""
    return shlex.split(os.environ.get("ARGS", ""))


def _become(argv: Sequence[str | Path]) -> NoReturn:
    """Go on as another program: it gets the terminal, Ctrl-C and the last word itself."""
    sys.stdout.flush()
    os.chdir(ROOT)
    os.execve(argv[0], [str(word) for word in argv], child_environment())
