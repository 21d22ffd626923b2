"""Everything around one call: the PBX, the gateway, the caller's and the person's telephone."""

import asyncio
import contextlib
import json
import shutil
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2 as httpx
import numpy as np

from tests.pbx.asterisk import Asterisk
from tests.pbx.processes import Program
from tests.pbx.sound import Sound, read_wav
from tests.pbx.telephone import Telephone
from tests.support.servers import free_port, free_ports

SILENCE = np.zeros(8_000 * 60, np.float32)


@dataclass(frozen=True)
class Ports:
    """Where everything listens."""

    sip: int = field(default_factory=lambda: free_port())
    person: int = field(default_factory=lambda: free_port())
    rtp: range = field(default_factory=lambda: free_ports(100))
    http: int = field(default_factory=lambda: free_port())
    audio: int = field(default_factory=lambda: free_port())


class Gateway:
    """The stand-in for the voice gateway, as a process that can be killed."""

    def __init__(self, folder: Path, ports: Ports, sounds: Path) -> None:
        self._ports = ports
        self._folder = folder / "gateway"
        shutil.copytree(sounds, self._folder)
        self.program: Program | None = None

    async def start(self, scenario: str) -> None:
        words = [sys.executable, "-m", "tests.pbx.stand_in", scenario, str(self._ports.http)]
        self.program = Program([*words, str(self._ports.audio), self._folder], self._folder / "log")
        await self.program.start()
        async with asyncio.timeout(20), httpx.AsyncClient() as client:
            while True:
                assert self.program.runs, self.program.log
                with contextlib.suppress(httpx.HTTPError):
                    if (await client.get(self._url("/healthz"))).status_code == 200:
                        return
                await asyncio.sleep(0.05)

    @property
    def events(self) -> list[dict[str, Any]]:
        """What it noted."""
        path = self._folder / "events.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event for event in self.events if event["kind"] == kind]

    async def state(self) -> dict[str, int]:
        async with httpx.AsyncClient() as client:
            told: dict[str, int] = (await client.get(self._url("/state"))).json()
        return told

    def _url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._ports.http}{path}"


@dataclass(frozen=True)
class Scene:
    """See the module."""

    chroot: Path
    folder: Path
    announcements: Path
    pbx: Asterisk
    ports: Ports
    gateway: Gateway
    stack: contextlib.AsyncExitStack

    async def start_gateway(self, scenario: str) -> None:
        await self.gateway.start(scenario)
        assert self.gateway.program is not None
        self.stack.push_async_callback(self.gateway.program.end)

    async def caller(self, says: Sound = SILENCE, codec: str = "PCMA") -> Telephone:
        """The citizen's telephone."""
        return await self._telephone(
            "caller", free_port(), ("03023125999",), says, answers=False, codec=codec
        )

    async def person(self, says: Sound = SILENCE, *, answers: bool = True) -> Telephone:
        """The telephone of the county's people: the switchboard and a caseworker."""
        return await self._telephone(
            "person", self.ports.person, ("100", "110", "200"), says, answers=answers
        )

    async def call(self, caller: Telephone, number: str = "115") -> None:
        await caller.call(f"sip:{number}@127.0.0.1:{self.ports.sip}")

    def announcement(self, name: str, language: str = "de") -> Sound:
        """A recording of the shipped dialplan."""
        return read_wav(self.announcements / language / f"{name}.wav")

    def saying(self, name: str) -> Sound:
        """Something that the stand-in says."""
        raw = np.frombuffer((self.folder / f"gateway/{name}-8000.raw").read_bytes(), "<i2")
        return raw.astype(np.float32) / 32768

    async def nothing_left(self) -> None:
        """Waits until the PBX has no channel, and the gateway no line or task, of any call."""
        async with asyncio.timeout(5):
            while await self.pbx.channels():
                await asyncio.sleep(0.05)
        if self.gateway.program and self.gateway.program.runs:
            async with asyncio.timeout(5):
                while await self.gateway.state() != {"lines": 0, "tasks": 0}:
                    await asyncio.sleep(0.05)

    async def heard_by(self, caller: Telephone) -> Sound:
        """What a caller heard whose call is over, once nothing of it is left."""
        await self.nothing_left()
        await caller.end()
        return caller.heard

    async def _telephone(
        self, name: str, port: int, numbers: tuple[str, ...], says: Sound, *, answers: bool,
        codec: str = "PCMA",
    ) -> Telephone:  # fmt: skip
        telephone = Telephone(
            self.chroot, self.folder / name, sip_port=port, control_port=free_port(),
            rtp=free_ports(20), numbers=numbers, says=says, answers=answers, codec=codec,
        )  # fmt: skip
        self.stack.push_async_callback(telephone.end)
        await telephone.start()
        return telephone
