"""The supervisor restarts what dies, stops in order, and leaves nothing behind."""

import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bot.supervisor import EXIT_CONFIG, ChildSpec, Restarts, Supervisor, print_line

QUICK = Restarts(first_s=0.05, most_s=0.2, healthy_s=60)
PATIENCE_S = 10.0

SLEEPER = "import os, time; print('pid', os.getpid(), flush=True); time.sleep(600)"
STUBBORN = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
POLITE = """
import os, signal, sys, time
def leave(*_):
    print("goodbye", flush=True)
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
print("pid", os.getpid(), flush=True)
time.sleep(600)
"""


def child(name: str, code: str, **more: object) -> ChildSpec:
    return ChildSpec(name, (sys.executable, "-c", code), **more)  # type: ignore[arg-type]


@dataclass
class Lines:
    """What the children wrote."""

    all: list[tuple[str, str]] = field(default_factory=list)

    def __call__(self, name: str, line: str) -> None:
        self.all.append((name, line))

    def pids(self) -> list[int]:
        return [int(line.split()[1]) for _, line in self.all if line.startswith("pid ")]

    def said(self, part: str) -> bool:
        return any(part in line for _, line in self.all)


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not condition():
            await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    """Whether a process is dead, be it that nobody has collected it yet."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return True
    return state == "Z"


async def scenario(
    specs: list[ChildSpec],
    story: Callable[[Supervisor, Lines], object],
    restarts: Restarts = QUICK,
) -> tuple[int, Lines]:
    """Run a supervisor over `specs` while `story` happens to it."""
    lines = Lines()
    supervisor = Supervisor(specs, on_line=lines, restarts=restarts)
    running = asyncio.create_task(supervisor.run())
    try:
        await story(supervisor, lines)  # type: ignore[misc]
    finally:
        supervisor.stop()
        status = await asyncio.wait_for(running, PATIENCE_S)
    return status, lines


def test_a_killed_child_is_started_again() -> None:
    async def story(supervisor: Supervisor, lines: Lines) -> None:
        await until(lambda: len(lines.pids()) == 1)
        os.kill(lines.pids()[0], signal.SIGKILL)
        await until(lambda: len(lines.pids()) == 2)
        assert supervisor.pids == {"sleeper": lines.pids()[1]}

    status, lines = asyncio.run(scenario([child("sleeper", SLEEPER)], story))
    assert status == 0
    [told] = [line for _, line in lines.all if "ended by SIGKILL" in line]
    assert re.search(r"ended by SIGKILL after \d+ s; again in 0.05 s", told)
    assert all(gone(pid) for pid in lines.pids())


def test_pauses_double_up_to_the_most_and_shrink_after_health() -> None:
    pauses = Restarts()
    assert [pauses.pause_s(n) for n in range(7)] == [1, 2, 4, 8, 16, 30, 30]

    async def story(_: Supervisor, lines: Lines) -> None:
        await until(lambda: sum("again" in line for _, line in lines.all) == 3)

    crash = child("crash", "import sys; sys.exit(3)")
    _, lines = asyncio.run(scenario([crash], story))
    said = [line.rsplit("; ")[1] for _, line in lines.all if "again" in line]
    assert said[:3] == ["again in 0.05 s", "again in 0.1 s", "again in 0.2 s"]
    healthy = Restarts(first_s=0.05, most_s=0.2, healthy_s=0)
    _, lines = asyncio.run(scenario([crash], story, healthy))
    assert {line.rsplit("; ")[1] for _, line in lines.all if "again" in line} == {"again in 0.05 s"}


def test_children_stop_by_request_and_the_last_one_first() -> None:
    async def story(_: Supervisor, lines: Lines) -> None:
        await until(lambda: len(lines.pids()) == 2)

    status, lines = asyncio.run(scenario([child("rasa", POLITE), child("gateway", POLITE)], story))
    assert status == 0
    assert [name for name, line in lines.all if line == "goodbye"] == ["gateway", "rasa"]


def test_a_child_that_does_not_stop_is_killed_after_its_time() -> None:
    async def story(_: Supervisor, lines: Lines) -> None:
        await until(lines.pids)

    started = time.monotonic()
    _, lines = asyncio.run(scenario([child("deaf", STUBBORN, stop_timeout_s=0.3)], story))
    assert time.monotonic() - started < 5
    assert lines.said("did not stop within 0.3 s")
    assert gone(lines.pids()[0])


def test_a_second_request_ends_everything_at_once() -> None:
    async def story(supervisor: Supervisor, lines: Lines) -> None:
        await until(lines.pids)
        supervisor.stop()
        await asyncio.sleep(0.1)

    started = time.monotonic()
    _, lines = asyncio.run(scenario([child("deaf", STUBBORN, stop_timeout_s=60)], story))
    assert time.monotonic() - started < 5
    assert gone(lines.pids()[0])


def test_readiness_is_announced_once_when_all_are_ready(tmp_path: Path) -> None:
    announced: list[float] = []
    flag = tmp_path / "ready"

    async def ready() -> bool:
        return flag.exists()

    async def run() -> None:
        supervisor = Supervisor(
            [child("slow", SLEEPER, ready=ready), child("quick", SLEEPER)],
            on_ready=lambda: announced.append(time.monotonic()),
            on_line=Lines(),
        )
        running = asyncio.create_task(supervisor.run())
        await asyncio.sleep(0.3)
        assert not announced
        flag.touch()
        await until(lambda: announced)
        supervisor.stop()
        await running

    asyncio.run(run())
    assert len(announced) == 1


def test_a_child_that_never_gets_ready_is_started_anew() -> None:
    async def never() -> bool:
        return False

    async def story(_: Supervisor, lines: Lines) -> None:
        await until(lambda: sum("not ready after 0.5 s" in line for _, line in lines.all) >= 2)

    hung = child("hung", SLEEPER, ready=never, ready_timeout_s=0.5)
    _, lines = asyncio.run(scenario([hung], story))
    assert all(gone(pid) for pid in lines.pids())


@pytest.mark.parametrize(
    "argv", [("/nowhere/to/be/found",), (sys.executable, "-c", f"exit({EXIT_CONFIG})")]
)
def test_what_cannot_be_started_stops_everything(argv: tuple[str, ...]) -> None:
    async def run() -> tuple[int, Lines]:
        lines = Lines()
        specs = [child("fine", SLEEPER), ChildSpec("wrong", argv)]
        supervisor = Supervisor(specs, on_line=lines, restarts=QUICK)
        return await asyncio.wait_for(supervisor.run(), PATIENCE_S), lines

    status, lines = asyncio.run(run())
    assert status == EXIT_CONFIG
    assert all(gone(pid) for pid in lines.pids())


def test_a_grandchild_that_holds_the_output_delays_nothing() -> None:
    """A dead child is seen as dead although somebody still holds its pipe."""
    code = (
        "import os, subprocess, sys, time;"
        "p = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(30)']);"
        "print('pid', os.getpid(), flush=True); print('grandchild', p.pid, flush=True);"
        "time.sleep(600)"
    )

    async def story(_: Supervisor, lines: Lines) -> None:
        await until(lambda: lines.said("grandchild"))
        os.kill(lines.pids()[0], signal.SIGKILL)
        await until(lambda: len(lines.pids()) == 2)

    lines = Lines()
    try:
        _, lines = asyncio.run(scenario([child("parent", code)], story))
    finally:
        for _, line in lines.all:
            if line.startswith("grandchild"):
                with contextlib.suppress(ProcessLookupError):
                    os.kill(int(line.split()[1]), signal.SIGKILL)


def test_long_and_broken_output_gets_through() -> None:
    code = (
        "import sys, time;"
        "sys.stdout.buffer.write(b'x' * 300_000 + b'\\n\\xff\\xfe\\nlast');"
        "sys.stdout.flush(); time.sleep(600)"
    )

    async def story(_: Supervisor, lines: Lines) -> None:
        await until(lambda: lines.said("\ufffd\ufffd"))

    _, lines = asyncio.run(scenario([child("loud", code)], story))
    assert sum(line.count("x") for _, line in lines.all) == 300_000
    assert lines.said("last")


def test_children_get_their_own_variables_and_folder(tmp_path: Path) -> None:
    code = (
        "import os, time;"
        "print(os.environ['PLACE'], os.getcwd(), flush=True);"
        "print('pid', os.getpid(), flush=True); time.sleep(600)"
    )

    async def story(_: Supervisor, lines: Lines) -> None:
        await until(lines.pids)

    _, lines = asyncio.run(
        scenario([child("env", code, env={"PLACE": "here"}, cwd=tmp_path)], story)
    )
    assert lines.said(f"here {tmp_path}")


ALONE = f"""
import asyncio, sys
from bot.supervisor import ChildSpec, Supervisor
specs = [ChildSpec(name, (sys.executable, "-c", {SLEEPER!r})) for name in ("one", "two")]
sys.exit(asyncio.run(Supervisor(specs, on_ready=lambda: print("ready", flush=True)).run()))
"""


@pytest.fixture
def alone() -> Iterator[tuple[subprocess.Popen[str], list[int]]]:
    """A supervisor in a process group of its own, as `make run` has it, and its children."""
    process = subprocess.Popen(
        [sys.executable, "-c", ALONE],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    pids: list[int] = []
    while len(pids) < 2:
        line = process.stdout.readline()
        assert line, "the supervisor ended"
        if "pid" in line:
            pids.append(int(line.split()[-1]))
    yield process, pids
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_ctrl_c_ends_the_whole_group_cleanly(
    alone: tuple[subprocess.Popen[str], list[int]], number: signal.Signals
) -> None:
    process, pids = alone
    if number == signal.SIGINT:
        os.killpg(process.pid, number)
    else:
        process.send_signal(number)
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0
    assert "Traceback" not in output
    assert "again in" not in output
    assert all(gone(pid) for pid in pids)


def test_no_child_outlives_a_killed_supervisor(
    alone: tuple[subprocess.Popen[str], list[int]],
) -> None:
    process, pids = alone
    assert all(os.getpgid(pid) == process.pid for pid in pids)
    process.kill()
    asyncio.run(until(lambda: all(gone(pid) for pid in pids)))


def test_lines_carry_the_name_of_their_child(capsys: pytest.CaptureFixture[str]) -> None:
    print_line("rasa", "up")
    assert capsys.readouterr().out == "      rasa | up\n"
