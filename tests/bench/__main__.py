"""`make bench`: turns beside a bare Rasa REST call in the same run; languages, desk and phone.

Both sides use the same model and the same questions.  Ours is measured from outside, as a
citizen's browser sees it: from sending the message until the answer's event arrives.
"""

import argparse
import asyncio
import contextlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from bot.settings import ROOT
from tests.bench import handover, phone, phone_load, planning, translation
from tests.bench.figures import p95
from tests.support.servers import free_port, postgres
from tests.support.stack import Stack

QUESTIONS = [
    "Was kostet es, mein Auto abzumelden?",
    "Welche Unterlagen brauche ich, um mein Auto umzumelden?",
    "Wie beantrage ich Grundsicherungsgeld?",
    "Ich möchte meine Aufenthaltserlaubnis verlängern",
]
LONG = 200
AT_ONCE = 16
MARKS = (1, 50, 200)
SAMPLES = 12
"""Conversations over which the figure of one turn number is taken."""

Turn = Callable[[str], Awaitable[None]]


@dataclass
class Side:
    """One of the two that are compared."""

    name: str
    open: Callable[[], contextlib.AbstractAsyncContextManager[Turn]]


@dataclass
class Figures:
    """What was measured of one side, in milliseconds and turns per second."""

    name: str
    by_turn: dict[int, list[float]]
    rate: float


async def measure(side: Side, conversations: int) -> Figures:
    """Long conversations one after another, then many short ones at once."""
    by_turn: dict[int, list[float]] = {mark: [] for mark in MARKS}
    async with side.open() as turn:
        for question in QUESTIONS:  # warms both sides up
            await turn(question)
    for _ in range(conversations):
        async with side.open() as turn:
            for number in range(1, LONG + 1):
                begun = time.perf_counter()
                await turn(QUESTIONS[number % len(QUESTIONS)])
                spent = 1000 * (time.perf_counter() - begun)
                near = next((mark for mark in MARKS if abs(number - mark) <= 2), None)
                if near:
                    by_turn[near].append(spent)

    async def several() -> None:
        async with side.open() as turn:
            for number in range(20):
                await turn(QUESTIONS[number % len(QUESTIONS)])

    begun = time.perf_counter()
    await asyncio.gather(*(several() for _ in range(AT_ONCE)))
    return Figures(side.name, by_turn, AT_ONCE * 20 / (time.perf_counter() - begun))


def ours(name: str, stack: Stack, http: aiohttp.ClientSession) -> Side:
    """Kreislotse over its public API, answers by stream."""
    base = f"{stack.url('public')}/api/v1/conversations"

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Turn]:
        async with http.post(base, json={"language": "de"}) as answer:
            started = await answer.json()
        url = f"{base}/{started['id']}"
        headers = {"Authorization": f"Bearer {started['token']}"}
        stream_headers = headers | {"Accept": "text/event-stream"}
        async with http.get(f"{url}/events?after=1", headers=stream_headers) as stream:

            async def turn(text: str) -> None:
                body = {"client_message_id": uuid.uuid4().hex, "text": text}
                async with http.post(f"{url}/messages", json=body, headers=headers) as accepted:
                    seq = (await accepted.json())["seq"]
                async for line in stream.content:
                    if line.startswith(b"data: "):
                        event = json.loads(line[6:])
                        if event.get("author") == "bot" and event.get("seq", 0) > seq:
                            return

            yield turn

    return Side(name, opened)


def bare(port: int, http: aiohttp.ClientSession) -> Side:
    """Rasa's own REST channel with its in-memory tracker store, nothing around it."""
    url = f"http://127.0.0.1:{port}/webhooks/rest/webhook"

    @contextlib.asynccontextmanager
    async def opened() -> AsyncIterator[Turn]:
        sender = uuid.uuid4().hex

        async def turn(text: str) -> None:
            async with http.post(url, json={"sender": sender, "message": text}) as answer:
                if not await answer.json():
                    raise RuntimeError("Rasa gave no answer")

        yield turn

    return Side("bare Rasa REST", opened)


@contextlib.contextmanager
def bare_rasa(stack: Stack, folder: Path) -> Iterator[int]:
    """A Rasa server as its makers ship it, with our model."""
    port = free_port()
    (folder / "credentials.yml").write_text("rest:\n")
    (folder / "endpoints.yml").write_text("")
    python = ROOT / ".venv-rasa/bin/python"
    with (folder / "rasa.log").open("wb") as log:
        process = subprocess.Popen(
            [str(python), "-m", "rasa", "run", "-i", "127.0.0.1", "-p", str(port),
             "--model", str(ROOT / "models/rasa.tar.gz"),
             "--credentials", str(folder / "credentials.yml"),
             "--endpoints", str(folder / "endpoints.yml")],
            cwd=ROOT, stdout=log, stderr=log,
            env={**os.environ, "RASA_TELEMETRY_ENABLED": "false"},
        )  # fmt: skip
    try:
        deadline = time.monotonic() + 180
        while True:
            with contextlib.suppress(OSError), _connected(port):
                break
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit((folder / "rasa.log").read_text()[-2000:])
            time.sleep(0.2)
        yield port
    finally:
        process.terminate()
        process.wait(30)


@contextlib.contextmanager
def _connected(port: int) -> Iterator[None]:
    import socket

    with socket.create_connection(("127.0.0.1", port), 1):
        yield


def memory(stack: Stack) -> list[tuple[str, float]]:
    """Resident and, of it, private memory of every process, in MiB."""
    rows = []
    for process in [
        psutil.Process(stack.process.pid),
        *psutil.Process(stack.process.pid).children(True),
    ]:
        command = " ".join(process.cmdline())
        name = next(
            (n for n in ("bot.rasa.launcher", "bot.cli serve", "bot.cli up") if n in command),
            "other",
        )
        rows.append((name, process.memory_full_info().uss / 2**20))
    return rows


def table(figures: list[Figures]) -> Iterator[str]:
    """The comparison as a Markdown table; ratios are against the last row."""
    peer = figures[-1]
    yield (
        "| | "
        + " | ".join(f"turn {m}: median / p95 ms" for m in MARKS)
        + " | 200th to 1st | turns/s at 16 |"
    )
    yield "|---|" + "---|" * (len(MARKS) + 2)
    for row in figures:
        cells = []
        for mark in MARKS:
            median = statistics.median(row.by_turn[mark])
            ratio = median / statistics.median(peer.by_turn[mark])
            cells.append(f"{median:.1f} / {p95(row.by_turn[mark]):.1f} (x{ratio:.2f})")
        growth = statistics.median(row.by_turn[MARKS[-1]]) / statistics.median(
            row.by_turn[MARKS[0]]
        )
        yield (
            f"| {row.name} | "
            + " | ".join(cells)
            + f" | x{growth:.2f} | {row.rate:.0f} (x{row.rate / peer.rate:.2f}) |"
        )


async def run(conversations: int) -> None:
    """Measures everything and prints it."""
    with tempfile.TemporaryDirectory() as name, postgres() as database:
        folder = Path(name)
        sides = {"sqlite": {}, "postgresql": {"KREISLOTSE_DATABASE_URL": f"{database}/postgres"}}
        figures, used, ready = [], [], {}
        timeout = aiohttp.ClientTimeout(total=None)
        connector = aiohttp.TCPConnector(limit=0)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as http:
            for kind, extra in sides.items():
                data = folder / kind
                data.mkdir()
                stack = Stack(data, extra)
                begun = time.perf_counter()
                stack.start()
                ready[kind] = time.perf_counter() - begun
                try:
                    figures.append(
                        await measure(ours(f"Kreislotse, {kind}", stack, http), conversations)
                    )
                    used.append((kind, memory(stack)))
                finally:
                    stack.stop()
            with bare_rasa(stack, folder) as port:
                figures.append(await measure(bare(port, http), conversations))
    print("\n".join(table(figures)))
    print(
        "\nprivate memory, MiB: "
        + "; ".join(
            f"{kind}: " + ", ".join(f"{n} {mib:.0f}" for n, mib in rows) for kind, rows in used
        )
    )
    print("`kreislotse up` to ready, s: " + ", ".join(f"{k} {s:.1f}" for k, s in ready.items()))
    print("\n" + "\n".join(await translation.table()))
    print("\n" + "\n".join(await handover.table()))
    print("\n" + "\n".join(await phone.table()))
    print("\n" + "\n".join(await phone_load.table()))
    print("\n" + "\n".join(await asyncio.to_thread(planning.table)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, default=3, help="long ones per side")
    asyncio.run(run(parser.parse_args().conversations))
    sys.exit()
