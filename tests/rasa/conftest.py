"""A trained model and a running Rasa server, made once for all tests of the Rasa side.

The model is the one that set-up trains, whose stamp tells whether anything has changed since.
"""

import contextlib
import json
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
import pytest_asyncio

from bot.setup import model as trained
from bot.setup.checkout import only_builder

ROOT = Path(__file__).resolve().parents[2]
START_TIMEOUT_S = 120

State = dict[str, Any]
Reply = dict[str, Any]


def rasa_python() -> str:
    """The Python of Rasa's environment."""
    return os.environ.get("KREISLOTSE_RASA_PYTHON", str(ROOT / ".venv-rasa" / "bin" / "python"))


def launcher(*arguments: str) -> list[str]:
    """The command line of the launcher."""
    return [rasa_python(), "-m", "bot.rasa.launcher", *arguments]


@dataclass(frozen=True)
class RasaServer:
    """A running server, and the file that its output goes to."""

    url: str
    log: Path

    @property
    def said(self) -> str:
        """Everything that the server has written so far."""
        return self.log.read_text(encoding="utf-8")


@dataclass
class Dialogue:
    """A conversation as the gateway has one: the state goes along with each turn."""

    http: aiohttp.ClientSession
    url: str
    state: State | None = None
    last: Reply = field(default_factory=dict)

    async def say(self, text: str) -> list[dict[str, Any]]:
        """The acts in answer to `text`."""
        return await self._turn(text=text)

    async def press(self, payload: str, title: str = "Knopf") -> list[dict[str, Any]]:
        """The acts in answer to a button."""
        return await self._turn(text=title, payload=payload)

    async def post(self, **body: Any) -> tuple[int, Reply]:
        """Status and body of the answer to any request."""
        async with self.http.post(f"{self.url}webhook", json=body) as response:
            return response.status, await response.json()

    async def held(self) -> int:
        """How many dialogues Rasa holds at this moment."""
        async with self.http.get(self.url) as response:
            return int((await response.json())["dialogues"])

    async def _turn(self, **body: Any) -> list[dict[str, Any]]:
        status, reply = await self.post(**body, language="de", state=self.state)
        assert status == 200, reply
        self.last, self.state = reply, reply["state"]
        acts: list[dict[str, Any]] = reply["acts"]
        return acts


@pytest.fixture(scope="session")
def model() -> Path:
    """The model trained from the working tree."""
    with only_builder():
        trained.train()
    return trained.MODEL


@pytest.fixture(scope="session")
def server(model: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RasaServer]:
    """The server as it is started for citizens."""
    port = free_port()
    log = tmp_path_factory.mktemp("rasa") / "server.log"
    with running(launcher("serve", "--port", str(port), "--model", str(model)), port, log) as it:
        yield it


@pytest_asyncio.fixture
async def dialogue(server: RasaServer) -> AsyncIterator[Dialogue]:
    """A conversation that has not begun."""
    async with aiohttp.ClientSession() as http:
        yield Dialogue(http, server.url)


@contextlib.contextmanager
def running(command: list[str], port: int, log: Path) -> Iterator[RasaServer]:
    """Runs a server from `command` until the block ends."""
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=subprocess.STDOUT)
    try:
        url = f"http://127.0.0.1:{port}/webhooks/kreislotse/"
        _wait_for(url, process, log)
        yield RasaServer(url, log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def free_port() -> int:
    """A port that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), urllib.request.urlopen(url, timeout=5) as response:
            if json.load(response)["status"] == "ok":
                return
        time.sleep(0.2)
    raise RuntimeError(f"Rasa did not start:\n{log.read_text(encoding='utf-8')}")
