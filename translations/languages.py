"""The languages that citizens are offered."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from bot.yaml_files import read_yaml

SOURCE = "de"
"""The language that everything is written in first, and that has authority."""


LINGUA_FRANCA = "en"
"""What is said in a language that nobody could choose yet is said in this one as well."""


@dataclass(frozen=True)
class Language:
    """A language by its BCP 47 code, its own name and its direction of writing."""

    code: str
    name: str
    direction: Literal["ltr", "rtl"]


@cache
def all_languages() -> dict[str, Language]:
    """The languages that Kreislotse is written in (`languages.yml`) by code, in their order."""
    return _read("languages.yml")


@cache
def further_languages() -> dict[str, Language]:
    """Those that only a machine can translate (`further.yml`), by code."""
    return _read("further.yml")


def language(code: str) -> Language:
    """The language with that code.

    Raises:
        KeyError: it is in neither list.
    """
    return all_languages().get(code) or further_languages()[code]


def _read(name: str) -> dict[str, Language]:
    rows = read_yaml(Path(__file__).with_name(name))
    return {row["code"]: Language(**row) for row in rows}


def best_of(wanted: str | None, offered: list[str]) -> str | None:
    """The offered code that serves `wanted` (a code such as `en-GB`), or None."""
    if not wanted:
        return None
    by_folded = {code.casefold(): code for code in offered}
    code = wanted.strip().casefold()
    return by_folded.get(code) or by_folded.get(code.split("-")[0])


def from_accept_language(header: str, offered: list[str]) -> str | None:
    """The first offered language of an Accept-Language header (RFC 9110, 12.5.4), or None."""
    ranked = []
    for position, item in enumerate(header.split(",")):
        code, _, parameter = item.partition(";")
        weight = parameter.strip().removeprefix("q=") or "1"
        try:
            ranked.append((-float(weight), position, code))
        except ValueError:
            continue
    for weight_below_zero, _, code in sorted(ranked):
        if weight_below_zero < 0 and (found := best_of(code, offered)):
            return found
    return None


def cldr_locale(code: str) -> str:
    """The locale by which Babel writes dates and numbers for a language of ours."""
    return code.split("-")[0]
