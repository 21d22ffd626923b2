"""The voice that speaks with Piper: some processes, a bounded queue, a deadline, replacements."""

import asyncio
from collections.abc import Coroutine, Mapping
from typing import Any, TypeVar

import structlog

from voice.speaking import metrics
from voice.speaking.piper_files import PiperFile
from voice.speaking.piper_process import PiperProcess
from voice.speaking.piper_protocol import Request
from voice.speaking.voice import Sound, VoiceFailed
from voice.speech import Pace

log = structlog.get_logger()
_Result = TypeVar("_Result")

_STRETCH = {Pace.NORMAL: 1.0, Pace.SLOW: 1.35}
_START_S = 60.0
"""Longest that a process may take to load its voices; a large one from a slow disk takes 10 s."""
_LONGEST_REST_S = 60.0


class Piper:
    """Speaks the languages for which a Piper voice is installed.

    A sentence waits for a process for which at most `queue` others wait.  A process that is late
    is killed and replaced, because nothing else stops it; so is one that died.  While none runs
    every sentence fails at once, so that the stand-in speaks without a pause.
    """

    kind = "piper"

    def __init__(
        self,
        voices: Mapping[str, PiperFile],
        workers: int,
        queue: int,
        timeout_s: float,
        threads: int = 1,
    ) -> None:
        self._voices = dict(voices)
        self._workers = workers
        self._queue = queue
        self._timeout_s = timeout_s
        self._threads = threads
        self._names = {code: voice.fingerprint for code, voice in self._voices.items()}
        self._idle: asyncio.Queue[PiperProcess] = asyncio.Queue()
        self._running: set[PiperProcess] = set()
        self._waiting = 0
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def languages(self) -> frozenset[str]:
        """The codes of the installed voices."""
        return frozenset(self._voices)

    @property
    def processes(self) -> tuple[int, ...]:
        """The ids of the processes that can speak."""
        return tuple(process.pid for process in self._running)

    def name(self, language: str) -> str:
        """The voice's fingerprint."""
        return self._names[language]

    async def start(self) -> None:
        """Starts the processes; returns when each can speak or has failed for the first time."""
        if not self._voices:
            return
        firsts = [asyncio.Event() for _ in range(self._workers)]
        for first in firsts:
            self._spawn(self._keep_starting(first))
        for first in firsts:
            await first.wait()

    async def close(self) -> None:
        """Ends every process and everything that waits for one."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for process in self._running:
            await process.end()
        self._running.clear()

    async def say(self, text: str, language: str, pace: Pace) -> Sound:
        """One sentence.

        Raises:
            VoiceFailed: No process runs, too many sentences wait, or the deadline passed.
        """
        request = Request(text=text, language=language, stretch=_STRETCH[pace])
        deadline = asyncio.get_running_loop().time() + self._timeout_s
        process = await self._free_process(deadline)
        # not cancelled with the caller: an answer that nobody reads would be taken for the next
        work = self._spawn(self._work(process, request))
        try:
            async with asyncio.timeout_at(deadline):
                return await asyncio.shield(work)
        except TimeoutError:
            process.kill()
            raise VoiceFailed("Piper was late") from None

    async def _free_process(self, deadline: float) -> PiperProcess:
        if not self._running:
            raise VoiceFailed("no Piper process runs")
        if self._idle.empty() and self._waiting >= self._queue:
            raise VoiceFailed("too many sentences wait")
        self._waiting += 1
        try:
            async with asyncio.timeout_at(deadline):
                return await self._idle.get()
        except TimeoutError:
            raise VoiceFailed("no Piper process got free") from None
        finally:
            self._waiting -= 1

    async def _work(self, process: PiperProcess, request: Request) -> Sound:
        try:
            return await process.say(request)
        finally:
            if process.alive:
                self._idle.put_nowait(process)
            else:
                self._running.discard(process)
                metrics.REPLACED.inc()
                self._spawn(self._keep_starting(asyncio.Event()))

    async def _keep_starting(self, tried: asyncio.Event) -> None:
        """Starts one process, however long that takes."""
        rest_s = 1.0
        paths = {code: voice.path for code, voice in self._voices.items()}
        while True:
            try:
                process = await PiperProcess.start(paths, self._threads, _START_S)
                break
            except (VoiceFailed, OSError) as error:
                log.warning("Piper does not start", reason=type(error).__name__, rest_s=rest_s)
                tried.set()
                await asyncio.sleep(rest_s)
                rest_s = min(2 * rest_s, _LONGEST_REST_S)
        self._running.add(process)
        self._idle.put_nowait(process)
        tried.set()

    def _spawn(self, work: Coroutine[Any, Any, _Result]) -> "asyncio.Task[_Result]":
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: "asyncio.Task[Any]") -> None:
        self._tasks.discard(task)
        # told here too, for when the caller left before the sentence failed
        if not task.cancelled() and (error := task.exception()):
            log.debug("a sentence failed", reason=type(error).__name__)
