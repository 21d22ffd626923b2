"""The toy voices of the tests, and settings that find them."""

from pathlib import Path

from bot.settings import ROOT, Settings
from voice.speaking.piper import Piper
from voice.speaking.piper_files import find_voices

TOYS = ROOT / "tests/fixtures/voice/piper"


def speaking_settings(tmp_path: Path, **changes: object) -> Settings:
    """Settings of a phone line that speaks with the toys."""
    return Settings.model_validate(
        {
            "env": "test", "allow_fixtures": True, "piper_dir": TOYS, "data_dir": tmp_path,
            **changes,
        }
    )  # fmt: skip


def toy_piper(queue: int = 8, timeout_s: float = 20, workers: int = 1) -> Piper:
    """Piper with the toys; `start` it."""
    return Piper(find_voices(TOYS, allow_fixtures=True), workers, queue, timeout_s)
