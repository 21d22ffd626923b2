"""`kreislotse models`: packages for machine translation, from files or a mirror of the county's.

Nothing is fetched unless this command is told to, and nothing is installed without a checksum.
"""

import asyncio
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import click

from bot.settings import Settings
from translations.machine.argos import probe
from translations.machine.hub import Hub, HubUnreachable
from translations.machine.packages import Package, PackageRefused, Packages, ProbedPackage

T = TypeVar("T")


@click.group("models")
def models_group() -> None:
    """Packages for machine translation."""


@models_group.command("list")
@click.option("--available", is_flag=True, help="Also ask the hub what there is.")
@click.pass_obj
def list_packages(settings: Settings, available: bool) -> None:
    """List what is installed."""
    installed = _packages(settings).installed()
    for package in installed:
        click.echo(_line(package))
    if not installed:
        click.echo(f"No packages in {settings.argos_dir}.")
    if available:
        for entry in _asked(Hub(str(settings.models_url)).entries()):
            click.echo(f"{entry.name}  {entry.version}  {entry.sha256 or 'no checksum'}")


@models_group.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--sha256", help="The checksum, where the hub has no SHA256SUMS; for one name only.")
@click.pass_obj
def pull(settings: Settings, names: tuple[str, ...], sha256: str | None) -> None:
    """Fetch packages by NAMES such as uk_en, resume what was cut off, check and install them."""
    if sha256 and len(names) > 1:
        raise click.UsageError("--sha256 is for one package.")
    hub, folder = Hub(str(settings.models_url)), settings.data_dir / "downloads"
    for name in names:
        fetched = _asked(hub.fetch(name, folder, sha256, _Progress(name)))
        _install(settings, fetched.path, fetched.sha256)
        fetched.path.unlink()


@models_group.command()
@click.argument(
    "archives", nargs=-1, required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)  # fmt: skip
@click.option("--sha256", help="The checksum that the file must have; for one file only.")
@click.pass_obj
def add(settings: Settings, archives: tuple[Path, ...], sha256: str | None) -> None:
    """Install packages from files (.argosmodel)."""
    if sha256 and len(archives) > 1:
        raise click.UsageError("--sha256 is for one file.")
    for archive in archives:
        _install(settings, archive, sha256)


@models_group.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Compare every installed file with the checksum that it was installed with."""
    problems = list(_packages(settings).problems())
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    click.echo(f"{len(_packages(settings).installed())} packages are as they were installed.")


@models_group.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Remove the package NAME."""
    if not _packages(settings).remove(name):
        raise click.ClickException(f"There is no package {name}.")


class _Progress:
    """Says how far a download is, in steps of ten per cent."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told = -1

    def __call__(self, done: int, total: int | None) -> None:
        tenth = 10 * done // total if total else 0
        if total and tenth > self._told:
            self._told = tenth
            click.echo(f"{self._name}: {tenth * 10} % of {total / 1e6:.1f} MB", err=True)


def _install(settings: Settings, archive: Path, sha256: str | None) -> None:
    home = settings.data_dir / "argos-home"

    def probed(package: ProbedPackage) -> str | None:
        return probe(package, home)

    try:
        package = _packages(settings).add(archive, probed, sha256)
    except PackageRefused as error:
        raise click.ClickException(str(error)) from None
    click.echo(_line(package))


def _line(package: Package) -> str:
    mask = package.mask or "no mask survives: terms are not protected"
    return f"{package.name}  {package.version}  {package.sha256}  {mask}"


def _packages(settings: Settings) -> Packages:
    return Packages(settings.argos_dir, settings.allow_fixtures)


def _asked(question: Coroutine[Any, Any, T]) -> T:
    try:
        return asyncio.run(question)
    except HubUnreachable as error:
        raise click.ClickException(str(error)) from None
