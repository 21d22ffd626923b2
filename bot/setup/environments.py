"""The two Python environments, installed from their locks by uv."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from bot.setup.checkout import ROOT, digest, is_current, stamped
from bot.setup.installer import PIN, UV
from bot.setup.interpreters import FOR_GATEWAY, FOR_RASA, Wanted, find
from bot.setup.progress import step


@dataclass(frozen=True)
class Environment:
    """One locked environment: where it lies, what it is built from, which Python it needs."""

    title: str
    home: Path
    project: Path
    wanted: Wanted
    expected: str
    groups: tuple[str, ...] = ()

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.home / "bin/python"

    @property
    def stamp(self) -> str:
        """The name of its stamp."""
        return "-".join([self.home.name.strip("."), *self.groups])

    def sources(self) -> str:
        """What it is built from, as one hash."""
        files = (self.project / "pyproject.toml", self.project / "uv.lock", PIN)
        return digest(str(self.home), override(self.wanted), files=files)

    def current(self) -> bool:
        """Whether it is at its lock."""
        return is_current(self.stamp, self.sources(), [self.python])


GATEWAY = Environment(
    title="Python environment of Kreislotse",
    home=ROOT / ".venv",
    project=ROOT,
    wanted=FOR_GATEWAY,
    expected="about a minute the first time",
)
RASA = Environment(
    title="Python environment of Rasa",
    home=ROOT / ".venv-rasa",
    project=ROOT / "bot/rasa",
    wanted=FOR_RASA,
    expected="1 to 5 minutes and 2.5 GB the first time",
)


def for_development(environment: Environment) -> Environment:
    """The same environment with what tests and checks need as well."""
    return replace(environment, groups=("dev",))


def override(wanted: Wanted) -> str:
    """What the administrator set for this interpreter; another value means another build."""
    return os.environ.get(wanted.setting, "")


def install(environment: Environment) -> None:
    """Bring an environment to its lock."""
    if environment.current():
        return
    interpreter = find(environment.wanted)
    with step(environment.title, environment.expected) as doing, built(environment):
        if not belongs_here(environment):
            shutil.rmtree(environment.home, ignore_errors=True)
        # Without the development tools nothing is removed: otherwise every change between
        # `make run` and `make test` would take them out and put them in again.
        extent = ("--group", "dev") if environment.groups else ("--no-dev", "--inexact")
        project = ("--project", str(environment.project), "--python", str(interpreter.path))
        doing.run(
            *(UV, "sync", "--locked", *project, *extent),
            env={
                "UV_PROJECT_ENVIRONMENT": str(environment.home),
                "UV_PYTHON_DOWNLOADS": "never",
                "UV_NO_PROGRESS": "1",
                # Some machines forbid Python to keep what it compiled: without this each start of a
                # process there would compile every library anew, 13 s of Rasa's 20.
                "UV_COMPILE_BYTECODE": "1",
            },
        )


@contextmanager
def built(environment: Environment) -> Iterator[None]:
    """Stamp the environment; one with the development tools counts as one without them too."""
    with stamped(environment.stamp, environment.sources()):
        yield
    if environment.groups:
        with stamped(environment.home.name.strip("."), environment.sources()):
            pass


def belongs_here(environment: Environment) -> bool:
    """Whether what lies there works: complete, and not carried here from another folder."""
    activate = environment.home / "bin/activate"
    return (
        environment.python.exists()
        and activate.is_file()
        and str(environment.home) in activate.read_text(errors="replace")
    )
