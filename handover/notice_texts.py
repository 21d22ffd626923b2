"""Says a notice in German, for mails and tickets."""

from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime

from handover.ways import Notice
from translations.languages import SOURCE, cldr_locale
from translations.languages import language as named
from translations.texts import Texts

_FORMAT = "EEEE, d. MMMM yyyy, HH:mm 'Uhr'"


class NoticeTexts:
    """The sentences of `handover/texts.yml` (`mail:`), filled with what a notice may tell."""

    def __init__(self, texts: Texts, timezone: str) -> None:
        self._texts = texts
        self._timezone = ZoneInfo(timezone)

    def subject(self, notice: Notice) -> str:
        """One line: what happened, and in which office."""
        return self._say(f"{notice.event}_subject", kind=self._kind(notice), office=_office(notice))

    def body(self, notice: Notice) -> str:
        """The whole notice; ends with the link to the case."""
        return self._say(
            f"{notice.event}_body",
            kind=self._kind(notice),
            office=_office(notice),
            language_name=_german_name(notice.language),
            service=notice.service_title or self._say("no_service"),
            due=self._due(notice),
            link=notice.link,
        )

    def _kind(self, notice: Notice) -> str:
        kind = self._say(f"kind_{notice.kind}")
        return self._say(f"priority_{notice.priority}", kind=kind)

    def _due(self, notice: Notice) -> str:
        if notice.due_at is None:
            return self._say("no_due")
        return format_datetime(notice.due_at, _FORMAT, tzinfo=self._timezone, locale="de")

    def _say(self, key: str, **values: object) -> str:
        return self._texts.say(f"mail.{key}", SOURCE, **values)


def _office(notice: Notice) -> str:
    return notice.office.short


def _german_name(code: str) -> str:
    """What the language is called in German; Leichte Sprache is called so already."""
    if code.startswith(f"{SOURCE}-"):
        return named(code).name
    name = Locale.parse(cldr_locale(code)).get_language_name("de")
    return name or named(code).name
