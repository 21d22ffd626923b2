"""How amounts, dates, times and opening hours are written in a citizen's language."""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time, get_day_names
from babel.numbers import format_currency

from bot.catalogue.schema import WEEKDAYS, Hours, Office
from translations.languages import SOURCE, cldr_locale
from translations.texts import Texts


def locale_of(language: str) -> Locale:
    """The conventions of a language; English as Europeans write it."""
    return Locale.parse("en_GB" if language == "en" else cldr_locale(language))


def euros(amount: Decimal, language: str) -> str:
    """An amount such as `23,00 €`.

    Amounts stand as on German letters wherever the translations have them so, which is in every
    language but English: `50.700,20 €` must not turn into `50,700.20` halfway.
    """
    locale = locale_of(language if language == "en" else SOURCE)
    return format_currency(amount, "EUR", locale=locale)


def date(day: dt.date, language: str) -> str:
    """A date such as `21. November 2026`."""
    return format_date(day, "long", locale=locale_of(language))


def day(at: dt.datetime, timezone: str) -> dt.date:
    """The day that a moment belongs to in the county."""
    return at.astimezone(ZoneInfo(timezone)).date()


def clock(time: dt.time, language: str) -> str:
    """A time such as `08:00`."""
    return format_time(time, "HH:mm", locale=locale_of(language))


def moment(at: dt.datetime, now: dt.datetime, texts: Texts, language: str) -> str:
    """A coming moment as people say it: "morgen um 08:00 Uhr".  Both in local time."""
    time = clock(at.time(), language)
    days = (at.date() - now.date()).days
    if days == 0:
        return texts.say("bot.today", language, time=time)
    if days == 1:
        return texts.say("bot.tomorrow", language, time=time)
    day = format_date(at.date(), "EEEE, d. MMMM", locale=locale_of(language))
    return texts.say("bot.on_day", language, day=day, time=time)


def opening_hours(office: Office, texts: Texts, language: str) -> list[str]:
    """One line per weekday on which the office is open."""
    names = get_day_names("wide", locale=locale_of(language))
    return [
        texts.say("bot.hours_line", language, day=names[number], hours=_intervals(rows, language))
        for number, day in enumerate(WEEKDAYS)
        if (rows := office.hours.get(day))
    ]


def sources(names: Sequence[str]) -> str:
    """The sources of a check in one line: sections of law by name, pages by their host."""
    short = [urlsplit(name).hostname or name if "://" in name else name for name in names]
    return "; ".join(dict.fromkeys(short))


def _intervals(rows: Sequence[Hours], language: str) -> str:
    return ", ".join(
        "–".join(clock(dt.time.fromisoformat(end), language) for end in (row.from_, row.to))
        for row in rows
    )
