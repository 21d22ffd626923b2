"""YAML by the rules of 1.2, and where something stands."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from bot.yaml_files import MarkedYAMLError, line_of, parse_yaml, read_yaml

TEXT = """\
title: Probe
fees:
  - what: Gebühr
    amount: "10.20"
  - what: Schild
"""


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("no", "no"), ("ja", "ja"), ("on", "on"), ("true", True),
        ("False", False), ("12:30", "12:30"),
        ("17", 17), ("-3", -3), ("0", 0), ("0303", "0303"), ("1_000", "1_000"), ("0.5", 0.5),
        (".5", 0.5), ("1.", 1.0), ("1e+3", 1000.0), ("10.20.30", "10.20.30"), ("~", None),
        ("", None),
        ("null", None), ("2026-11-21", dt.date(2026, 11, 21)), ("'17'", "17"), ("§ 1", "§ 1"),
    ],
)  # fmt: skip
def test_words_are_words_and_numbers_are_numbers(written: str, meant: Any) -> None:
    [found] = parse_yaml(f"[{written}]") if written else [parse_yaml("key:")["key"]]
    assert (type(found), found) == (type(meant), meant)


def test_a_key_that_stands_twice_is_refused_with_its_line() -> None:
    with pytest.raises(MarkedYAMLError, match='duplicate key "a"') as caught:
        parse_yaml("a: 1\nb:\n  a: 2\na: 3\n")
    assert caught.value.problem_mark is not None
    assert caught.value.problem_mark.line == 3


def test_what_is_no_yaml_and_what_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(MarkedYAMLError):
        parse_yaml("a: [1")
    with pytest.raises(OSError, match="No such file"):
        read_yaml(tmp_path / "none.yml")


@pytest.mark.parametrize(
    ("location", "line"),
    [
        ((), 1), (("title",), 1), (("fees",), 2), (("fees", 0), 3), (("fees", 0, "amount"), 4),
        (("fees", 1, "what"), 5), (("fees", 1, "amount"), 5), (("fees", "Fee", 1), 5),
        (("none",), 1),
    ],
)  # fmt: skip
def test_where_something_stands(location: tuple[int | str, ...], line: int) -> None:
    assert line_of(TEXT, location) == line
