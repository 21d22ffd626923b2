"""Argos packages on this machine's disk: installed from files, checked, and never fetched unasked.

A package is a zip with one folder: `metadata.json`, a tokenizer, and a CTranslate2 model.  What
was installed is recorded in a receipt beside it, with the checksum of every file.
"""

import json
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from bot.download import digest
from translations.machine.engine import Pair

_RECEIPT = "kreislotse.json"
_LARGEST = 2 * 1024**3
"""Bytes that a package may unpack to; the largest known one has a tenth of it."""
_NEEDED = ("metadata.json", "model/model.bin")


class PackageRefused(Exception):
    """A file that must not be installed; the message says why."""


@dataclass(frozen=True)
class ProbedPackage:
    """A package that was unpacked and is about to be installed."""

    pair: Pair
    path: Path


@dataclass(frozen=True)
class Package(ProbedPackage):
    """An installed package."""

    version: str
    sha256: str
    """Of the archive that it came from."""
    mask: str | None
    """The shape of masks that comes through it (see `translations.machine.masks`)."""
    fixture: bool
    """Made for tests; refused in operation."""

    @property
    def name(self) -> str:
        """Such as `uk_en`."""
        return f"{self.pair.source}_{self.pair.target}"


class Packages:
    """The packages below one folder."""

    def __init__(self, folder: Path, allow_fixtures: bool = False) -> None:
        self.folder = folder
        self._allow_fixtures = allow_fixtures

    def installed(self) -> list[Package]:
        """Every package with a receipt, by name; fixtures only where they are allowed."""
        found = [_read(path.parent) for path in sorted(self.folder.glob(f"*/{_RECEIPT}"))]
        return [package for package in found if self._allow_fixtures or not package.fixture]

    def add(
        self,
        archive: Path,
        probe: Callable[[ProbedPackage], str | None],
        sha256: str | None = None,
    ) -> Package:
        """Installs an archive in place of an older one for the same pair.

        `probe` loads the unpacked package, translates with it, and says which mask survives.

        Raises:
            PackageRefused: the checksum is another, the archive is unsafe or no package, it
                cannot translate, or it is a fixture and those are not allowed.
        """
        found = digest(archive)
        if sha256 is not None and found != sha256.lower():
            raise PackageRefused(f"{archive.name} has the SHA-256 {found}, not {sha256.lower()}.")
        self.folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".unpacking-") as temporary:
            unpacked = _unpack(archive, Path(temporary))
            metadata = _metadata(unpacked)
            if metadata.get("kreislotse_fixture") and not self._allow_fixtures:
                raise PackageRefused(f"{archive.name} is a fixture of the tests.")
            pair = Pair(metadata["from_code"], metadata["to_code"])
            try:
                mask = probe(ProbedPackage(pair, unpacked))
            except Exception as error:
                raise PackageRefused(
                    f"{archive.name} cannot translate: {type(error).__name__}."
                ) from error
            receipt = {
                "sha256": found,
                "mask": mask,
                "files": {
                    path.relative_to(unpacked).as_posix(): digest(path)
                    for path in sorted(unpacked.rglob("*"))
                    if path.is_file()
                },
            }
            (unpacked / _RECEIPT).write_text(json.dumps(receipt, indent=1), "utf-8")
            target = self.folder / "_".join(pair)
            if target.exists():
                target.rename(Path(temporary) / "old")
            unpacked.rename(target)
        return _read(target)

    def remove(self, name: str) -> bool:
        """Removes the package of that name; false where there is none."""
        path = self.folder / name
        if PurePosixPath(name).name != name or not (path / _RECEIPT).exists():
            return False
        shutil.rmtree(path)
        return True

    def problems(self) -> Iterator[str]:
        """What is wrong with installed packages: files changed, missing or added."""
        for receipt in sorted(self.folder.glob(f"*/{_RECEIPT}")):
            path = receipt.parent
            wanted = json.loads(receipt.read_text("utf-8"))["files"]
            there = {
                file.relative_to(path).as_posix(): file
                for file in path.rglob("*")
                if file.is_file() and file != receipt
            }
            for name in sorted(wanted.keys() | there.keys()):
                if name not in there:
                    yield f"{path.name}: {name} is missing"
                elif name not in wanted:
                    yield f"{path.name}: {name} was added"
                elif digest(there[name]) != wanted[name]:
                    yield f"{path.name}: {name} was changed"


def _read(path: Path) -> Package:
    metadata = _metadata(path)
    receipt = json.loads((path / _RECEIPT).read_text("utf-8"))
    return Package(
        pair=Pair(metadata["from_code"], metadata["to_code"]),
        path=path,
        version=metadata.get("package_version", ""),
        sha256=receipt["sha256"],
        mask=receipt["mask"],
        fixture=bool(metadata.get("kreislotse_fixture")),
    )


def _metadata(path: Path) -> dict[str, Any]:
    try:
        metadata = json.loads((path / "metadata.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise PackageRefused("The package has no readable metadata.json.") from error
    codes = [metadata.get("from_code"), metadata.get("to_code")]
    if not all(isinstance(code, str) and code.isalpha() and len(code) <= 3 for code in codes):
        raise PackageRefused("The package does not say which languages it is for.")
    return dict(metadata)


def _unpack(archive: Path, folder: Path) -> Path:
    """Unpacks into `folder`, nowhere else, and returns the package's own folder."""
    try:
        with zipfile.ZipFile(archive) as file:
            tops = set()
            for member in file.infolist():
                parts = PurePosixPath(member.filename).parts
                link = (member.external_attr >> 16) & 0o170000 == 0o120000
                if not parts or ".." in parts or parts[0] == "/" or "\\" in member.filename or link:
                    raise PackageRefused(f"{archive.name} holds the unsafe path {member.filename}.")
                tops.add(parts[0])
            if sum(member.file_size for member in file.infolist()) > _LARGEST:
                raise PackageRefused(f"{archive.name} unpacks to more than {_LARGEST} bytes.")
            if len(tops) != 1:
                raise PackageRefused(f"{archive.name} holds not one folder, but {len(tops)}.")
            file.extractall(folder)  # the paths were looked at above
    except (zipfile.BadZipFile, OSError) as error:
        raise PackageRefused(f"{archive.name} is no readable package.") from error
    top = folder / tops.pop()
    if missing := [name for name in _NEEDED if not (top / name).is_file()]:
        raise PackageRefused(f"{archive.name} lacks {', '.join(missing)}.")
    return top
