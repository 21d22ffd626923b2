"""Translation catalogues: one gettext PO file per language, bound to its German source.

Every entry has the text's key as context, the German as msgid and the hash of that German as
an extracted comment (`#. source: …`).  From these follows its state: *stale* where the hash is
not that of today's German, else *draft* where it is flagged `fuzzy`, else *reviewed*.
A stale translation is never shown.
"""

import datetime as dt
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

_HASH_COMMENT = "source: "
_NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""The same in every file: when a translation changed is the version control's to say."""


class State(StrEnum):
    """How far a translation can be trusted."""

    REVIEWED = "reviewed"
    DRAFT = "draft"
    STALE = "stale"


@dataclass(frozen=True)
class Translation:
    """The words of one text in one language."""

    text: str
    state: State


def source_hash(german: str) -> str:
    """Sixteen hex digits that stand for one German wording."""
    return hashlib.sha256(german.encode()).hexdigest()[:16]


def load(path: Path, sources: dict[str, str]) -> dict[str, Translation]:
    """The translations in the PO file at `path` by key, each with its state against `sources`.

    Entries without a translation, and those whose key is gone, are left out.
    """
    with path.open("rb") as file:
        catalogue = read_po(file)
    found = {}
    for message in catalogue:
        key, text = message.context, message.string
        if key in sources and isinstance(text, str) and text:
            found[key] = Translation(text, _state(message, sources[key]))
    return found


def _state(message: Message, german: str) -> State:
    if f"{_HASH_COMMENT}{source_hash(german)}" not in message.auto_comments:
        return State.STALE
    return State.DRAFT if message.fuzzy else State.REVIEWED


def update(path: Path, language: str, sources: dict[str, str], drafts: dict[str, str]) -> None:
    """Rewrites the PO file at `path` for today's `sources`.

    Translations stay, with the hash of the German that they were made from; `drafts`
    (key to text) come in as drafts of today's German; entries whose key is gone are dropped.
    """
    old = _by_key(path)
    catalogue = Catalog(
        locale=language.split("-")[0],
        project="Kreislotse",
        version="1",
        header_comment=f"# Kreislotse: {language}. German is the source; a fuzzy entry is a draft.",
        copyright_holder="Landkreis",
        msgid_bugs_address="",
        last_translator="",
        language_team="",
        creation_date=_NO_DATE,
        revision_date=_NO_DATE,
        fuzzy=False,
    )
    for key, german in sources.items():
        comment, string, flags = [f"{_HASH_COMMENT}{source_hash(german)}"], "", set()
        if key in drafts:
            string, flags = drafts[key], {"fuzzy"}
        elif (before := old.get(key)) and before.string:
            comment = [c for c in before.auto_comments if c.startswith(_HASH_COMMENT)]
            string, flags = str(before.string), before.flags & {"fuzzy"}
        catalogue.add(german, string, context=key, auto_comments=comment, flags=flags)
    with path.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, sort_output=False)


def _by_key(path: Path) -> dict[str, Message]:
    if not path.exists():
        return {}
    with path.open("rb") as file:
        return {message.context: message for message in read_po(file) if message.context}
