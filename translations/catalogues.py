"""Translation catalogues: one gettext PO file per language, bound to its German source.

Every entry has the text's key as context and the German as msgid.  What a translation is worth
is told by the entry itself, and survives any gettext tool and Weblate:

- `# of: <hash>` (a translator's comment, so that merging keeps it) names the German wording that
  a draft was made from;
- the flag `fuzzy` marks a draft; a translator's tool removes it when a person approves the entry;
- `# reviewed: <name>, <date>` says who of the county vouches for it.

From these follows its state.  It is *stale* where its msgid is not today's German, or where it is
a draft of another wording; *reviewed* where it is not fuzzy and signed; else a *draft*.  A stale
translation is never shown, so a changed fee takes effect in every language at once.
"""

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from pydantic import TypeAdapter

from translations.languages import cldr_locale

_OF = "of: "
_REVIEWED = "reviewed: "
_ALLOWED = "allowed: "
_SIGNATURE = re.compile(r"(?P<by>.+), (?P<on>\d{4}-\d{2}-\d{2})")
_NO_DATE = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
"""The same in every file: when a translation changed is the version control's to say."""


class State(StrEnum):
    """How far a translation can be trusted."""

    REVIEWED = "reviewed"
    DRAFT = "draft"
    STALE = "stale"


@dataclass(frozen=True)
class Review:
    """Who of the county vouches for a translation, and since when."""

    by: str
    on: dt.date

    def __str__(self) -> str:
        return f"{self.by}, {self.on.isoformat()}"


@dataclass(frozen=True)
class Translation:
    """The words of one text in one language.

    `approved` tells that a person removed the mark of a draft, signed or not; `allowed` names the
    rules (`translations.checks`) whose findings a person has looked at and lets pass.
    """

    text: str
    state: State
    review: Review | None = None
    approved: bool = False
    allowed: frozenset[str] = frozenset()


_TRANSLATIONS = TypeAdapter(dict[str, Translation])


def source_hash(german: str) -> str:
    """Sixteen hex digits that stand for one German wording."""
    return hashlib.sha256(german.encode()).hexdigest()[:16]


def load(path: Path, sources: Mapping[str, str]) -> dict[str, Translation]:
    """The translations in the PO file at `path` by key, each with its state against `sources`.

    Entries without a translation, and those whose key is gone, are left out.
    """
    found = {}
    for message in _messages(path):
        key = message.context or ""
        if key in sources and isinstance(message.string, str) and message.string:
            found[key] = _translation(message, sources[key])
    return found


def load_compiled(path: Path, sources: Mapping[str, str], folder: Path) -> dict[str, Translation]:
    """Like `load`, from a compiled copy in `folder` that is made anew when anything changed.

    Reading ten PO files takes seconds, the copies a tenth of one.
    """
    content = hashlib.sha256(path.read_bytes())
    content.update(json.dumps(sources).encode())
    compiled = folder / f"{path.stem}-{content.hexdigest()[:32]}.json"
    try:
        return _TRANSLATIONS.validate_json(compiled.read_bytes())
    except (OSError, ValueError):
        pass
    found = load(path, sources)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob(f"{path.stem}-????????????????????????????????.json"):
        old.unlink(missing_ok=True)
    temporary = compiled.with_suffix(f".{os.getpid()}")
    temporary.write_bytes(_TRANSLATIONS.dump_json(found))
    temporary.replace(compiled)
    return found


def _translation(message: Message, german: str) -> Translation:
    review = _review(message)
    allowed = frozenset(" ".join(_said(message, _ALLOWED)).split())
    if message.id != german or (message.fuzzy and source_hash(german) not in _said(message, _OF)):
        state = State.STALE
    elif message.fuzzy or review is None:
        state = State.DRAFT
    else:
        state = State.REVIEWED
    return Translation(str(message.string), state, review, not message.fuzzy, allowed)


def _review(message: Message) -> Review | None:
    for line in _said(message, _REVIEWED):
        if signature := _SIGNATURE.fullmatch(line):
            return Review(signature["by"], dt.date.fromisoformat(signature["on"]))
    return None


def _said(message: Message, prefix: str) -> list[str]:
    return [c.removeprefix(prefix) for c in message.user_comments if c.startswith(prefix)]


def update(
    path: Path, language: str, sources: Mapping[str, str], drafts: Mapping[str, str]
) -> None:
    """Rewrites the PO file at `path` for today's `sources`.

    Translations stay, with the German that they were made from; `drafts` (key to text) come in as
    drafts of today's German; entries whose key is gone are dropped.
    """
    _write(path, language, _updated(path, sources, drafts))


def _updated(
    path: Path, sources: Mapping[str, str], drafts: Mapping[str, str]
) -> Iterator[Message]:
    old = {m.context: m for m in _messages(path) if m.context} if path.exists() else {}
    for key, german in sources.items():
        before = old.get(key)
        if key in drafts:
            comments = [f"{_OF}{source_hash(german)}"]
            if before is not None and before.string == drafts[key]:
                comments += [f"{_ALLOWED}{a}" for a in _said(before, _ALLOWED)]
            yield _message(key, german, drafts[key], comments, fuzzy=True)
        elif before is not None and before.string:
            # what was approved for another wording is no more than an old draft
            fuzzy = before.fuzzy or before.id != german
            yield _message(key, german, str(before.string), before.user_comments, fuzzy)
        else:
            yield _message(key, german, "", [], fuzzy=False)


def sign(
    path: Path,
    language: str,
    sources: Mapping[str, str],
    keys: Collection[str],
    review: Review,
) -> list[str]:
    """Marks the current translations of `keys` as reviewed, and returns the keys it did so for.

    A stale one is left alone: nobody can vouch for the translation of another sentence.
    """
    signed = []
    messages = []
    for message in _messages(path):
        key = message.context or ""
        if key in keys and key in sources and message.string:
            state = _translation(message, sources[key]).state
            if state is not State.STALE:
                signed.append(key)
                kept = [c for c in message.user_comments if not c.startswith((_REVIEWED, _OF))]
                comments = [f"{_OF}{source_hash(sources[key])}", f"{_REVIEWED}{review}", *kept]
                message = _message(key, str(message.id), str(message.string), comments, False)
        messages.append(message)
    _write(path, language, iter(messages))
    return signed


def allow(path: Path, language: str, key: str, rules: Collection[str]) -> None:
    """Lets findings of these rules pass for one translation, because a person has looked at it."""
    messages = []
    for message in _messages(path):
        if message.context == key:
            kept = [c for c in message.user_comments if not c.startswith(_ALLOWED)]
            known = " ".join(_said(message, _ALLOWED)).split()
            comments = [*kept, f"{_ALLOWED}{' '.join(sorted({*known, *rules}))}"]
            message = _message(key, str(message.id), str(message.string), comments, message.fuzzy)
        messages.append(message)
    _write(path, language, iter(messages))


def _messages(path: Path) -> Iterator[Message]:
    """The entries; a key that Weblate or a merge left twice counts as its last."""
    with path.open("rb") as file:
        catalogue = read_po(file)
    return (message for message in catalogue if message.context)


def _message(key: str, german: str, text: str, comments: Collection[str], fuzzy: bool) -> Message:
    flags = {"fuzzy"} if fuzzy else set()
    return Message(german, text, context=key, user_comments=list(comments), flags=flags)


def _write(path: Path, language: str, messages: Iterator[Message]) -> None:
    catalogue = Catalog(
        locale=cldr_locale(language),
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
    for message in messages:
        catalogue.add(
            message.id, message.string, context=message.context,
            user_comments=message.user_comments, flags=message.flags,
        )  # fmt: skip
    temporary = path.with_suffix(".po.new")
    with temporary.open("wb") as file:
        write_po(file, catalogue, width=100, omit_header=False, sort_output=False)
    temporary.replace(path)
