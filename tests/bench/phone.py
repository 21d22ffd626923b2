"""How soon a caller is answered: by our phone line, and by the same engines in other hands.

From the end of a caller's voice, known from the recording, to the first frame of the answer that
sounds at her end of the line.  All sides get the same sound, Whisper model, voice and bot, one
after another, in processes of their own, and take the same silence for the end of what she says.
"""

import asyncio
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import aiohttp
from prometheus_client.parser import text_string_to_metric_families

from bot.settings import ROOT, Settings
from tests.bench.figures import p95
from tests.bench.phone_caller import (
    AudioSocketLine,
    Caller,
    Line,
    WebSocketLine,
    fillers,
    recording,
)
from tests.bench.planning import PIPER, random_voice
from tests.support.servers import free_port
from tests.support.stack import Stack
from tests.support.voice import unpack_whisper
from translations.texts import Texts

QUESTIONS = (
    "Was kostet die Ummeldung", "Welche Unterlagen brauche ich", "Wie lange dauert das",
    "Wann haben Sie geöffnet", "Ich möchte mein Auto anmelden", "Ich möchte mein Auto abmelden",
    "Ich möchte meinen Aufenthaltstitel verlängern",
)  # fmt: skip
ROUNDS = 3
"""How often each is asked, each time in other noise."""
MEDIAN_S, P95_S = 1.5, 2.5
"""The budget."""
PARTS = ("endpointing", "recognition", "bot", "speech")
PIPECAT = ("pipecat-ai==1.14.0", "faster-whisper==1.2.1", "piper-tts==1.8.0")
_PATIENCE_S = 15.0
_LISTENS_S = 1.2
"""How much of an answer she hears before she asks the next question, and interrupts it."""
_STARTS_S = 120.0
_QUIET_S = 3.0
"""Longer than any voice takes for a sentence."""
_NOTE = f"""
Budget: median {MEDIAN_S} s, p95 {P95_S} s, on real weights.  Parts are medians, in seconds, by the
side's own clock: until the end is clear, queue and recognition, bot, first sound made and sent; the
rest is the line, and what lies between the recording's end and the detector's.  Fillers and the
tone are known by their bytes.  One question after another; each interrupts the answer before.
Whisper is the tests' tiny one, on one core: a real base model costs about a second more, of which
Kreislotse hides 0.4 s and pipecat 0.5 s, as both begin before the 0.7 s of silence that end a turn
are over (after 0.3 and 0.2 s).  Kreislotse does so only while a recogniser is idle.  Plain chain:
our parts one after another, and the whole answer is made before it is played.  pipecat: bare
samples over a websocket; faster-whisper's defaults (beam 5); it speaks by sentence, texts as they
are written; it notes no parts.
"""


@dataclass(frozen=True)
class Side:
    """Somebody who answers calls."""

    name: str
    open: Callable[[], contextlib.AbstractAsyncContextManager[Line]]
    """A call."""
    metrics: str | None = None
    """Where it tells the parts of its answer times."""
    no_answers: tuple[bytes, ...] = ()
    greets: bool = False


@dataclass(frozen=True)
class Answer:
    """Of one turn, in seconds."""

    whole: float
    parts: dict[str, float]


async def ask_all(side: Side) -> list[Answer | None]:
    """The answers to all questions in one call; None for one that came to nothing."""
    recordings = [recording(text, seed=seed) for seed in range(ROUNDS) for text in QUESTIONS]
    totals, wholes = [], []
    async with (
        aiohttp.ClientSession() as http,
        side.open() as line,
        Caller(line, side.no_answers).calling() as caller,
    ):
        if side.greets:
            await caller.quiet(1.0, most_s=60)
        for said in recordings:
            ended = await caller.say(said)
            totals.append(await _told(http, side))
            at = await caller.answered(ended, _PATIENCE_S)
            wholes.append(at and at - ended)
            await asyncio.sleep(_LISTENS_S)
        await caller.quiet(1.0, most_s=60)
        totals.append(await _told(http, side))
    told = zip(wholes, pairwise(totals), strict=True)
    return [_answer(whole, before, after) for whole, (before, after) in told]


def _answer(
    whole: float | None, before: dict[str, float], after: dict[str, float]
) -> Answer | None:
    """A turn that the side itself did not answer once and only once does not count."""
    if whole is None or (after and after["count"] - before["count"] != 1):
        return None
    return Answer(whole, {part: after[part] - before[part] for part in PARTS if after})


async def _told(http: aiohttp.ClientSession, side: Side) -> dict[str, float]:
    """The sums of the side's answer times by part, and how many there are."""
    if side.metrics is None:
        return {}
    async with http.get(side.metrics) as told:
        text = await told.text()
    return response_totals(text)


def response_totals(metrics: str) -> dict[str, float]:
    """Seconds by part, and their count, from Prometheus's text."""
    totals = dict.fromkeys((*PARTS, "count"), 0.0)
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            part = sample.labels.get("part", "")
            if sample.name == "kreislotse_call_response_seconds_sum" and part in PARTS:
                totals[part] = sample.value
            if sample.name == "kreislotse_call_response_seconds_count" and part == "whole":
                totals["count"] = sample.value
    return totals


def row(name: str, answers: list[Answer | None]) -> str:
    """Of the table."""
    found = [answer for answer in answers if answer]
    wholes = [answer.whole for answer in found]
    cells = [f"{len(found)} of {len(answers)}", f"{statistics.median(wholes):.2f}"]
    cells.append(f"{p95(wholes):.2f}")
    for part in PARTS:
        spent = [answer.parts[part] for answer in found if answer.parts]
        cells.append(f"{statistics.median(spent):.2f}" if spent else "-")
    rest = [answer.whole - sum(answer.parts.values()) for answer in found if answer.parts]
    cells.append(f"{statistics.median(rest):.2f}" if rest else "-")
    return f"| {name} | " + " | ".join(cells) + " |"


@dataclass(frozen=True)
class Place:
    """Where a voice's sides are measured: the instance whose bot all of them ask."""

    stack: Stack
    whisper: Path
    piper: Path | None
    voice: str

    def settings(self) -> Settings:
        """The instance's, as far as its voice goes."""
        piper_dir = self.piper.parent if self.piper else None
        return Settings(
            data_dir=self.stack.folder, env="test", allow_fixtures=True, piper_dir=piper_dir,
            phone_languages=["de"],
        )  # fmt: skip

    async def warm(self) -> None:
        """Waits until the phone line has made the sound of what is always the same."""
        before, quiet_since = -1.0, time.monotonic()
        async with aiohttp.ClientSession() as http:
            while time.monotonic() - quiet_since < _QUIET_S:
                async with http.get(self.stack.url("voice_http") + "/metrics") as told:
                    made = _sentences(await told.text())
                if made != before:
                    before, quiet_since = made, time.monotonic()
                await asyncio.sleep(0.3)

    async def ours(self) -> Side:
        """The phone line as operators run it."""
        base = self.stack.url("voice_http")
        await self.warm()

        @contextlib.asynccontextmanager
        async def opened() -> AsyncIterator[Line]:
            call = uuid.uuid4()
            form = {"caller": "+493023125999", "called": "115"}
            async with (
                aiohttp.ClientSession() as http,
                http.post(f"{base}/calls/{call}", data=form) as admission,
            ):
                if await admission.text() != "answer":
                    raise RuntimeError(f"not answered: {await admission.text()}")
            async with AudioSocketLine.open(self.stack.ports["voice"], call) as line:
                yield line

        waiting = tuple(await fillers(self.settings(), Texts.load(ROOT)))
        return Side(f"Kreislotse, {self.voice}", opened, f"{base}/metrics", waiting, greets=True)

    @contextlib.asynccontextmanager
    async def chain(self) -> AsyncIterator[Side]:
        """See `tests.bench.phone_chain`."""
        sound, figures = free_port(), free_port()
        command = [sys.executable, "-m", "tests.bench.phone_chain", str(sound), str(figures)]
        url = f"http://127.0.0.1:{figures}/metrics"
        with _running(command, self.stack, "chain.log") as process:
            await _until(process, lambda: _answers(url))
            yield Side(
                f"plain chain, {self.voice}",
                lambda: AudioSocketLine.open(sound, uuid.uuid4()), url,
            )  # fmt: skip

    @contextlib.asynccontextmanager
    async def pipecat(self, python: Path) -> AsyncIterator[Side]:
        """See `tests.bench.phone_pipecat`."""
        port = free_port()
        command = [
            str(python), str(ROOT / "tests/bench/phone_pipecat.py"), str(port),
            self.stack.url("internal"), str(self.whisper),
        ]  # fmt: skip
        command += [str(self.piper)] if self.piper else []
        with _running(command, self.stack, "pipecat.log") as process:
            await _until(process, lambda: _listens(port))
            yield Side(f"pipecat, {self.voice}", lambda: WebSocketLine.open(port))


@contextlib.contextmanager
def started(folder: Path, piper: Path | None, **extra: str) -> Iterator[Place]:
    """An instance that speaks German on the phone, by espeak-ng where no Piper voice is given."""
    whisper = unpack_whisper(folder / "whisper")
    environment = {
        "KREISLOTSE_UP_PHONE": "1", "KREISLOTSE_PHONE_LANGUAGES": "de",
        "KREISLOTSE_ALLOW_FIXTURES": "1", "KREISLOTSE_WHISPER_DIR": str(whisper.parent),
        "KREISLOTSE_WHISPER_MODEL": whisper.name, **extra,
    }  # fmt: skip
    if piper:
        environment["KREISLOTSE_PIPER_DIR"] = str(piper.parent)
    stack = Stack(folder, environment)
    try:
        stack.start()
        yield Place(stack, whisper, piper, "Piper" if piper else "espeak-ng")
    finally:
        stack.stop()


@contextlib.contextmanager
def _running(command: list[str], stack: Stack, log: str) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**stack.env, "OMP_NUM_THREADS": "1", "HF_HUB_OFFLINE": "1"}
    with (stack.folder / log).open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(30)


async def _until(process: subprocess.Popen[bytes], ready: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(_STARTS_S):
        while not await ready():
            if process.poll() is not None:
                raise SystemExit(f"{process.args} ended; see its log")
            await asyncio.sleep(0.2)


async def _answers(url: str) -> bool:
    with contextlib.suppress(aiohttp.ClientError):
        async with aiohttp.ClientSession() as http, http.get(url) as answer:
            return answer.ok
    return False


async def _listens(port: int) -> bool:
    with contextlib.suppress(OSError):
        _, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.close()
        return True
    return False


def _sentences(metrics: str) -> float:
    return sum(
        sample.value
        for family in text_string_to_metric_families(metrics)
        for sample in family.samples
        if sample.name == "kreislotse_speech_sentences_total"
    )


def pipecat_environment() -> Path:
    """pipecat's own environment, made once."""
    folder = ROOT / ".tools/pipecat"
    python = folder / "bin/python"
    if not python.exists():
        uv = ROOT / ".tools/uv/bin/uv"
        subprocess.run([uv, "venv", "-q", "--python", sys.executable, folder], check=True)
        install = [uv, "pip", "install", "--no-config", "-q", "--python", python, *PIPECAT]
        subprocess.run(install, check=True)
    return python


async def _rows(folder: Path, piper: Path | None, python: Path) -> AsyncIterator[str]:
    with started(folder, piper) as place:
        side = await place.ours()
        yield row(side.name, await ask_all(side))
        for peer in (place.chain(), place.pipecat(python)):
            async with peer as side:
                yield row(side.name, await ask_all(side))


async def table() -> list[str]:
    """The rows, ours first, for each voice that is here, and what they mean."""
    python = await asyncio.to_thread(pipecat_environment)
    lines = [
        "| answer time on the phone, s | answered | median | p95 | end of speech | recognition"
        " | bot | speech | rest |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        voices: list[Path | None] = [None]
        if PIPER.exists():
            (folder / "voice").mkdir()
            voices.append(await asyncio.to_thread(random_voice, folder / "voice"))
        for number, voice in enumerate(voices):
            place = folder / str(number)
            place.mkdir()
            lines += [line async for line in _rows(place, voice, python)]
    if not PIPER.exists():
        lines.append(f"\nPiper was left out, as there is no {PIPER}.")
    return [*lines, _NOTE, f"load of the machine: {os.getloadavg()[0]:.1f}"]


if __name__ == "__main__":
    print("\n".join(asyncio.run(table())))
