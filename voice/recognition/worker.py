"""One worker process, seen from both of its ends."""

import multiprocessing
import signal
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Generic, TypeVar

Question = TypeVar("Question")
Answer = TypeVar("Answer")

_SPAWN = multiprocessing.get_context("spawn")
_READY = "ready"
_REAPED_S = 0.5
"""Longest wait for a killed process; it takes a few milliseconds."""


@dataclass(frozen=True)
class Failed:
    """A question could not be answered; its words do not go into logs, so only the error's kind."""

    error: str


class Worker(Generic[Question, Answer]):
    """The gateway's end.  `begin` and `exchange` block: they are called in threads."""

    def __init__(self, prepare: Callable[[], Callable[[Question], Answer]]) -> None:
        self._connection, theirs = _SPAWN.Pipe()
        self._theirs = theirs
        self._ended = False
        self._process = _SPAWN.Process(
            target=_serve, args=(theirs, prepare), name="recogniser", daemon=True
        )

    @property
    def pid(self) -> int | None:
        """The process's number, once it began."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive()

    def begin(self) -> None:
        """Starts the process and waits until it can be asked.

        Raises:
            EOFError: It died instead; why is on its standard error.
        """
        self._process.start()
        self._theirs.close()  # so that the pipe ends with the process
        if self._ended:
            self.end()
        self._connection.recv()

    def exchange(self, question: Question) -> Answer | Failed:
        """Asks and waits for the answer.

        Raises:
            EOFError: The process died; or OSError.
        """
        self._connection.send(question)
        answer: Answer | Failed = self._connection.recv()
        return answer

    def end(self) -> None:
        """Kills the process; threads that wait for it get their `EOFError`."""
        self._ended = True
        if self._process.pid is not None:
            self._process.kill()
            self._process.join(_REAPED_S)


def _serve(connection: Connection, prepare: Callable[[], Callable[[Question], Answer]]) -> None:
    """The worker's end; it ends with the gateway, whose death closes the pipe."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the gateway's
    answer = prepare()
    connection.send(_READY)
    while True:
        try:
            connection.send(_answered(answer, connection.recv()))
        except (EOFError, OSError):
            return


def _answered(answer: Callable[[Question], Answer], question: Question) -> Answer | Failed:
    try:
        return answer(question)
    except Exception as error:
        return Failed(type(error).__name__)
