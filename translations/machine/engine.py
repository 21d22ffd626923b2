"""The port to a translation engine, and the fake that stands in for one in unit tests."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol


class Pair(NamedTuple):
    """From which language into which, as ISO 639-1 codes."""

    source: str
    target: str


class EngineFailed(Exception):
    """The engine gave no answer: it crashed, or took too long."""


class EngineBusy(EngineFailed):
    """Too many texts wait already."""


class Engine(Protocol):
    """Translates sentences of one language pair at a time."""

    def pairs(self) -> frozenset[Pair]:
        """What can be translated directly."""

    def mask(self, pair: Pair) -> str | None:
        """How a mask must look to come through this pair unharmed, with `0` for its number.

        None where no shape survives.
        """

    async def translate(self, pair: Pair, sentences: Sequence[str], variant: int = 0) -> list[str]:
        """The sentences in the other language, one for one.

        `variant` asks for another wording than those with lower numbers.

        Raises:
            EngineFailed: no answer, or none in time.
        """


class FakeEngine:
    """Answers from a table; what is not in it comes back in angle quotes.

    `pauses` holds the seconds to wait per call, for tests of busy and slow engines.
    """

    def __init__(
        self,
        tables: Mapping[Pair, Mapping[str, str]],
        mask: str | None = "⟦0⟧",
        pause_s: float = 0.0,
    ) -> None:
        self.calls: list[tuple[Pair, tuple[str, ...]]] = []
        self._tables = tables
        self._mask = mask
        self._pause_s = pause_s

    def pairs(self) -> frozenset[Pair]:
        """What the tables hold."""
        return frozenset(self._tables)

    def mask(self, pair: Pair) -> str | None:
        """The shape given at construction."""
        return self._mask

    async def translate(self, pair: Pair, sentences: Sequence[str], variant: int = 0) -> list[str]:
        """Looks up each sentence."""
        self.calls.append((pair, tuple(sentences)))
        await asyncio.sleep(self._pause_s)
        return [self._tables[pair].get(s, f"‹{s}›") for s in sentences]
