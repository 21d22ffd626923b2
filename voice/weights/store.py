"""Weights on this machine's disk: one folder each, with a receipt that holds every checksum."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.download import Progress, digest
from bot.settings import Settings
from voice.weights.hub import SpeechHub, WeightsRefused
from voice.weights.manifest import Weights

RECEIPT = "kreislotse.json"
FIXTURE_MARKER = "KREISLOTSE-FIXTURE"
"""A file that marks weights as made for tests."""
_NEEDED = ("model.bin", "config.json", "tokenizer.json")
_VOCABULARIES = ("vocabulary.json", "vocabulary.txt")

Kind = Literal["whisper", "piper"]


class Receipt(BaseModel):
    """What was installed, and from where."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    kind: Kind
    source: str
    files: dict[str, str]
    """File name to SHA-256."""


@dataclass(frozen=True)
class Installed:
    """Weights that are here."""

    name: str
    kind: Kind
    path: Path
    size: int
    """In bytes."""


class SpeechModels:
    """The weights below the folders of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._folders: dict[Kind, Path] = {"whisper": settings.whisper, "piper": settings.piper}
        self._downloads = settings.data_dir / "downloads"
        self._lock = settings.data_dir / "speech-models.lock.json"
        self._allow_fixtures = settings.allow_fixtures

    def installed(self) -> list[Installed]:
        """Everything with a receipt, Whisper first."""
        return [
            Installed(
                receipt.name, receipt.kind, path,
                sum(f.stat().st_size for f in path.iterdir() if f.is_file()),
            )
            for path, receipt in self._receipts()
        ]  # fmt: skip

    async def pull(self, weights: Weights, hub: SpeechHub, source: str, progress: Progress) -> Path:
        """Fetches, checks and installs; in place of what was there under the name.

        Raises:
            WeightsRefused: See `SpeechHub.fetch`; or the files are no model.
        """
        folder = self._downloads / weights.name
        sums = await hub.fetch(weights, folder, self._known(weights.name), progress)
        target = self._install(folder, Receipt(
            name=weights.name, kind=weights.kind, source=source, files=sums,
        ))  # fmt: skip
        shutil.rmtree(folder)
        return target

    def add(self, path: Path) -> Path:
        """Installs from a folder: a Whisper model, or a Piper voice (`.onnx` and `.onnx.json`).

        Raises:
            WeightsRefused: It is neither, its files are not those of an earlier pull, or it is a
                fixture and those are not allowed.
        """
        folder = path if path.is_dir() else path.parent
        kind, name, files = _recognised(folder, path)
        sums = {file.name: digest(file) for file in files}
        known = self._known(name)
        if wrong := [n for n, found in sums.items() if known.get(n, found) != found]:
            raise WeightsRefused(
                f"{', '.join(wrong)} of {name} are not as they were pulled before."
            )
        receipt = Receipt(name=name, kind=kind, source=str(path), files=sums)
        return self._install(folder, receipt)

    def remove(self, name: str) -> bool:
        """Removes the weights of that name and forgets their checksums; false where none are."""
        locks = self._locks()
        known = locks.pop(name, None) is not None
        for path, receipt in self._receipts():
            if receipt.name == name:
                shutil.rmtree(path)
                known = True
        if known:
            self._write_locks(locks)
        return known

    def problems(self) -> Iterator[str]:
        """What is wrong with installed files: changed, missing or added."""
        for path, receipt in self._receipts():
            there = {f.name for f in path.iterdir() if f.is_file()} - {RECEIPT}
            for name in sorted(receipt.files.keys() | there):
                if name not in there:
                    yield f"{receipt.name}: {name} is missing"
                elif name not in receipt.files:
                    yield f"{receipt.name}: {name} was added"
                elif digest(path / name) != receipt.files[name]:
                    yield f"{receipt.name}: {name} was changed"

    def _receipts(self) -> Iterator[tuple[Path, Receipt]]:
        for folder in self._folders.values():
            for file in sorted(folder.glob(f"*/{RECEIPT}")):
                yield file.parent, Receipt.model_validate_json(file.read_bytes())

    def _install(self, folder: Path, receipt: Receipt) -> Path:
        if FIXTURE_MARKER in receipt.files and not self._allow_fixtures:
            raise WeightsRefused(f"{receipt.name} is a fixture of the tests.")
        _recognised(folder, folder)
        home = self._folders[receipt.kind]
        home.mkdir(parents=True, exist_ok=True)
        target, fresh = home / receipt.name, home / f".{receipt.name}.new"
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.mkdir()
        for name in receipt.files:
            shutil.copy2(folder / name, fresh / name)
        (fresh / RECEIPT).write_text(receipt.model_dump_json(indent=1), "utf-8")
        if target.exists():
            shutil.rmtree(target)
        fresh.rename(target)
        self._remember(receipt)
        return target

    def _known(self, name: str) -> dict[str, str]:
        """The checksums of an earlier verified pull."""
        return self._locks().get(name, {})

    def _remember(self, receipt: Receipt) -> None:
        self._write_locks({**self._locks(), receipt.name: receipt.files})

    def _locks(self) -> dict[str, dict[str, str]]:
        return dict(json.loads(self._lock.read_text("utf-8"))) if self._lock.exists() else {}

    def _write_locks(self, locks: dict[str, dict[str, str]]) -> None:
        self._lock.parent.mkdir(parents=True, exist_ok=True)
        self._lock.write_text(json.dumps(locks, indent=1, sort_keys=True), "utf-8")


def lacking(folder: Path) -> list[str]:
    """The files that the Whisper model in `folder` lacks; without them it cannot be loaded."""
    missing = [name for name in _NEEDED if not (folder / name).is_file()]
    if not any((folder / name).is_file() for name in _VOCABULARIES):
        missing.append(_VOCABULARIES[0])
    return missing


def _recognised(folder: Path, path: Path) -> tuple[Kind, str, list[Path]]:
    """What the files in `folder` are; of several voices, the one that `path` names."""
    marker = [f for f in (folder / FIXTURE_MARKER,) if f.exists()]
    if (folder / "model.bin").exists():
        if missing := lacking(folder):
            raise WeightsRefused(f"The Whisper model in {folder} lacks {', '.join(missing)}.")
        vocabulary = [folder / name for name in _VOCABULARIES if (folder / name).is_file()]
        extra = [f for f in (folder / "preprocessor_config.json",) if f.exists()]
        files = [*(folder / name for name in _NEEDED), *vocabulary, *extra, *marker]
        return "whisper", folder.name, files
    voices = [path] if path.suffix == ".onnx" else sorted(folder.glob("*.onnx"))
    if len(voices) != 1:
        raise WeightsRefused(f"{folder} holds no Whisper model, and {len(voices)} Piper voices.")
    voice, config = voices[0], voices[0].with_suffix(".onnx.json")
    if not config.is_file():
        raise WeightsRefused(f"{voice.name} needs {config.name} beside it.")
    card = [f for f in (folder / "MODEL_CARD",) if f.exists()]
    return "piper", PurePosixPath(voice.stem).name, [voice, config, *card, *marker]
