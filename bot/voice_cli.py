"""The root of `kreislotse voice`: gives the phone line the words that it may not read itself."""

import asyncio
import contextlib
import signal
from functools import partial

from babel import Locale

from bot.catalogue.catalogue import Catalogue
from bot.settings import ROOT, Settings
from bot.yaml_files import read_yaml
from translations.languages import SOURCE, cldr_locale
from translations.texts import Texts
from voice.app import Words
from voice.app import serve as serve_phone
from voice.by_ear.commands import Commands
from voice.by_ear.digits import Digits
from voice.by_ear.phrases import Phrases
from voice.by_ear.spelling import Spelling
from voice.call.effects import Briefing
from voice.call.state import PhoneLine

_FOLDER = ROOT / "data/phone"
_CODE_PAGE = "/code"
"""See `bot.web.memo_page`."""


async def serve(settings: Settings) -> None:
    """Serves the phone line until it is asked to stop."""
    serving = asyncio.create_task(serve_phone(settings, load_words(settings)))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, serving.cancel)
    with contextlib.suppress(asyncio.CancelledError):
        await serving


def load_words(settings: Settings) -> Words:
    """The texts, word lists and names of the instance.

    Raises:
        CatalogueError: with every problem found.
    """
    catalogue = Catalogue.load(ROOT / "data")
    texts = Texts.load(ROOT, settings.data_dir / "catalogues")
    staff = _staff_texts()
    wanted = [code for code in settings.phone_languages if code in texts.written_languages]
    languages = list(dict.fromkeys([SOURCE, *wanted]))
    offices = {
        office.id.value: {code: texts.say(f"bot.office_{office.id}", code) for code in languages}
        for office in catalogue.county.offices
    }
    titles = {service: entry.title for service, entry in catalogue.services.items()}
    digits = Digits.load(_FOLDER / "digits.yml")
    line = PhoneLine(
        county=catalogue.county.name,
        languages=tuple(languages),
        offices=offices,
        phrases=Phrases({code: texts.all_of("phone.", code) for code in languages}),
        commands=Commands.load(_FOLDER / "commands"),
        digits=digits,
        spelling=Spelling.load(_FOLDER / "spelling.yml", digits),
        interpreter={
            code: staff["interpreter"].format(language=_german_name(code)) for code in languages
        },
        appointment=staff["appointment"],
        site=_site(settings, catalogue),
        mails=settings.smtp_url is not None and settings.mail_from is not None,
    )
    return Words(line, partial(_brief, staff, titles))


def _site(settings: Settings, catalogue: Catalogue) -> str:
    """Where callers' codes are typed; the county's web site must lead to our page for them."""
    if settings.public_url is None:
        return str(catalogue.county.website)
    return str(settings.public_url).rstrip("/") + _CODE_PAGE


def _staff_texts() -> dict[str, str]:
    """What people who work here hear or read of a call."""
    return dict(read_yaml(_FOLDER / "briefing.yml"))


def _brief(staff: dict[str, str], titles: dict[str, str], briefing: Briefing) -> str:
    """The sentences that a caseworker hears before a caller is put through."""
    said = [staff["call"]]
    if briefing.urgent:
        said.append(staff["urgent"])
    said.append(staff["language"].format(language=_german_name(briefing.language)))
    if title := titles.get(briefing.service or ""):
        said.append(staff["topic"].format(topic=title))
    return " ".join([*said, staff["connected"]])


def _german_name(code: str) -> str:
    return Locale.parse(cldr_locale(code)).get_language_name(SOURCE) or code
