"""Several workers and a bounded queue; a worker that dies or hangs is replaced."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Generic, TypeVar

import structlog

from voice.recognition.worker import Answer, Failed, Question, Worker
from voice.transcription import RecogniserBusy, RecogniserLate

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.2, 30.0
"""Between starts of a worker that does not come up; doubled each time."""
_TRIES = 2
"""A worker may have died while it waited, through no fault of the question."""

Result = TypeVar("Result")

log = structlog.get_logger()


class _Lost(Exception):
    """The worker died or hung."""


class WorkerPool(Generic[Question, Answer]):
    """Runs `prepare()` once in each worker, and what it returns for each question.

    A question whose asker gave up while it waited is never begun.  One that runs is let finish, so
    that its worker need not start anew; only after `stuck_s` is the worker ended.
    """

    def __init__(
        self,
        prepare: Callable[[], Callable[[Question], Answer]],
        *,
        workers: int,
        waiting: int,
        stuck_s: float = 60.0,
        loads_s: float = 180.0,
    ) -> None:
        """`prepare` is pickled for the workers, as are questions and answers.

        Args:
            workers: How many processes.
            waiting: How many questions may wait for one of them.
            stuck_s: Longest time for an answer.
            loads_s: Longest time for `prepare`.
        """
        self._prepare = prepare
        self._count = workers
        self._limit = workers + waiting
        self._stuck_s, self._loads_s = stuck_s, loads_s
        self._under_way = 0
        self._idle: asyncio.LifoQueue[Worker[Question, Answer]] = asyncio.LifoQueue()
        self._workers: set[Worker[Question, Answer]] = set()
        self._threads = ThreadPoolExecutor(workers, "recogniser")
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def pids(self) -> list[int]:
        """The processes that have come up and not been lost since."""
        return [worker.pid for worker in self._workers if worker.pid and worker.alive]

    @property
    def idle(self) -> bool:
        """Whether a question would be begun at once."""
        return not self._idle.empty()

    def start(self) -> None:
        """Starts the workers; they come up meanwhile, and questions wait for them."""
        for _ in range(self._count):
            self._spawn(self._come_up())

    async def close(self) -> None:
        """Ends the workers; questions that are under way come to nothing."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        for worker in self._workers:
            worker.end()
        self._workers.clear()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._threads.shutdown(wait=False)

    async def ask(self, question: Question, timeout_s: float) -> Answer:
        """The answer.

        Raises:
            RecogniserBusy: Too many wait already.
            RecogniserLate: No answer came in time, or it could not be given.
        """
        if self._under_way >= self._limit:
            raise RecogniserBusy
        self._under_way += 1
        try:
            async with asyncio.timeout(timeout_s):
                for _ in range(_TRIES):
                    try:
                        return await self._ask_once(question)
                    except _Lost:
                        continue
                raise RecogniserLate("the worker died")
        except TimeoutError:
            raise RecogniserLate("too slow") from None
        finally:
            self._under_way -= 1

    async def _ask_once(self, question: Question) -> Answer:
        worker = await self._idle.get()
        answer: asyncio.Future[Answer | Failed] = asyncio.get_running_loop().create_future()
        self._spawn(self._run(worker, question, answer))
        found = await answer
        if isinstance(found, Failed):
            raise RecogniserLate(found.error)
        return found

    async def _run(
        self,
        worker: Worker[Question, Answer],
        question: Question,
        answer: "asyncio.Future[Answer | Failed]",
    ) -> None:
        """One question to the end, whoever still waits for it; then the worker is free again."""
        try:
            found = await self._in_thread(worker, lambda: worker.exchange(question), self._stuck_s)
        except asyncio.CancelledError:
            if not answer.done():
                answer.set_exception(RecogniserLate("closed"))
            raise
        except _Lost as error:
            if not answer.done():
                answer.set_exception(error)
            self._workers.discard(worker)
            await self._come_up()
            return
        if not answer.done():
            answer.set_result(found)
        self._idle.put_nowait(worker)

    async def _come_up(self) -> None:
        """Starts workers until one comes up."""
        pause = _FIRST_PAUSE_S
        while True:
            worker = Worker(self._prepare)
            try:
                await self._in_thread(worker, worker.begin, self._loads_s)
            except _Lost:
                await asyncio.sleep(pause)
                pause = min(2 * pause, _LONGEST_PAUSE_S)
            else:
                self._workers.add(worker)
                self._idle.put_nowait(worker)
                return

    async def _in_thread(
        self, worker: Worker[Question, Answer], call: Callable[[], Result], longest_s: float
    ) -> Result:
        """The result of a blocking call; the worker is ended if it fails or takes too long."""
        running = asyncio.get_running_loop().run_in_executor(self._threads, call)
        # When the worker is ended, nobody waits for the thread's error any more.
        running.add_done_callback(lambda done: done.cancelled() or done.exception())
        try:
            async with asyncio.timeout(longest_s):
                return await asyncio.shield(running)
        except (EOFError, OSError, TimeoutError) as error:
            worker.end()
            log.error("recogniser lost", error=type(error).__name__)
            raise _Lost from None
        except asyncio.CancelledError:
            worker.end()
            raise

    def _spawn(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
