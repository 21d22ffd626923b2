"""A telephone: baresip, which speaks from a file and records what it hears."""

import asyncio
import json
from pathlib import Path
from typing import Any

import numpy as np

from tests.pbx.processes import Program
from tests.pbx.sound import Sound, read_wav, write_wav

ANSWER_S = 5.0
SILENT_S = 120
"""How long a telephone is silent after it said something, until it hangs up."""

MODULES = ("g711", "g722", "aufile", "account", "menu", "ctrl_tcp", "uuid", "stdio")


class Telephone:
    """One baresip; it can call and be called, one call at a time.

    Args:
        folder: A folder of its own within the chroot.
        numbers: The numbers under which it is called; it calls under the first.
        says: What it says, from the moment that a call is answered.
        answers: Whether it answers by itself.
    """

    def __init__(
        self, chroot: Path, folder: Path, *, sip_port: int, control_port: int, rtp: range,
        numbers: tuple[str, ...], says: Sound, answers: bool = False, codec: str = "PCMA",
    ) -> None:  # fmt: skip
        self._folder = folder
        self._control_port = control_port
        self._events: list[dict[str, Any]] = []
        self._news = asyncio.Condition()
        self._reading: asyncio.Task[None] | None = None
        folder.mkdir(parents=True)
        self._inside = inside = f"/{folder.relative_to(chroot)}"
        self._answered_at = 0.0
        modules = next((chroot / "usr/lib").glob("**/baresip/modules"))
        rate = 16_000 if codec == "G722" else 8_000
        config = [
            f"module_path /{modules.relative_to(chroot)}",
            f"sip_listen 127.0.0.1:{sip_port}",
            f"audio_source aufile,{inside}/says.wav",
            f"audio_player aufile,{inside}/hears.wav",
            f"audio_alert aufile,{inside}/alert.wav",
            "audio_channels 1",
            f"ausrc_srate {rate}",
            f"auplay_srate {rate}",
            f"rtp_ports {rtp.start}-{rtp.stop - 1}",
            "net_interface 127.0.0.1",
            "dns_server 127.0.0.1:53",
            f"ctrl_tcp_listen 127.0.0.1:{control_port}",
            *(f"module {name}.so" for name in MODULES),
        ]
        mode = ";answermode=auto" if answers else ""
        accounts = [
            f"<sip:{number}@127.0.0.1:{sip_port}>;regint=0;audio_codecs={codec}"
            f";dtmfmode=rtpevent{mode}"
            for number in numbers
        ]
        (folder / "config").write_text("\n".join(config) + "\n")
        (folder / "accounts").write_text("\n".join(accounts) + "\n")
        (folder / "contacts").write_text("")
        write_wav(folder / "says.wav", says, 8_000)
        words = ["chroot", chroot, "baresip", "-f", inside]
        self.program = Program(words, folder / "log")

    async def start(self) -> None:
        await self.program.start()
        async with asyncio.timeout(ANSWER_S):
            while True:
                assert self.program.runs, self.program.log
                try:
                    reader, self._writer = await asyncio.open_connection(
                        "127.0.0.1", self._control_port
                    )
                except OSError:
                    await asyncio.sleep(0.05)
                else:
                    break
        self._reading = asyncio.create_task(self._read(reader))

    async def call(self, address: str) -> None:
        """Calls and waits until it is answered."""
        self.command("dial", address)
        await self.wait_for("CALL_ESTABLISHED", 10)
        self._answered_at = self._loop_time()

    async def say(self, sound: Sound) -> float:
        """Says something now, then nothing; the second of the call at which it began."""
        path = self._folder / f"says-{self._loop_time():.3f}.wav"
        write_wav(path, np.concatenate([sound, np.zeros(SILENT_S * 8_000, np.float32)]), 8_000)
        self.command("ausrc", f"aufile,{self._inside}/{path.name}")
        return self._loop_time() - self._answered_at

    async def press(self, keys: str) -> None:
        """Presses keys like a person, each for 120 ms."""
        for key in keys:
            self.command("sndcode", key)
            await asyncio.sleep(0.12)
            self.command("sndcode", "\x04")
            await asyncio.sleep(0.12)

    def answer(self) -> None:
        self.command("accept")

    def hang_up(self) -> None:
        """Ends the call, or declines it (busy) while it rings."""
        self.command("hangup")

    def command(self, name: str, words: str = "") -> None:
        message = json.dumps({"command": name, "params": words, "token": "t"})
        self._writer.write(f"{len(message)}:{message},".encode())

    async def wait_for(self, kind: str, seconds: float) -> dict[str, Any]:
        """The first event of a kind, which may have come already."""
        try:
            async with asyncio.timeout(seconds), self._news:
                while True:
                    for event in self._events:
                        if event["type"] == kind:
                            return event
                    await self._news.wait()
        except TimeoutError:
            seen = [event["type"] for event in self._events]
            raise AssertionError(f"no {kind} within {seconds} s, but {seen}") from None

    def saw(self, kind: str) -> bool:
        return any(event["type"] == kind for event in self._events)

    async def end(self) -> None:
        if self._reading:
            self._reading.cancel()
            self._writer.close()
        await self.program.end()

    @property
    def heard(self) -> Sound:
        """What it has recorded; complete once the call is over."""
        return read_wav(self._folder / "hears.wav")

    def _loop_time(self) -> float:
        return asyncio.get_running_loop().time()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            length = int((await reader.readuntil(b":"))[:-1])
            message = json.loads(await reader.readexactly(length))
            await reader.readexactly(1)
            if message.get("event"):
                async with self._news:
                    self._events.append(message)
                    self._news.notify_all()
