"""The project's training data: the written examples, and the catalogue's own words."""

from __future__ import annotations

import hashlib
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

from rasa.shared.exceptions import RasaException
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.constants import INTENT, METADATA, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.plain import plain_words
from bot.yaml_files import read_yaml

ROOT = Path(__file__).resolve().parents[2]
SERVICES, OFFICES = ROOT / "data" / "services", ROOT / "data" / "offices.yml"

_KEYS = {"intent", "metadata", "examples"}
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")
_MOST_SENTENCES = 12


class Example(Message):
    """A message whose fingerprint is what was written, whatever was found out about it since.

    Rasa takes the fingerprints of all messages again and again, to look for what it has cached.
    With tens of thousands of them that takes longer than the training, and we cache nothing.
    """

    def fingerprint(self) -> str:
        """What tells this example from every other."""
        written = (self.get(TEXT), self.get(INTENT), self.get(METADATA))
        return hashlib.sha256(repr(written).encode()).hexdigest()


class ProjectImporter(RasaFileImporter):
    """Reads the examples below data/nlu, and adds what the catalogue calls things.

    Titles, everyday names, documents and the sentences of an entry name a service in words that
    nobody would think of for an example.  What two entries have in common, or what is an
    example already, is left out.
    """

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """All examples; they are read once, however often Rasa asks for them."""
        return self._nlu_data

    @cached_property
    def _nlu_data(self) -> TrainingData:
        written = [example for path in self._nlu_files for example in _read(Path(path))]
        return TrainingData([*written, *_from_the_catalogue(written)])


def _read(path: Path) -> Iterator[Example]:
    """The examples of one file: those of a block share intent and metadata.

    Raises:
        RasaException: a block is not of this form.
    """
    for block in read_yaml(path)["nlu"] or []:
        if not {"intent", "examples"} <= set(block) <= _KEYS:
            raise RasaException(f"{path}: no block of examples: {', '.join(block)}")
        for line in block["examples"].splitlines():
            if not line.startswith("- "):
                raise RasaException(f"{path}: no example of {block['intent']}: {line[:20]}")
            yield Example.build(
                line[2:].strip(), block["intent"], intent_metadata=block.get("metadata")
            )


def _from_the_catalogue(written: list[Example]) -> Iterator[Example]:
    meanings: dict[str, set[str]] = defaultdict(set)
    for intent, text in _catalogue():
        meanings[text].add(intent)
    intents = {example.get(INTENT) for example in written}
    known = {_key(example.get(TEXT)) for example in written}
    for text, named in meanings.items():
        if len(named) == 1 and named <= intents and _key(text) not in known:
            yield Example.build(text, *named)


def _catalogue() -> Iterator[tuple[str, str]]:
    """Each intent of the catalogue with each of the texts that are about it."""
    entries = [read_yaml(path) for path in sorted(SERVICES.glob("*/*.yml"))]
    for entry in [*entries, *read_yaml(OFFICES)["offices"]]:
        for text in _texts(entry):
            yield entry["id"], text


def _texts(entry: dict[str, Any]) -> Iterator[str]:
    yield entry["title"]
    yield from entry.get("also_called", [])
    for field in ("summary", "eligibility"):
        yield from _SENTENCE_END.split(entry.get(field) or "")[:_MOST_SENTENCES]
    yield from entry.get("hand_over_when", [])
    yield from entry.get("steps", [])
    yield from (document["text"] for document in entry.get("documents", []))
    yield from (fee["what"] for fee in entry.get("fees", []))


def _key(text: str) -> str:
    return " ".join(plain_words(text))
