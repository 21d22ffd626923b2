"""A Whisper model in a folder, looked at before anything loads it."""

import json
from pathlib import Path

from voice.weights.store import FIXTURE_MARKER, lacking


class ModelUnusable(Exception):
    """The folder holds no model that may be used; the message says why, and what to do."""


def usable(folder: Path, allow_fixtures: bool) -> Path:
    """The folder, if everything is there.

    faster-whisper would ask a server for what is missing, or die in the middle of a call.

    Raises:
        ModelUnusable: See there.
    """
    if not folder.is_dir():
        raise ModelUnusable(
            f"There is no Whisper model in {folder}. Run: kreislotse models pull {folder.name}"
        )
    if missing := lacking(folder):
        raise ModelUnusable(f"The Whisper model in {folder} lacks {', '.join(missing)}.")
    if (folder / FIXTURE_MARKER).exists() and not allow_fixtures:
        raise ModelUnusable(f"The Whisper model in {folder} is a fixture of the tests.")
    return folder


def languages(folder: Path) -> frozenset[str]:
    """The codes of the languages that a usable model has heard."""
    ids = json.loads((folder / "config.json").read_bytes())["lang_ids"]
    listed = folder / "vocabulary.json"
    tokens = (
        json.loads(listed.read_bytes())
        if listed.is_file()
        else (folder / "vocabulary.txt").read_text("utf-8").splitlines()
    )
    return frozenset(tokens[number].strip("<|>") for number in ids)
