"""Logging without the citizens' words.

Rasa writes messages, slots and whole trackers into its warnings and errors, and exceptions
quote what they failed on.  So whatever is logged while a turn is handled appears only as the
place that logged it, with the types of the exceptions.  Outside turns, as at the start, there
are no such words, and messages appear as they are.
"""

from __future__ import annotations

import contextlib
import logging
import sys
import traceback
from collections.abc import Iterator, MutableMapping
from contextvars import ContextVar
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import structlog

logger = logging.getLogger("kreislotse.rasa")


@dataclass
class TurnLog:
    """What the log shows of a turn."""

    failed: bool = False
    """Whether an exception was logged: Rasa goes on after those, and says nothing of them."""


_TURN: ContextVar[TurnLog | None] = ContextVar("turn", default=None)


@contextlib.contextmanager
def within_turn() -> Iterator[TurnLog]:
    """While this is open, log records of this task lose their words."""
    turn = TurnLog()
    token = _TURN.set(turn)
    try:
        yield turn
    finally:
        _TURN.reset(token)


class WordlessFormatter(logging.Formatter):
    """Formats records made within a turn without anything that was passed into them."""

    def format(self, record: logging.LogRecord) -> str:
        """The record as one text."""
        if _TURN.get() is None:
            return super().format(record)
        own = record.getMessage() if record.name == logger.name and not record.args else ""
        where = f"{record.name} {record.module}:{record.lineno}"
        failure = _types(record.exc_info[1]) if record.exc_info else ""
        parts = [self.formatTime(record), record.levelname, where, own, failure]
        return " ".join(part for part in parts if part)


def configure(level: int = logging.WARNING) -> None:
    """Sends everything from `level` up to the standard error, Rasa's structured log included."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_note_failure)
    handler.addFilter(_is_of_use)
    handler.setFormatter(WordlessFormatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.captureWarnings(True)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, _event_alone],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def _note_failure(record: logging.LogRecord) -> bool:
    turn = _TURN.get()
    if turn is not None and record.exc_info:
        turn.failed = True
    return True


_OF_NO_USE = (
    "DeprecationWarning",  # between libraries that the pins hold in place
    "Slot auto-fill has been removed",  # said whatever the domain has
    "does not include an entity extractor trained",  # ours look words up
    "does not include any components that uses the features created from the lookup",
)


def _is_of_use(record: logging.LogRecord) -> bool:
    """Whether somebody who runs the server could do something about `record`."""
    return record.name != "py.warnings" or not any(
        text in record.getMessage() for text in _OF_NO_USE
    )


def _event_alone(_: Any, __: str, event: MutableMapping[str, Any]) -> str:
    return str(event["event"])


def _types(error: BaseException | None) -> str:
    """The exceptions that led to `error`, each by its type and the place that raised it."""
    chain = []
    while error is not None:
        chain.append(f"{type(error).__name__} at {_place(error.__traceback__)}")
        error = error.__cause__ or error.__context__
    return " after ".join(chain)


def _place(trace: TracebackType | None) -> str:
    frames = traceback.extract_tb(trace)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else "?"
