"""Writes the figures as a table that a German Excel opens by double click."""

import csv
import datetime as dt
import io
from collections.abc import Mapping
from typing import NamedTuple

from babel import Locale

from bot.catalogue.schema import County
from handover.figures_shapes import OTHER
from handover.figures_tally import Fate, counts, folded
from translations.languages import SOURCE, cldr_locale
from translations.texts import Texts

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_COLUMNS = (
    "day", "office", "language", "channel", "kind", "requested", "picked_up", "closed", "abandoned",
    "returned", "merged", "withdrawn", "open", "calls_answered", "calls_missed",
    "pickup_median", "handling_median",
)  # fmt: skip


class Line(NamedTuple):
    """What the cases of one line have in common."""

    day: dt.date
    office: str
    language: str
    channel: str
    kind: str


def written(fates: Mapping[Line, list[Fate]], county: County, texts: Texts) -> bytes:
    """The table in UTF-8 with a byte order mark, by which Excel knows it, and with semicolons.

    Lines of fewer than three cases do not tell their language (see `folded`).
    """
    file = io.StringIO(newline="")
    writer = csv.writer(file, delimiter=";")
    writer.writerow([texts.say(f"figures.{column}", SOURCE) for column in _COLUMNS])
    names: dict[str, str] = {office.id.value: office.short for office in county.offices}
    for line, group in sorted(folded(fates, _without_language).items()):
        sums = counts(group)
        writer.writerow(
            [
                line.day.isoformat(),
                guarded(names[line.office]),
                guarded(_language(line.language, texts)),
                guarded(texts.say(f"figures.channel_{line.channel}", SOURCE)),
                guarded(texts.say(f"figures.kind_{line.kind}", SOURCE)),
                sums.requested,
                sums.picked_up,
                sums.closed,
                sums.abandoned,
                sums.returned,
                sums.merged,
                sums.withdrawn,
                sums.open,
                sums.calls_answered,
                sums.calls_missed,
                sums.pickup.median_s,
                sums.handling.median_s,
            ]
        )
    return file.getvalue().encode("utf-8-sig")


def guarded(cell: str) -> str:
    """The text so that no spreadsheet takes it for a formula (OWASP: CSV injection)."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def _without_language(line: Line) -> Line:
    return line._replace(language=OTHER)


def _language(code: str, texts: Texts) -> str:
    """What the language is called in German."""
    key = f"figures.language_{code}"
    if texts.has(key):
        return texts.say(key, SOURCE)
    return str(Locale(SOURCE).languages.get(cldr_locale(code), code))
