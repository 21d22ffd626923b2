"""What languages cost: catalogue lookups, machine translation beside LibreTranslate, detection.

Both translators serve the same tiny packages of the tests in the same run, so the figures compare
what stands around the model: masks and gates and a worker process here, a web server there.
"""

import asyncio
import contextlib
import itertools
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path

import aiohttp
import psutil

from bot.settings import ROOT
from bot.yaml_files import read_yaml
from tests.support.argos import FIXTURES, install
from tests.support.servers import free_port
from translations.detection import LanguageDetection
from translations.glossary import glossary
from translations.machine.argos import ArgosEngine
from translations.machine.translator import MachineTranslator
from translations.texts import Texts

PACKAGES = ("de_en", "en_de", "uk_en", "en_uk")
LIBRETRANSLATE = "libretranslate==1.9.6"
SENTENCES = 400
REPEATS = 5
"""How often each text comes again where a cache may help."""

Translate = Callable[[list[str]], Awaitable[None]]


def texts() -> list[str]:
    """Distinct German sentences that the tiny packages know, all within their vocabulary."""
    data = read_yaml(FIXTURES / "sentences.yml")
    found = []
    for template in data["templates"]:
        names = [name for name in data["slots"] if f"{{{name}}}" in template["de"]]
        for choice in itertools.product(*(data["slots"][name] for name in names)):
            values = [v["de"] if isinstance(v, dict) else v for v in choice]
            if not any("⟦" in value for value in values):
                text = template["de"].format(**dict(zip(names, values, strict=True)))
                found.append(text[:1].upper() + text[1:])
    return list(dict.fromkeys(found))[:SENTENCES]


def lookups() -> float:
    """Catalogue look-ups a second, over all texts and written languages."""
    loaded = Texts.load(ROOT)
    keys = list(loaded.all_of("service.kfz", "de"))
    begun, count = time.perf_counter(), 0
    while time.perf_counter() - begun < 2:
        for key in keys:
            for language in loaded.written_languages:
                loaded.words(f"service.kfz{key}", language)
                count += 1
    return count / (time.perf_counter() - begun)


async def rate(translate: Translate, batches: list[list[str]]) -> float:
    """Sentences a second."""
    begun = time.perf_counter()
    for batch in batches:
        await translate(batch)
    return sum(map(len, batches)) / (time.perf_counter() - begun)


@contextlib.contextmanager
def ours(folder: Path, remembered: int) -> Iterator[tuple[Translate, Callable[[], float]]]:
    """Our translator; `remembered` sentences are kept."""
    packages = install(folder / "ours", folder / "home", *PACKAGES).installed()
    engine = ArgosEngine(packages, folder / "home", timeout_s=60)
    translator = MachineTranslator(engine, lambda code: glossary(ROOT, code), remembered)

    async def translate(batch: list[str]) -> None:
        await translator.render(" ".join(batch), "de", "uk")

    try:
        yield translate, lambda: _memory(psutil.Process().children())
    finally:
        engine.close()


@contextlib.asynccontextmanager
async def libretranslate(
    folder: Path, python: Path, cached: bool
) -> AsyncIterator[tuple[Translate, Callable[[], float]]]:
    """LibreTranslate with the same packages, asked over HTTP as it is meant to be."""
    shelf = folder / "theirs"
    for name in PACKAGES:
        subprocess.run(
            [sys.executable, "-m", "zipfile", "-e", FIXTURES / f"{name}.argosmodel", shelf],
            check=True,
        )
    home = str(folder / "lt-home")
    environment = os.environ | {
        "ARGOS_PACKAGES_DIR": str(shelf), "XDG_DATA_HOME": home, "XDG_CONFIG_HOME": home,
        "XDG_CACHE_HOME": home,
    }  # fmt: skip
    port = free_port()
    command = [python, ROOT / "tests/bench/start_libretranslate.py", str(port)]
    if cached:
        command += ["--translation-cache", "all"]
    with (folder / "lt.log").open("w") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        async with aiohttp.ClientSession() as client:
            url = f"http://127.0.0.1:{port}"
            await _answering(client, f"{url}/languages", process)

            async def translate(batch: list[str]) -> None:
                body = {"q": " ".join(batch), "source": "de", "target": "uk"}
                async with client.post(f"{url}/translate", json=body) as response:
                    assert response.status == 200, await response.text()

            yield translate, lambda: _memory([psutil.Process(process.pid)])
    finally:
        process.terminate()
        process.wait()


def environment_of_libretranslate() -> Path:
    """Its own environment, made once; torch and spacy are left out as here."""
    folder = ROOT / ".tools/libretranslate"
    python = folder / "bin/python"
    if not python.exists():
        uv = ROOT / ".tools/uv/bin/uv"
        overrides = ROOT / ".tools/libretranslate.overrides"
        overrides.write_text(
            "".join(f"{name}; sys_platform == 'never'\n" for name in ("torch", "spacy", "stanza"))
        )
        subprocess.run([uv, "venv", "-q", "--python", "3.11", folder], check=True)
        subprocess.run(
            [uv, "pip", "install", "--no-config", "-q", "--python", python, "--override", overrides,
             LIBRETRANSLATE],
            check=True,
        )  # fmt: skip
    return python


def detection() -> tuple[float, float]:
    """The share of `tests/eval/detection.yml` that is told rightly, and milliseconds a sentence."""
    sentences = read_yaml(ROOT / "tests/eval/detection.yml")
    detector = LanguageDetection()
    asked = [(language, text) for language, texts in sentences.items() for text in texts]
    detector.detect(asked[0][1])
    begun = time.perf_counter()
    found = [detector.detect(text) for _, text in asked]
    spent_ms = (time.perf_counter() - begun) / len(asked) * 1000
    right = sum(
        f is not None and f.language == lang for f, (lang, _) in zip(found, asked, strict=True)
    )
    return right / len(asked), spent_ms


async def table() -> list[str]:
    """The report, line by line."""
    lines = [
        f"catalogue look-ups: {lookups():,.0f}/s",
        "",
        "| de→en→uk, ten sentences a text | new, per second | repeated, per second | memory, MiB |",
        "|---|---|---|---|",
    ]
    batches = [texts()[i : i + 10] for i in range(0, SENTENCES, 10)]
    python = await asyncio.to_thread(environment_of_libretranslate)
    rows: list[tuple[str, float, float, float]] = []
    for name, remembered in (("Kreislotse, no cache", 1), ("Kreislotse, cache", 2000)):
        with tempfile.TemporaryDirectory() as folder, ours(Path(folder), remembered) as side:
            rows.append(await _row(name, *side, batches))
    for name, cached in (("LibreTranslate, no cache", False), ("LibreTranslate, cache", True)):
        with tempfile.TemporaryDirectory() as folder:
            async with libretranslate(Path(folder), python, cached) as side:
                rows.append(await _row(name, *side, batches))
    new, again = rows[2][1], rows[2][2]
    lines += [
        f"| {name} | {fresh:.0f} (x{fresh / new:.2f}) | {repeated:.0f} (x{repeated / again:.2f})"
        f" | {memory:.0f} |"
        for name, fresh, repeated, memory in rows
    ]
    right, spent_ms = detection()
    lines += [
        "",
        f"language told rightly: {right:.1%} of 200 short sentences, {spent_ms:.2f} ms each",
    ]
    return lines


async def _row(
    name: str, translate: Translate, memory: Callable[[], float], batches: list[list[str]]
) -> tuple[str, float, float, float]:
    await translate(batches[0][:1])  # loads the packages
    fresh = await rate(translate, batches)
    repeated = await rate(translate, batches[:4] * REPEATS)
    return name, fresh, repeated, memory()


async def _answering(
    client: aiohttp.ClientSession, url: str, process: subprocess.Popen[bytes]
) -> None:
    async with asyncio.timeout(120):
        while True:
            assert process.poll() is None, "LibreTranslate did not start"
            with contextlib.suppress(aiohttp.ClientConnectionError):
                async with client.get(url) as response:
                    if response.status == 200:
                        return
            await asyncio.sleep(0.2)


def _memory(processes: list[psutil.Process]) -> float:
    every = {p for process in processes for p in (process, *process.children(recursive=True))}
    return sum(p.memory_info().rss for p in every) / 1024**2


if __name__ == "__main__":
    print("\n".join(asyncio.run(table())))
