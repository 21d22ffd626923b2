"""`kreislotse models`: weights for translating, hearing and speaking, from a hub or from files.

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
from voice.weights.hub import SpeechHub, WeightsRefused
from voice.weights.manifest import Weights, known_weights
from voice.weights.store import SpeechModels

T = TypeVar("T")

_ARGOS = ".argosmodel"


@click.group("models")
def models_group() -> None:
    """Argos packages for translating, Whisper models for hearing, Piper voices for speaking."""


@models_group.command("list")
@click.option("--available", is_flag=True, help="Also list what can be pulled.")
@click.pass_obj
def list_models(settings: Settings, available: bool) -> None:
    """List what is installed."""
    packages, weights = _packages(settings).installed(), SpeechModels(settings).installed()
    for package in packages:
        click.echo(_line(package))
    for one in weights:
        click.echo(f"{one.name}  {one.kind}  {one.size / 1e6:.0f} MB")
    if not packages and not weights:
        click.echo(f"Nothing is installed in {settings.data_dir}.")
    if available:
        for known in known_weights().values():
            size = f"{known.size_mb} MB" if known.size_mb else "size unknown"
            click.echo(f"{known.name}  {known.kind}  {size}  licence: {known.licence}")
        for entry in _asked(Hub(str(settings.models_url)).entries()):
            click.echo(f"{entry.name}  {entry.version}  {entry.sha256 or 'no checksum'}")


@models_group.command()
@click.argument("names", nargs=-1, required=True)
@click.option("--sha256", help="An Argos package's checksum, where its hub has no SHA256SUMS.")
@click.pass_obj
def pull(settings: Settings, names: tuple[str, ...], sha256: str | None) -> None:
    """Fetch by NAMES (uk_en, whisper-base, de_DE-thorsten-medium), check and install.

    What was cut off is gone on with.
    """
    if sha256 and len(names) > 1:
        raise click.UsageError("--sha256 is for one package.")
    speech = known_weights()
    for name in names:
        if name in speech:
            _pull_weights(settings, speech[name])
        else:
            _pull_package(settings, name, sha256)


@models_group.command()
@click.argument("paths", nargs=-1, required=True, type=click.Path(exists=True, path_type=Path))
@click.option("--sha256", help="The checksum that an Argos package must have.")
@click.pass_obj
def add(settings: Settings, paths: tuple[Path, ...], sha256: str | None) -> None:
    """Install from files: .argosmodel, a Whisper model's folder, or a Piper voice's .onnx."""
    if sha256 and len(paths) > 1:
        raise click.UsageError("--sha256 is for one file.")
    for path in paths:
        if path.suffix == _ARGOS:
            _install(settings, path, sha256)
        elif sha256:
            raise click.UsageError(f"--sha256 is for {_ARGOS} files.")
        else:
            _add_weights(settings, path)


@models_group.command()
@click.pass_obj
def verify(settings: Settings) -> None:
    """Compare every installed file with the checksum that it was installed with."""
    packages, weights = _packages(settings), SpeechModels(settings)
    problems = [*packages.problems(), *weights.problems()]
    for problem in problems:
        click.echo(problem)
    if problems:
        sys.exit(1)
    count = len(packages.installed()) + len(weights.installed())
    click.echo(f"{count} models are as they were installed.")


@models_group.command()
@click.argument("name")
@click.pass_obj
def remove(settings: Settings, name: str) -> None:
    """Remove NAME, and forget what its files were."""
    if not (_packages(settings).remove(name) or SpeechModels(settings).remove(name)):
        raise click.ClickException(f"{name} is not installed.")


class _Progress:
    """Shows how far a download is: a bar on a terminal, else a line at each ten per cent."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._told = -1

    def __call__(self, done: int, total: int | None) -> None:
        if not total:
            return
        if sys.stderr.isatty():
            filled = 30 * done // total
            bar = "█" * filled + "·" * (30 - filled)
            size = f"{done / 1e6:.1f}/{total / 1e6:.1f} MB"
            click.echo(f"\r{self._name} {bar} {size}", err=True, nl=False)
            if done == total:
                click.echo(err=True)
            return
        tenth = 10 * done // total
        if tenth != self._told:
            self._told = tenth
            click.echo(f"{self._name}: {tenth * 10} % of {total / 1e6:.1f} MB", err=True)


def _pull_weights(settings: Settings, weights: Weights) -> None:
    address = str(settings.speech_models_url)
    hub, models = SpeechHub(address), SpeechModels(settings)
    try:
        path = asyncio.run(models.pull(weights, hub, address, _Progress(weights.name)))
    except WeightsRefused as error:
        raise click.ClickException(str(error)) from None
    _tell(path)


def _add_weights(settings: Settings, path: Path) -> None:
    try:
        _tell(SpeechModels(settings).add(path))
    except WeightsRefused as error:
        raise click.ClickException(str(error)) from None


def _tell(path: Path) -> None:
    click.echo(f"{path.name} is installed in {path}.")
    card = path / "MODEL_CARD"
    if card.exists():
        click.echo(card.read_text("utf-8", errors="replace"))


def _pull_package(settings: Settings, name: str, sha256: str | None) -> None:
    hub, folder = Hub(str(settings.models_url)), settings.data_dir / "downloads"
    fetched = _asked(hub.fetch(name, folder, sha256, _Progress(name)))
    _install(settings, fetched.path, fetched.sha256)
    fetched.path.unlink()


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
