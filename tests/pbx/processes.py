"""Programs that the tests start: each is ended by its own id, and its last words are kept."""

import asyncio
import os
import signal
from collections.abc import Sequence
from pathlib import Path

END_S = 5.0


class Program:
    """One program, its output in a file."""

    def __init__(self, words: Sequence[str | Path], log: Path, env: dict[str, str] | None = None):
        self._words = [str(word) for word in words]
        self._log = log
        self._env = {**os.environ, **(env or {})}
        self._process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        with self._log.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *self._words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=self._env,
            )

    @property
    def runs(self) -> bool:
        return self._process is not None and self._process.returncode is None

    @property
    def log(self) -> str:
        return self._log.read_text(errors="replace") if self._log.exists() else ""

    def send(self, number: signal.Signals) -> None:
        assert self._process is not None
        self._process.send_signal(number)

    async def run_to_end(self) -> None:
        """For a program that ends by itself, and well."""
        await self.start()
        assert self._process is not None
        assert await self._process.wait() == 0, self.log

    async def end(self) -> None:
        if not self.runs:
            return
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)
        self._process.terminate()
        try:
            async with asyncio.timeout(END_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
