"""Finds the Piper voices on this machine: `*.onnx` beside `*.onnx.json`, one per language."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

import structlog
from pydantic import BaseModel, ValidationError

from voice.weights.store import FIXTURE_MARKER

log = structlog.get_logger()


@dataclass(frozen=True)
class PiperFile:
    """A voice that is installed."""

    language: str
    path: Path
    """Of the ONNX file; the voice's description lies beside it."""
    fixture: bool
    """Made for tests, and refused elsewhere."""

    @property
    def fingerprint(self) -> str:
        """What changes when the voice does."""
        size = self.path.stat().st_size
        described = _description(self.path).read_bytes()
        return f"{self.path.stem} {hashlib.sha256(described).hexdigest()[:12]} {size}"


class _Language(BaseModel):
    code: str


class _Espeak(BaseModel):
    voice: str


class _Description(BaseModel):
    language: _Language | None = None
    espeak: _Espeak

    @property
    def short_language(self) -> str:
        """`de` of `de_DE`; old voices tell only which of espeak's they are based on."""
        code = self.language.code if self.language else self.espeak.voice
        return code.replace("-", "_").split("_")[0].lower()


def find_voices(folder: Path, allow_fixtures: bool = False) -> dict[str, PiperFile]:
    """The voice of each language: the first by file name, real ones before fixtures.

    Files that are no voice are passed over with a warning.
    """
    paths = [path for pattern in ("*.onnx", "*/*.onnx") for path in folder.glob(pattern)]
    voices = [voice for path in paths if (voice := _read(path)) is not None]
    voices = [voice for voice in voices if allow_fixtures or not voice.fixture]
    voices.sort(key=lambda voice: (voice.fixture, voice.path.name), reverse=True)
    return {voice.language: voice for voice in voices}


def _read(path: Path) -> PiperFile | None:
    try:
        description = _Description.model_validate_json(_description(path).read_bytes())
    except (OSError, ValidationError):
        log.warning("no voice", file=path.name)
        return None
    fixture = (path.parent / FIXTURE_MARKER).exists()
    return PiperFile(description.short_language, path, fixture)


def _description(path: Path) -> Path:
    return path.with_name(f"{path.name}.json")
