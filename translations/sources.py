"""Collects every German text that citizens may read, each under a stable key.

The key says where a text lives (`service.kfz_evb.fees.0.what`, `utter_greet`,
`widget.composer_label`); translators see it as the context of the entry.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from bot.yaml_files import read_yaml

# Fields of a catalogue entry that hold identifiers, laws, amounts or search words, not prose.
_NOT_TRANSLATED = {
    "id", "office", "leika", "also_called", "amount_eur", "needed", "legal_basis", "related",
    "checked", "checked_aspects", "reviewed", "valid_until", "url", "phone", "kinds", "case",
}  # fmt: skip


PATTERNS = (
    "domain.yml",
    "data/texts/*.yml",
    "data/services/*/*.yml",
    "data/offices.yml",
    "data/crisis/numbers.yml",
)
"""The files that hold such texts, in the order of the catalogues."""


def source_texts(root: Path) -> dict[str, str]:
    """All German texts below the project folder `root`, key to text, in a stable order."""
    texts: dict[str, str] = {}
    for pattern in PATTERNS:
        for path in sorted(root.glob(pattern)):
            texts.update(texts_of(path))
    return texts


def staff_texts(root: Path) -> dict[str, str]:
    """The texts that only people who work here read; nobody translates them."""
    content = _load(root / "handover/texts.yml")
    return {
        f"{group}.{key}": text for group, texts in content.items() for key, text in texts.items()
    }


def texts_of(path: Path) -> Iterator[tuple[str, str]]:
    """The texts of one file, each with its key."""
    content = _load(path)
    if path.name == "domain.yml":
        yield from _domain(content)
    elif path.parent.name == "texts":
        yield from ((f"{path.stem}.{key}", text) for key, text in content.items())
    elif path.name == "offices.yml":
        for office in content["offices"]:
            yield from _prose(f"office.{office['id']}", office)
    elif path.name == "numbers.yml":
        for number, entry in enumerate(content):
            yield from _prose(f"crisis.numbers.{number}", entry)
    else:
        yield from _prose(f"service.{path.stem}", content)


def _load(path: Path) -> Any:
    return read_yaml(path)


def _domain(domain: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for key, variations in domain.get("responses", {}).items():
        for variation in variations:
            if "text" in variation:
                yield key, variation["text"]
            for number, button in enumerate(variation.get("buttons", [])):
                yield f"{key}.buttons.{number}", button["title"]


def _prose(key: str, value: Any) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield key, value.strip()
    elif isinstance(value, dict):
        for name, inner in value.items():
            if name not in _NOT_TRANSLATED:
                yield from _prose(f"{key}.{name}", inner)
    elif isinstance(value, Iterable):
        for number, inner in enumerate(value):
            yield from _prose(f"{key}.{number}", inner)


def extract(
    file: IO[bytes], keywords: object, comment_tags: object, options: object
) -> Iterator[tuple[int, str, tuple[str, str], list[str]]]:
    """Babel's extraction interface: each text as a `pgettext` call whose context is its key.

    So `pybabel extract -F pyproject.toml --no-location -o kreislotse.pot .` writes the template
    that Weblate and other tools start from.
    """
    for key, text in texts_of(Path(file.name)):
        yield 1, "pgettext", (key, text), []
