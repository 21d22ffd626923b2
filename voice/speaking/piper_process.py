"""One Piper process, as the event loop sees it."""

import asyncio
import sys
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from voice.audio import as_floats
from voice.speaking.piper_protocol import Answer, Ready, Request, Start
from voice.speaking.voice import Sound, VoiceFailed

_LARGEST = 64_000_000
"""Bytes; more than any sentence has is nonsense on the pipe."""


class PiperProcess:
    """A running process with its voices loaded; one request at a time."""

    def __init__(
        self,
        process: asyncio.subprocess.Process,
        requests: asyncio.StreamWriter,
        answers: asyncio.StreamReader,
    ) -> None:
        self._process = process
        self._requests = requests
        self._answers = answers

    @classmethod
    async def start(
        cls, voices: Mapping[str, Path], threads: int, timeout_s: float
    ) -> "PiperProcess":
        """Starts a process and waits until it can speak.

        Raises:
            VoiceFailed: It died, or was not ready in time.
        """
        start = Start(voices={code: str(path) for code, path in voices.items()}, threads=threads)
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "voice.speaking.piper_worker", start.model_dump_json(),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            # an interrupt at the terminal is for us alone; we end it
            start_new_session=True,
        )  # fmt: skip
        if process.stdin is None or process.stdout is None:
            raise VoiceFailed("Piper has no pipes")
        started = cls(process, process.stdin, process.stdout)
        try:
            async with asyncio.timeout(timeout_s):
                Ready.model_validate_json(await process.stdout.readline())
        except (TimeoutError, ValueError):
            await started.end()
            raise VoiceFailed("Piper did not start") from None
        except asyncio.CancelledError:
            await started.end()
            raise
        return started

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it runs, as far as we know."""
        return self._process.returncode is None

    async def say(self, request: Request) -> Sound:
        """One sentence.

        Raises:
            VoiceFailed: The voice could not; or the process is gone, and then it is not `alive`.
        """
        try:
            answer, samples = await self._exchange(request)
        except (OSError, EOFError, ValueError):
            await self.end()
            raise VoiceFailed("Piper is gone") from None
        if answer.failure:
            raise VoiceFailed(f"Piper could not ({answer.failure})")
        return Sound(as_floats(samples), answer.rate)

    def kill(self) -> None:
        """Ends it at once; whoever waits for its answer is told that it is gone."""
        with suppress(ProcessLookupError):
            self._process.kill()

    async def end(self) -> None:
        """Ends it and waits until it is gone."""
        self.kill()
        self._requests.close()
        await self._process.wait()

    async def _exchange(self, request: Request) -> tuple[Answer, bytes]:
        self._requests.write(request.encoded())
        await self._requests.drain()
        answer = Answer.model_validate_json(await self._answers.readline())
        if answer.size > _LARGEST:
            raise ValueError("not an answer")
        return answer, await self._answers.readexactly(answer.size)
