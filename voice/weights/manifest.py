"""The weights that we know by name, and where their files lie."""

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.yaml_files import read_yaml

_FILE = Path(__file__).with_name("manifest.yml")
_PIPER_REPO = "rhasspy/piper-voices"


@dataclass(frozen=True)
class WeightFile:
    """One file of some weights."""

    path: str
    """Below the hub's or a mirror's address."""
    name: str
    """Under which it is kept."""


@dataclass(frozen=True)
class Weights:
    """A model for hearing or a voice for speaking."""

    name: str
    kind: Literal["whisper", "piper"]
    licence: str
    size_mb: int | None
    files: tuple[WeightFile, ...]


class _Entry(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    size_mb: int | None = None


class _Whisper(_Entry):
    repo: str
    licence: str
    vocabulary: Literal["txt", "json"]
    preprocessor: bool = False

    def weights(self) -> Weights:
        names = ["config.json", "tokenizer.json", f"vocabulary.{self.vocabulary}", "model.bin"]
        if self.preprocessor:
            names.insert(0, "preprocessor_config.json")
        files = tuple(WeightFile(f"{self.repo}/resolve/main/{name}", name) for name in names)
        return Weights(self.name, "whisper", self.licence, self.size_mb, files)


class _Piper(_Entry):
    def weights(self) -> Weights:
        locale, voice, quality = self.name.split("-")
        language = locale.split("_")[0]
        folder = f"{_PIPER_REPO}/resolve/main/{language}/{locale}/{voice}/{quality}"
        files = (
            WeightFile(f"{folder}/MODEL_CARD", "MODEL_CARD"),
            WeightFile(f"{folder}/{self.name}.onnx.json", f"{self.name}.onnx.json"),
            WeightFile(f"{folder}/{self.name}.onnx", f"{self.name}.onnx"),
        )
        return Weights(self.name, "piper", "see its MODEL_CARD", self.size_mb, files)


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    whisper: list[_Whisper]
    piper: list[_Piper]


def known_weights(file: Path = _FILE) -> dict[str, Weights]:
    """Every entry of the manifest by its name, smallest and German first."""
    manifest = _Manifest.model_validate(read_yaml(file))
    entries: list[_Whisper | _Piper] = [*manifest.whisper, *manifest.piper]
    return {entry.name: entry.weights() for entry in entries}
