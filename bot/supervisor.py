"""Keeps the processes of one machine running: starts, restarts and stops them together.

    rasa = ChildSpec("rasa", [python, "-m", "bot.rasa.launcher", "serve"], ready=http_ready(url))
    status = await Supervisor([rasa, gateway], on_ready=print_addresses).run()

All children stay in the supervisor's process group, and the kernel ends them should the
supervisor itself be killed, so that nothing is ever left behind to hold a port.
"""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp

EXIT_CONFIG = 78
"""What a child exits with when starting it again cannot help (`EX_CONFIG` of sysexits.h)."""

PROBE_PAUSE_S = 0.2
LAST_OUTPUT_S = 1.0
READ_BYTES = 65_536

_BECOME_CHILD = f"""
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG
if os.getppid() != int(sys.argv[1]):
    sys.exit()  # the supervisor died before the line above could take effect
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])
try:
    os.execvp(sys.argv[2], sys.argv[2:])
except OSError as problem:
    print("cannot start", sys.argv[2] + ":", problem.strerror, flush=True)
    sys.exit({EXIT_CONFIG})
"""
"""Runs between fork and exec, in an interpreter of its own, because Python code in a forked copy
of a process with threads can deadlock.

Ctrl-C reaches the whole process group at once. The children do not see it: the supervisor alone
decides in which order they end, and none is restarted by mistake.
"""

Probe = Callable[[], Awaitable[bool]]


@dataclass(frozen=True)
class ChildSpec:
    """One process to keep running.

    `env` is added to the supervisor's own environment. Without `ready` the child counts as ready
    once it runs; with it, a child that is not ready after `ready_timeout_s` is started anew.
    """

    name: str
    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    ready: Probe | None = None
    ready_timeout_s: float = 120.0
    stop_timeout_s: float = 10.0


@dataclass(frozen=True)
class Restarts:
    """How long to wait before a dead child is started again: doubled each time, up to `most_s`.

    A child that ran for `healthy_s` begins anew with `first_s`.
    """

    first_s: float = 1.0
    most_s: float = 30.0
    healthy_s: float = 60.0

    def pause_s(self, failures: int) -> float:
        """The pause after so many failures in a row before this one."""
        return float(min(self.first_s * 2.0 ** min(failures, 30), self.most_s))


def http_ready(url: str) -> Probe:
    """A probe: does `url` answer with a status below 400?"""

    async def probe() -> bool:
        try:
            timeout = aiohttp.ClientTimeout(total=2)
            async with aiohttp.ClientSession(timeout=timeout) as http, http.get(url) as answer:
                return answer.ok
        except (aiohttp.ClientError, TimeoutError, OSError):
            return False

    return probe


def print_line(name: str, line: str) -> None:
    """Show a child's line with its name before it."""
    try:
        print(f"{name:>10} | {line}", flush=True)
    except BrokenPipeError:
        # Whoever read our output is gone; that is no reason to stop serving.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


class Supervisor:
    """Runs `children` until a signal or `stop`, then stops them, the last one first."""

    def __init__(
        self,
        children: Sequence[ChildSpec],
        *,
        on_ready: Callable[[], None] = lambda: None,
        on_line: Callable[[str, str], None] = print_line,
        restarts: Restarts | None = None,
    ) -> None:
        self._on_ready = on_ready
        self._on_line = on_line
        self._children = [
            _Child(spec, on_line, restarts or Restarts(), self._give_up) for spec in children
        ]
        self._stopping = asyncio.Event()
        self._status = 0

    @property
    def pids(self) -> dict[str, int]:
        """The processes that run now, by the names of their children."""
        return {child.spec.name: child.pid for child in self._children if child.pid is not None}

    async def run(self) -> int:
        """Serve until asked to stop; the exit status: 0, or 78 when a child cannot be started."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            loop.add_signal_handler(number, self.stop)
        # `make run` holds Ctrl-C back until here, where it can be acted on.
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])
        lives = [asyncio.create_task(child.live()) for child in self._children]
        for life in lives:
            # A life ends only by a fault of this module, which must not pass unseen.
            life.add_done_callback(lambda _: self._stopping.set())
        announcement = asyncio.create_task(self._announce())
        try:
            await self._stopping.wait()
        finally:
            announcement.cancel()
            for life in reversed(lives):
                life.cancel()
                await asyncio.wait([life])
        for life in lives:
            if not life.cancelled():
                life.result()
        return self._status

    def stop(self) -> None:
        """End all children; asked a second time, end them at once."""
        if self._stopping.is_set():
            for child in self._children:
                child.kill()
        self._stopping.set()

    def _give_up(self, name: str) -> None:
        self._on_line(name, "cannot run like this; stopping everything")
        self._status = EXIT_CONFIG
        self._stopping.set()

    async def _announce(self) -> None:
        await asyncio.gather(*(child.ready.wait() for child in self._children))
        self._on_ready()


class _Child:
    """The life of one child: start, wait, pause, start again."""

    def __init__(
        self,
        spec: ChildSpec,
        on_line: Callable[[str, str], None],
        restarts: Restarts,
        give_up: Callable[[str], None],
    ) -> None:
        self.spec = spec
        self.ready = asyncio.Event()
        self._on_line = on_line
        self._restarts = restarts
        self._give_up = give_up
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int | None:
        running = self._process is not None and self._process.returncode is None
        return self._process.pid if self._process and running else None

    def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()

    async def live(self) -> None:
        """Keep the process running until this task is cancelled, which ends the process."""
        clock = asyncio.get_running_loop().time
        failures = 0
        while True:
            started = clock()
            code = await self._run_once()
            lived_s = clock() - started
            if code == EXIT_CONFIG:
                self._give_up(self.spec.name)
                await asyncio.Event().wait()
            failures = 0 if lived_s >= self._restarts.healthy_s else failures
            pause_s = self._restarts.pause_s(failures)
            failures += 1
            self._tell(f"ended {_how(code)} after {lived_s:.0f} s; again in {pause_s:g} s")
            await asyncio.sleep(pause_s)

    async def _run_once(self) -> int:
        # A pipe of our own: with asyncio's, a dead child would not count as dead for as long as
        # a grandchild holds the other end open.
        reading, writing = os.pipe()
        output = asyncio.create_task(self._forward(reading))
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", "-S", "-c", _BECOME_CHILD, str(os.getpid())),
                *self.spec.argv,
                env={**os.environ, "PYTHONUNBUFFERED": "1", **self.spec.env},
                cwd=self.spec.cwd,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
            )
        finally:
            os.close(writing)
        self._process = process
        readiness = asyncio.create_task(self._watch_start(process))
        try:
            return await process.wait()
        finally:
            readiness.cancel()
            await self._end(process)
            await asyncio.wait([output], timeout=LAST_OUTPUT_S)
            output.cancel()

    async def _watch_start(self, process: asyncio.subprocess.Process) -> None:
        """Note when the child is ready; one that never gets there is ended, and so restarted."""
        try:
            async with asyncio.timeout(self.spec.ready_timeout_s):
                # The child cannot call us, so there is no event to wait for.
                while self.spec.ready is not None and not await self.spec.ready():
                    await asyncio.sleep(PROBE_PAUSE_S)
            self.ready.set()
        except TimeoutError:
            self._tell(f"not ready after {self.spec.ready_timeout_s:g} s")
            await self._end(process)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.returncode is not None:
            return
        try:
            process.terminate()
            async with asyncio.timeout(self.spec.stop_timeout_s):
                await process.wait()
        except ProcessLookupError:
            return
        except TimeoutError:
            self._tell(f"did not stop within {self.spec.stop_timeout_s:g} s; killing it")
            process.kill()
            await process.wait()

    async def _forward(self, reading: int) -> None:
        """Pass the child's output on by lines; a line of any length cannot stall the child."""
        stream = asyncio.StreamReader()
        transport, _ = await asyncio.get_running_loop().connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(stream), os.fdopen(reading, "rb", 0)
        )
        rest = b""
        try:
            while chunk := await stream.read(READ_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                if len(rest) > READ_BYTES:
                    lines, rest = [*lines, rest], b""
                for line in lines:
                    self._tell(line.decode(errors="replace").rstrip("\r"))
            if rest:
                self._tell(rest.decode(errors="replace"))
        finally:
            transport.close()

    def _tell(self, line: str) -> None:
        self._on_line(self.spec.name, line)


def _how(code: int) -> str:
    return f"with status {code}" if code >= 0 else f"by {signal.Signals(-code).name}"
