"""Which voice speaks which language."""

import json
from pathlib import Path

import pytest

from tests.support.voices import TOYS
from voice.speaking.piper_files import find_voices
from voice.weights.store import FIXTURE_MARKER


def install(folder: Path, name: str, fixture: bool = False, **description: object) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.onnx").write_bytes(b"")
    (folder / f"{name}.onnx.json").write_text(json.dumps(description))
    if fixture:
        (folder / FIXTURE_MARKER).write_text("")


def names(folder: Path, allow_fixtures: bool = False) -> dict[str, str]:
    return {code: v.path.stem for code, v in find_voices(folder, allow_fixtures).items()}


GERMAN = {"language": {"code": "de_DE"}, "espeak": {"voice": "de"}}


def test_the_first_by_name_in_a_folder_or_beside_others(tmp_path: Path) -> None:
    install(tmp_path / "b", "de_DE-b", **GERMAN)
    install(tmp_path, "de_DE-a", **GERMAN)
    install(tmp_path, "uk_UA-x", language={"code": "uk_UA"}, espeak={"voice": "uk"})
    install(tmp_path, "old", espeak={"voice": "en-us"})
    assert names(tmp_path) == {"de": "de_DE-a", "uk": "uk_UA-x", "en": "old"}


def test_real_ones_before_fixtures_and_fixtures_only_where_allowed(tmp_path: Path) -> None:
    install(tmp_path / "a", "de_DE-a", fixture=True, **GERMAN)
    install(tmp_path / "b", "tr_TR-b", fixture=True, espeak={"voice": "tr"})
    install(tmp_path / "z", "de_DE-z", **GERMAN)
    assert names(tmp_path) == {"de": "de_DE-z"}
    assert names(tmp_path, allow_fixtures=True) == {"de": "de_DE-z", "tr": "tr_TR-b"}
    assert names(TOYS) == {}


@pytest.mark.parametrize("content", ["", "{}", '{"espeak": {}}', "[]"])
def test_what_is_no_voice_is_passed_over(tmp_path: Path, content: str) -> None:
    (tmp_path / "x.onnx").write_bytes(b"")
    (tmp_path / "x.onnx.json").write_text(content)
    (tmp_path / "alone.onnx").write_bytes(b"")
    assert names(tmp_path) == {}


def test_another_voice_under_the_same_name_has_another_fingerprint(tmp_path: Path) -> None:
    install(tmp_path, "de_DE-a", **GERMAN)
    before = find_voices(tmp_path)["de"].fingerprint
    install(tmp_path, "de_DE-a", **GERMAN, audio={"sample_rate": 16000})
    assert find_voices(tmp_path)["de"].fingerprint != before
