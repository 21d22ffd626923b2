"""Examines an instance and says in plain words what is missing."""

import datetime as dt
import shutil
from collections.abc import Iterator
from dataclasses import dataclass

import aiohttp

from bot.catalogue.catalogue import Catalogue
from bot.catalogue.loader import CatalogueError
from bot.rasa_client import RasaDialogue
from bot.settings import ROOT, Settings
from bot.stores.database import Database
from handover.configured_ways import mailer_of, missing
from translations.machine.packages import Packages
from voice.recognition.folder import ModelUnusable, usable
from voice.speaking.piper_files import find_voices

_MARKS = ("ok  ", "note", "FAIL")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: 0 is well, 1 worth knowing, 2 keeps citizens from answers."""

    severity: int
    text: str

    @property
    def mark(self) -> str:
        """The severity as four letters."""
        return _MARKS[self.severity]


async def examine(settings: Settings) -> list[Finding]:
    """All findings, in the order in which things are needed."""
    return [
        *_built(settings),
        *_catalogue(),
        *_translation(settings),
        *_notices(settings),
        *_voice(settings),
        *_memos(settings),
        await _database(settings),
        await _rasa(settings),
    ]


def _built(settings: Settings) -> Iterator[Finding]:
    for what, path, remedy in (
        ("Rasa's environment", settings.rasa_python, "make setup"),
        ("The trained model", settings.rasa_model, "kreislotse train"),
        ("The widget", ROOT / "bot/web/widget/dist/widget.js", "make setup"),
        ("The console", ROOT / "handover/console/dist/index.html", "make setup"),
    ):
        if path.exists():
            yield Finding(0, f"{what} is there.")
        else:
            yield Finding(2, f"{what} is missing ({path}). Run: {remedy}")


def _catalogue() -> Iterator[Finding]:
    try:
        catalogue = Catalogue.load(ROOT / "data")
    except CatalogueError as error:
        yield from (Finding(2, str(problem)) for problem in error.problems)
        return
    yield Finding(0, f"The catalogue holds {len(catalogue.services)} services.")
    reasons: dict[str, list[str]] = {}
    for due in catalogue.due(dt.datetime.now(dt.UTC).date()):
        reasons.setdefault(due.why, []).append(due.id)
    for why, entries in reasons.items():
        yield Finding(1, f"{len(entries)} of them: {why}. These are: {', '.join(entries)}.")


def _translation(settings: Settings) -> Iterator[Finding]:
    packages = Packages(settings.argos_dir, settings.allow_fixtures)
    if installed := packages.installed():
        names = ", ".join(package.name for package in installed)
        yield Finding(0, f"Free text is translated with the packages {names}.")
    else:
        yield Finding(
            1,
            "No translation packages: citizens and caseworkers read each other's words as written."
            " Run: kreislotse models pull uk_en en_de de_en en_uk, or models add FILE…",
        )
    yield from (Finding(2, f"Translation package {problem}.") for problem in packages.problems())


def _notices(settings: Settings) -> Iterator[Finding]:
    for way, lacks in missing(settings).items():
        if lacks:
            names = ", ".join(f"KREISLOTSE_{name.upper()}" for name in lacks)
            yield Finding(2, f"No notice goes out by {way}: {names} is missing or wrong.")
        else:
            yield Finding(0, f"Notices go out by {way}.")


def _voice(settings: Settings) -> Iterator[Finding]:
    """What callers must do without."""
    try:
        usable(settings.whisper / settings.whisper_model, settings.allow_fixtures)
        yield Finding(0, f"Callers are understood by Whisper {settings.whisper_model}.")
    except ModelUnusable as unusable:
        yield Finding(1, f"Callers use keys only: {unusable}")
    voices = find_voices(settings.piper, settings.allow_fixtures)
    robots = [code for code in settings.phone_languages if code.split("-")[0] not in voices]
    if not robots:
        yield Finding(0, "Callers are spoken to by Piper.")
    elif shutil.which("espeak-ng"):
        names = ", ".join(robots)
        yield Finding(
            1, f"espeak-ng speaks {names} to callers. Run: kreislotse models pull, for Piper voices"
        )
    else:
        yield Finding(2, "Nothing can speak to callers: install espeak-ng, or pull Piper voices.")


def _memos(settings: Settings) -> Iterator[Finding]:
    """What callers can take along."""
    if settings.public_url is None:
        yield Finding(
            1,
            "Callers type their codes at the county's website, which needs a link to /code."
            " Or set KREISLOTSE_PUBLIC_URL.",
        )
    else:
        yield Finding(0, f"Callers type their codes at {settings.public_url}.")
    if mailer_of(settings) is None:
        names = "KREISLOTSE_SMTP_URL or KREISLOTSE_MAIL_FROM"
        yield Finding(1, f"Callers can have nothing mailed: {names} is missing or wrong.")
    if settings.redis_url is not None and settings.memo_key is None:
        yield Finding(
            1,
            "Several gateways on data folders of their own need one KREISLOTSE_MEMO_KEY: without it"
            " a caller's code opens at one of them only.",
        )


async def _database(settings: Settings) -> Finding:
    database = Database(settings.database)
    try:
        await database.migrate()
        return Finding(0, f"The database answers ({database.engine.dialect.name}).")
    except Exception as error:
        return Finding(2, f"The database cannot be reached: {type(error).__name__}.")
    finally:
        await database.close()


async def _rasa(settings: Settings) -> Finding:
    async with aiohttp.ClientSession() as client:
        rasa = RasaDialogue(client, settings.rasa, settings.rasa_timeout_s)
        if await rasa.ready():
            return Finding(0, "Rasa answers.")
    return Finding(1, f"Rasa does not answer at {settings.rasa[0]}; is it running?")
