"""Weights: fetched from a hub that drops, stalls and lies; from folders; checked ever after."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from bot.cli import main
from bot.settings import Settings
from tests.support.hub import BadHub, sha256
from voice.weights.hub import SpeechHub, WeightsRefused
from voice.weights.manifest import known_weights
from voice.weights.store import FIXTURE_MARKER, SpeechModels

KNOWN = known_weights()
BASE, THORSTEN = KNOWN["whisper-base"], KNOWN["de_DE-thorsten-medium"]
CONTENT = {
    "config.json": b"{}",
    "tokenizer.json": b'{"model": 1}',
    "vocabulary.txt": b"a\nb\n",
    "model.bin": bytes(range(256)) * 400,
}


def hub_of_base(**faults: object) -> BadHub:
    files = {file.path: CONTENT[file.name] for file in BASE.files}
    return BadHub(files, **faults)  # type: ignore[arg-type]


def silent(done: int, total: int | None) -> None:
    pass


@pytest.fixture
def models(tmp_path: Path) -> SpeechModels:
    return SpeechModels(Settings(data_dir=tmp_path))


async def pull(models: SpeechModels, hub: BadHub, stall_s: float = 0.3) -> Path:
    async with hub.server() as server:
        address = str(server.make_url("/"))
        return await models.pull(BASE, SpeechHub(address, stall_s), address, silent)


def test_the_manifest_has_weights_for_every_language_of_the_phone() -> None:
    voices = {name.split("_")[0] for name, weights in KNOWN.items() if weights.kind == "piper"}
    assert voices == {"de", "en", "tr", "ar", "uk", "ru", "fa", "pl", "ro", "fr"}
    assert [file.path for file in THORSTEN.files][-1] == (
        "rhasspy/piper-voices/resolve/main/de/de_DE/thorsten/medium/de_DE-thorsten-medium.onnx"
    )


async def test_weights_come_across_a_line_that_drops_and_stalls(
    models: SpeechModels, tmp_path: Path
) -> None:
    hub = hub_of_base(drops=3, stalls=1)
    path = await pull(models, hub)
    assert path == tmp_path / "whisper/whisper-base"
    assert {f.name: f.read_bytes() for f in path.iterdir() if f.name in CONTENT} == CONTENT
    assert any(range_ for _, range_ in hub.asked), "nothing was gone on with"
    assert list(models.problems()) == []
    assert [one.name for one in models.installed()] == ["whisper-base"]
    assert not (tmp_path / "downloads/whisper-base").exists()


async def test_a_file_with_another_content_is_deleted_and_nothing_is_installed(
    models: SpeechModels, tmp_path: Path
) -> None:
    with pytest.raises(WeightsRefused, match=r"config\.json is not the file"):
        await pull(models, hub_of_base(corrupt=True))
    assert models.installed() == []
    assert not (tmp_path / "downloads/whisper-base/config.json").exists()
    assert await pull(models, hub_of_base()), "the next try is not spoilt"


async def test_a_hub_without_digests_is_refused_and_a_mirror_with_sums_is_not(
    models: SpeechModels,
) -> None:
    with pytest.raises(WeightsRefused, match="without a digest"):
        await pull(models, hub_of_base(digests=False))
    sums = "".join(f"{sha256(CONTENT[f.name])}  ./{f.path}\n" for f in BASE.files)
    assert await pull(models, hub_of_base(digests=False, sums=sums))


async def test_what_was_verified_once_must_be_the_same_ever_after(
    models: SpeechModels, tmp_path: Path
) -> None:
    await pull(models, hub_of_base())
    known = json.loads((tmp_path / "speech-models.lock.json").read_text())["whisper-base"]
    assert known["model.bin"] == sha256(CONTENT["model.bin"])
    other = hub_of_base()
    other.files = {path: content + b" " for path, content in other.files.items()}
    with pytest.raises(WeightsRefused, match="is not the file"):
        await pull(models, other)
    assert models.remove("whisper-base")
    assert await pull(models, other)


async def test_a_hub_out_of_reach_says_what_to_do(models: SpeechModels) -> None:
    hub = SpeechHub("http://127.0.0.1:1/")
    with pytest.raises(WeightsRefused, match="models add FOLDER"):
        await models.pull(BASE, hub, "", silent)


async def test_a_full_disk_is_seen_before_it_is_full(
    models: SpeechModels, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Usage:
        free = 1000

    monkeypatch.setattr("shutil.disk_usage", lambda folder: Usage)
    with pytest.raises(WeightsRefused, match="must stay free"):
        await pull(models, hub_of_base())


def test_a_voice_and_a_model_are_added_from_a_folder(models: SpeechModels, tmp_path: Path) -> None:
    voice = tmp_path / "stick/de_DE-eva-low.onnx"
    voice.parent.mkdir()
    voice.write_bytes(b"onnx")
    with pytest.raises(WeightsRefused, match=r"needs de_DE-eva-low\.onnx\.json"):
        models.add(voice)
    voice.with_suffix(".onnx.json").write_text("{}")
    assert models.add(voice) == tmp_path / "piper/de_DE-eva-low"
    model = tmp_path / "stick/whisper-mine"
    model.mkdir()
    (model / "model.bin").write_bytes(b"model")
    with pytest.raises(WeightsRefused, match=r"lacks config\.json, tokenizer\.json, vocabulary"):
        models.add(model)


def test_fixtures_are_refused_outside_tests(tmp_path: Path) -> None:
    model = tmp_path / "tiny"
    model.mkdir()
    for name, content in CONTENT.items():
        (model / name).write_bytes(content)
    (model / FIXTURE_MARKER).touch()
    with pytest.raises(WeightsRefused, match="fixture of the tests"):
        SpeechModels(Settings(data_dir=tmp_path)).add(model)
    in_tests = Settings(data_dir=tmp_path, env="test", allow_fixtures=True)
    assert SpeechModels(in_tests).add(model)


def test_verify_names_what_was_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KREISLOTSE_DATA_DIR", str(tmp_path))
    voice = tmp_path / "de_DE-eva-low.onnx"
    voice.write_bytes(b"onnx")
    voice.with_suffix(".onnx.json").write_text("{}")
    run = CliRunner().invoke
    assert run(main, ["models", "add", str(voice)]).exit_code == 0
    assert "de_DE-eva-low  piper" in run(main, ["models", "list"]).output
    assert run(main, ["models", "verify"]).exit_code == 0
    (tmp_path / "piper/de_DE-eva-low/de_DE-eva-low.onnx").write_bytes(b"other")
    result = run(main, ["models", "verify"])
    assert result.exit_code == 1
    assert "de_DE-eva-low.onnx was changed" in result.output
