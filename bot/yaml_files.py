"""Reads YAML files: with libyaml, by the rules of YAML 1.2, and without a key that stands twice.

PyYAML knows the rules of 1.1, by which "no" is a truth value and 12:30 a number.
"""

import re
from pathlib import Path
from typing import Any

import yaml
from yaml import MarkedYAMLError as MarkedYAMLError

Location = tuple[int | str, ...]
"""Keys and indices that lead to a value."""

_SCALARS = {
    "null": r"~|null|Null|NULL|",
    "bool": r"true|True|TRUE|false|False|FALSE",
    "int": r"[-+]?(0|[1-9][0-9]*)",
    "float": r"[-+]?(\.[0-9]+|[0-9]+\.[0-9]*|[0-9]+(?=[eE]))([eE][-+][0-9]+)?",
    "timestamp": r"[0-9]{4}-[0-9]{2}-[0-9]{2}",
    "merge": r"<<",
}


class _Loader(yaml.CSafeLoader):
    """The loader with the rules of this project."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 - of the base's type, and ours alone

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """See the base; refuses a key that stands twice, of which one value would be lost."""
        seen = set[str]()
        for key, _ in node.value:
            if not isinstance(key, yaml.ScalarNode):
                continue
            if key.value in seen:
                raise MarkedYAMLError(
                    problem=f'found duplicate key "{key.value}"', problem_mark=key.start_mark
                )
            seen.add(key.value)
        return dict(super().construct_mapping(node, deep=deep))


for _kind, _pattern in _SCALARS.items():
    _Loader.add_implicit_resolver(
        f"tag:yaml.org,2002:{_kind}", re.compile(f"(?:{_pattern})$"), None
    )


def read_yaml(path: Path) -> Any:
    """What a file holds.

    Raises:
        OSError: it cannot be read.
        MarkedYAMLError: it is no YAML; its `problem_mark` says where.
    """
    return parse_yaml(path.read_text(encoding="utf-8"))


def parse_yaml(text: str) -> Any:
    """What a text holds; see `read_yaml` for the errors."""
    return yaml.load(text, Loader=_Loader)  # noqa: S506 - a safe loader


def line_of(text: str, location: Location) -> int:
    """The line, from 1, of the innermost part of `location` that the text has."""
    node, line = yaml.compose(text, Loader=_Loader), 1
    for key in location:
        inner = _inner(node, key)
        if inner is None:
            continue  # a union's branch name, or a missing field
        line, node = inner
    return line


def _inner(node: Any, key: int | str) -> tuple[int, Any] | None:
    if isinstance(node, yaml.MappingNode):
        found = (pair for pair in node.value if pair[0].value == str(key))
        if pair := next(found, None):
            return pair[0].start_mark.line + 1, pair[1]
    elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
        item = node.value[key]
        return item.start_mark.line + 1, item
    return None
