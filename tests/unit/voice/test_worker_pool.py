"""Real worker processes with a worker function of the tests: queue, deadlines, deaths."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from voice.recognition.pool import WorkerPool
from voice.transcription import RecogniserBusy, RecogniserLate

Pool = WorkerPool[tuple[str, float], str]
IN_TIME = 60.0


def obedient() -> Callable[[tuple[str, float]], str]:
    def answer(question: tuple[str, float]) -> str:
        what, seconds = question
        time.sleep(seconds)
        if what.startswith("/"):  # a file: its line says that this was begun
            with Path(what).open("a") as file:
                file.write("begun\n")
        if what == "die":
            os._exit(1)
        if what == "fail":
            raise ValueError("the words that were said")
        return what

    return answer


def stillborn(mark: str) -> Callable[[tuple[str, float]], str]:
    """Comes up at the third try only."""
    with Path(mark).open("a") as file:
        file.write("x")
    if len(Path(mark).read_text()) < 3:
        os._exit(1)
    return obedient()


@pytest_asyncio.fixture
async def pool() -> AsyncIterator[Pool]:
    pool: Pool = WorkerPool(obedient, workers=1, waiting=2, stuck_s=5.0)
    pool.start()
    yield pool
    await pool.close()


async def test_answers(pool: Pool) -> None:
    assert await pool.ask(("ja", 0.0), IN_TIME) == "ja"
    assert await pool.ask(("nein", 0.0), IN_TIME) == "nein"
    assert len(pool.pids) == 1


async def test_a_full_queue_refuses_at_once(pool: Pool) -> None:
    await pool.ask(("up", 0.0), IN_TIME)
    asked = [asyncio.create_task(pool.ask(("a", 0.2), IN_TIME)) for _ in range(3)]
    await asyncio.sleep(0)
    with pytest.raises(RecogniserBusy):
        pool.ask(("one too many", 0.0), IN_TIME).send(None)  # without waiting for anything
    assert await asyncio.gather(*asked) == ["a"] * 3
    assert await pool.ask(("there is room again", 0.0), IN_TIME)


async def test_the_deadline_counts_from_the_asking(pool: Pool) -> None:
    await pool.ask(("up", 0.0), IN_TIME)
    slow = asyncio.create_task(pool.ask(("slow", 3.0), IN_TIME))
    await asyncio.sleep(0)  # it comes first
    with pytest.raises(RecogniserLate):
        await pool.ask(("waits", 0.0), 0.3)
    assert not slow.done()
    assert await slow == "slow"


async def test_who_gave_up_while_waiting_is_never_begun(pool: Pool, tmp_path: Path) -> None:
    await pool.ask(("up", 0.0), IN_TIME)
    slow = asyncio.create_task(pool.ask(("slow", 0.6), IN_TIME))
    await asyncio.sleep(0)  # it comes first
    mark = tmp_path / "mark"
    waiting = asyncio.create_task(pool.ask((str(mark), 0.0), IN_TIME))
    await asyncio.sleep(0)
    waiting.cancel()
    assert await slow == "slow"
    assert await pool.ask(("next", 0.0), IN_TIME) == "next"
    assert not mark.exists()


async def test_who_gives_up_while_it_runs_costs_no_worker(pool: Pool) -> None:
    await pool.ask(("up", 0.0), IN_TIME)
    before = pool.pids
    running = asyncio.create_task(pool.ask(("late", 0.4), IN_TIME))
    await asyncio.sleep(0.1)
    running.cancel()
    assert await pool.ask(("next", 0.0), IN_TIME) == "next"
    assert pool.pids == before


async def test_a_worker_killed_while_idle_is_replaced_unnoticed(pool: Pool) -> None:
    await pool.ask(("up", 0.0), IN_TIME)
    (pid,) = pool.pids
    os.kill(pid, signal.SIGKILL)
    assert await pool.ask(("still there", 0.0), IN_TIME) == "still there"
    assert pool.pids not in ([], [pid])


async def test_a_question_that_kills_does_so_twice_at_most(pool: Pool) -> None:
    await pool.ask(("up", 0.0), IN_TIME)
    with pytest.raises(RecogniserLate):
        await pool.ask(("die", 0.0), IN_TIME)
    assert await pool.ask(("next", 0.0), IN_TIME) == "next"


async def test_a_stuck_worker_is_replaced(pool: Pool) -> None:
    await pool.ask(("up", 0.0), IN_TIME)
    (pid,) = pool.pids
    with pytest.raises(RecogniserLate):
        await pool.ask(("stuck", 60.0), 0.2)
    assert await pool.ask(("next", 0.0), IN_TIME) == "next"
    assert pid not in pool.pids
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_a_failure_is_told_without_its_words(pool: Pool) -> None:
    with pytest.raises(RecogniserLate) as raised:
        await pool.ask(("fail", 0.0), IN_TIME)
    assert str(raised.value) == "ValueError"
    assert len(pool.pids) == 1


async def test_a_worker_that_does_not_come_up_is_tried_again(tmp_path: Path) -> None:
    pool: Pool = WorkerPool(partial(stillborn, str(tmp_path / "tries")), workers=1, waiting=2)
    pool.start()
    try:
        assert await pool.ask(("up at last", 0.0), IN_TIME) == "up at last"
    finally:
        await pool.close()


async def test_closing_ends_processes_and_askers() -> None:
    pool: Pool = WorkerPool(obedient, workers=2, waiting=2)
    pool.start()
    await asyncio.gather(*(pool.ask(("up", 0.3), IN_TIME) for _ in range(2)))
    pids = pool.pids
    asked = asyncio.create_task(pool.ask(("never", 60.0), IN_TIME))
    await asyncio.sleep(0.1)
    await pool.close()
    with pytest.raises(RecogniserLate):
        await asyncio.wait_for(asked, 5)
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)
