"""Which texts a language must have (`required.yml`); the others may stay German, with a notice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bot.yaml_files import read_yaml
from translations.catalogues import State, Translation


@dataclass(frozen=True)
class Required:
    """The rules of `required.yml`."""

    fields: frozenset[str]
    whole: frozenset[str]
    most_asked: frozenset[str]
    services: frozenset[str]

    def needs(self, language: str, key: str) -> bool:
        """Whether `language` must have the text under `key`."""
        kind, _, rest = key.partition(".")
        if kind != "service" or language in self.whole:
            return True
        service, _, field = rest.partition(".")
        asked = language in self.most_asked and service in self.services
        return asked or field in self.fields


@cache
def rules() -> Required:
    """The rules as they stand in the file."""
    content = read_yaml(Path(__file__).with_name("required.yml"))
    return Required(**{name: frozenset(value) for name, value in content.items()})


def missing(
    language: str, sources: Mapping[str, str], translations: Mapping[str, Translation]
) -> Iterator[str]:
    """The required texts that have no current translation."""
    for key in sources:
        found = translations.get(key)
        if rules().needs(language, key) and (found is None or found.state is State.STALE):
            yield key
