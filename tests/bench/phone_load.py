"""The phone line under load: many calls at once on the real process, with the tests' models.

The callers are a process of their own.  Each hears who speaks to her, asks one question, listens to
some of the answer and hangs up.  (Calls through Asterisk: `tests/pbx/load.py`.)
"""

import asyncio
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import psutil
from prometheus_client.parser import text_string_to_metric_families

from bot.settings import ROOT
from tests.bench.figures import p95
from tests.bench.phone import QUESTIONS, Place, started
from tests.bench.phone_caller import AudioSocketLine, Caller, fillers, recording
from tests.support.stack import GATEWAY, RASA
from translations.texts import Texts

LIMIT = 20
CALLS = (5, 10, 20, LIMIT + 5)
ARRIVE_S = 10.0
"""Within which the calls come, evenly."""
HESITATE_S = 3.0
"""Longest time after the greeting until a caller asks, so that not all ask at one moment."""
LISTENS_S = 4.0
_PATIENCE_S = 30.0
_LOOK_S = 1.0
VOICE = "voice"
FIGURES = ("frames", "frames_late", "frames_skipped", "underruns")
_NOTE = f"""
{LIMIT} lines; one recogniser and a queue of 4, as by default, and espeak-ng.  Calls arrive within
{ARRIVE_S:.0f} s; questions are asked within {HESITATE_S:.0f} s of the greeting's end.  Answer times
are the callers', from the end of their voice.  Cores and private memory (the most that was seen):
voice is the phone line's process with its recogniser and espeak-ng; the callers' own process, which
a county does not have, ran beside it on the same {os.cpu_count()} cores.
"""


@dataclass
class Watched:
    """What the processes of an instance used during a run."""

    spent: Counter[str] = field(default_factory=Counter)
    """Seconds of the processor."""
    most_mib: Counter[str] = field(default_factory=Counter)
    seconds: float = 0.0

    def cores(self, name: str) -> float:
        return self.spent[name] / self.seconds


def _trees(place: Place) -> dict[str, list[psutil.Process]]:
    stack = place.stack
    voice = stack.child(VOICE)
    return {
        "voice": [voice, *voice.children(recursive=True)],
        "gateway": [stack.child(GATEWAY)],
        "rasa": [stack.child(RASA)],
    }


def _spent(tree: list[psutil.Process]) -> float:
    """Seconds, those of children that have ended included."""
    total = 0.0
    for process in tree:
        with contextlib.suppress(psutil.Error):
            total += sum(process.cpu_times()[:4])
    return total


def _mib(tree: list[psutil.Process]) -> int:
    total = 0
    for process in tree:
        with contextlib.suppress(psutil.Error):
            total += process.memory_full_info().uss
    return round(total / 2**20)


@contextlib.asynccontextmanager
async def watched(place: Place) -> AsyncIterator[Watched]:
    """Looks at the processes within the block."""
    found = Watched()
    before, begun = {name: _spent(tree) for name, tree in _trees(place).items()}, time.monotonic()

    async def look() -> None:
        while True:
            for name, tree in _trees(place).items():
                found.most_mib[name] = max(found.most_mib[name], _mib(tree))
            await asyncio.sleep(_LOOK_S)

    looking = asyncio.create_task(look())
    try:
        yield found
    finally:
        looking.cancel()
        found.seconds = time.monotonic() - begun
        for name, tree in _trees(place).items():
            found.spent[name] = _spent(tree) - before[name]


async def _figures(base: str) -> Counter[str]:
    """What the phone line counted so far, besides what it is asked again and refuses."""
    async with aiohttp.ClientSession() as http, http.get(f"{base}/metrics") as told:
        text = await told.text()
    names = {f"kreislotse_call_{name}_total": name for name in FIGURES}
    counted: Counter[str] = Counter()
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if name := names.get(sample.name):
                counted[name] = sample.value
            if sample.name == "kreislotse_call_reprompts_total":
                counted[sample.labels["reason"]] = sample.value
    return counted


async def _row(place: Place, calls: int, waiting: Path) -> str:
    base = place.stack.url("voice_http")
    before = await _figures(base)
    async with watched(place) as used:
        told = await _callers(base, place.stack.ports["voice"], calls, waiting)
    counted = await _figures(base)
    counted.subtract(before)
    frames = counted["frames"] + counted["frames_skipped"]
    refused = Counter(call["admission"] for call in told)
    times = [call["answer_s"] for call in told if call["answer_s"] is not None]
    cells = [
        str(refused.pop("answer", 0)), str(len(times)),
        ", ".join(f"{n} {what}" for what, n in refused.items()) or "-",
        f"{counted['frames_late'] / frames:.2%}", f"{counted['frames_skipped'] / frames:.2%}",
        f"{counted['underruns']:.0f}", f"{statistics.median(times):.2f} / {p95(times):.2f}",
        f"{counted['not_recognised']:.0f}",
        " / ".join(f"{used.cores(name):.2f}" for name in ("voice", "gateway", "rasa")),
        str(used.most_mib["voice"]), f"{os.getloadavg()[0]:.1f}",
    ]  # fmt: skip
    return f"| {calls} | " + " | ".join(cells) + " |"


async def _callers(base: str, port: int, calls: int, waiting: Path) -> list[dict[str, object]]:
    command = [sys.executable, "-m", "tests.bench.phone_load", base, str(port), str(calls)]
    process = await asyncio.create_subprocess_exec(
        *command, str(waiting), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    told, _ = await process.communicate()
    if process.returncode:
        raise SystemExit("the callers failed")
    return [dict(call) for call in json.loads(told)]


async def table() -> list[str]:
    """The rows, one for each number of calls, and what they mean."""
    lines = [
        "| calls at once | taken | answered | refused | late | skipped | gaps"
        " | answer time, median / p95 s | recogniser full or late | cores: voice / gateway / Rasa"
        " | voice MiB | load |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with started(folder, None, KREISLOTSE_VOICE_CALLS=str(LIMIT)) as place:
            await place.warm()
            waiting = folder / "fillers"
            waiting.mkdir()
            for number, sound in enumerate(await fillers(place.settings(), Texts.load(ROOT))):
                (waiting / f"{number}.raw").write_bytes(sound)
            lines += [await _row(place, calls, waiting) for calls in CALLS]
    return [*lines, _NOTE]


async def _one(base: str, port: int, number: int, calls: int, waiting: tuple[bytes, ...]) -> object:
    """One caller, from her call to its end."""
    await asyncio.sleep(ARRIVE_S * number / calls)
    call = uuid.uuid4()
    form = {"caller": "+493023125999", "called": "115"}
    async with aiohttp.ClientSession() as http, http.post(f"{base}/calls/{call}", data=form) as say:
        admission = await say.text()
    if admission != "answer":
        return {"admission": admission, "answer_s": None}
    said = recording(QUESTIONS[number % len(QUESTIONS)], seed=number)
    async with AudioSocketLine.open(port, call) as line, Caller(line, waiting).calling() as caller:
        await caller.quiet(1.0, most_s=60)
        await asyncio.sleep(random.uniform(0, HESITATE_S))
        ended = await caller.say(said)
        at = await caller.answered(ended, _PATIENCE_S)
        await asyncio.sleep(LISTENS_S)
    return {"admission": admission, "answer_s": at and at - ended}


async def call_all(base: str, port: int, calls: int, folder: Path) -> None:
    """Calls, and prints what became of each call."""
    waiting = tuple(path.read_bytes() for path in folder.glob("*.raw"))
    told = await asyncio.gather(*(_one(base, port, n, calls, waiting) for n in range(calls)))
    print(json.dumps(told))


if __name__ == "__main__":
    if len(sys.argv) == 1:
        print("\n".join(asyncio.run(table())))
    else:
        asyncio.run(call_all(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])))
