"""Collects every German text that citizens may read, each under a stable key.

The key says where a text lives (`service.kfz_evb.fees.0.what`, `utter_greet`,
`widget.composer_label`); translators see it as the context of the entry.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

# Fields of a catalogue entry that hold identifiers, laws, amounts or search words, not prose.
_NOT_TRANSLATED = {
    "id", "office", "leika", "also_called", "amount_eur", "needed", "legal_basis", "related",
    "checked", "checked_aspects", "reviewed", "valid_until", "url", "phone", "kinds", "case",
}  # fmt: skip


def source_texts(root: Path) -> dict[str, str]:
    """All German texts below the project folder `root`, key to text, in a stable order."""
    texts: dict[str, str] = {}
    texts.update(_domain(_load(root / "domain.yml")))
    for path in sorted((root / "data/texts").glob("*.yml")):
        texts.update((f"{path.stem}.{key}", text) for key, text in _load(path).items())
    for path in sorted((root / "data/services").glob("*/*.yml")):
        texts.update(_prose(f"service.{path.stem}", _load(path)))
    for office in _load(root / "data/offices.yml")["offices"]:
        texts.update(_prose(f"office.{office['id']}", office))
    for number, entry in enumerate(_load(root / "data/crisis/numbers.yml")):
        texts.update(_prose(f"crisis.numbers.{number}", entry))
    return texts


def _load(path: Path) -> Any:
    return YAML(typ="safe").load(path)


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
