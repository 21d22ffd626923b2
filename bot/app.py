"""The composition root: puts the parts together and serves them on three listeners."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import structlog
from aiohttp import web

from bot import http, metrics
from bot.attachments import Attachments
from bot.calls import Calls
from bot.catalogue.catalogue import Catalogue
from bot.clock import Clock
from bot.conversation import Conversations
from bot.crisis import CrisisDetector
from bot.crisis_response import CrisisResponse
from bot.http import NOTIFIER, SETTINGS, STREAMS, TEXTS, Handler, Operation
from bot.machine_copies import MachineCopies
from bot.memo_mail import MemoCourier
from bot.memos import Memos
from bot.notify import LocalNotifier, RedisNotifier
from bot.ports import Dialogue
from bot.rasa_client import RasaDialogue
from bot.replies.replies import Replies
from bot.retention import Purging
from bot.settings import ROOT, Settings
from bot.stores.database import Database
from bot.suggestions import CatalogueAdvisor, CatalogueReplies
from bot.turns import Turns
from bot.understanding import Understander
from bot.voice_client import VoiceClient
from bot.web import (
    about_api,
    calls_api,
    conversations_api,
    internal_api,
    memos_api,
    voice_api,
)
from bot.web.access import CONVERSATIONS
from bot.web.cors import cors
from bot.web.limits import LIMITS, Limits
from bot.web.memo_page import add_memo_page
from bot.web.openapi import describe
from bot.web.pages import add_console, add_public_pages
from bot.web.shapes import Ready
from handover import (
    attachments_api,
    audit_api,
    casework_api,
    figures_api,
    people_api,
    sign_in_api,
    staff_api,
    staff_guard,
)
from handover.accounts import Accounts
from handover.advising import Advising
from handover.auditing import Auditing
from handover.build import build
from handover.configured_ways import mailer_of, ways_of
from handover.erasing import Erasing
from handover.figures import Counting
from handover.notice_texts import NoticeTexts
from handover.notices import Courier, Notices
from handover.offices import Offices
from handover.openid import OpenId
from handover.openid_accounts import OpenIdAccounts
from handover.own_account import OwnAccount
from handover.people import People
from handover.shared_feed import SharedFeed
from translations.detection import LanguageDetection
from translations.glossary import glossary
from translations.interpreter import Interpreter
from translations.machine.argos import ArgosEngine
from translations.machine.engine import Engine
from translations.machine.packages import Packages
from translations.machine.translator import MachineTranslator
from translations.texts import Texts

log = structlog.get_logger(__name__)

_SHUTDOWN_S = 2.0


@dataclass(frozen=True)
class Knowledge:
    """Everything that is read from files once, at start."""

    catalogue: Catalogue
    texts: Texts
    detection: LanguageDetection
    crisis: CrisisDetector
    trained: frozenset[str]
    """The languages that Rasa has examples of."""

    @classmethod
    def load(cls, root: Path = ROOT, compiled: Path | None = None) -> "Knowledge":
        """Reads and checks the files below `root`; see `Texts.load` for `compiled`.

        Raises:
            CatalogueError: with every problem found.
        """
        return cls(
            Catalogue.load(root / "data"),
            Texts.load(root, compiled),
            LanguageDetection(),
            CrisisDetector.load(root / "data/crisis"),
            frozenset(folder.name for folder in (root / "data/nlu").iterdir()),
        )


@dataclass(frozen=True)
class Listeners:
    """The three applications of one gateway."""

    public: web.Application
    staff: web.Application
    internal: web.Application


class Gateway:
    """One gateway process.

    `dialogue`, `clock` and `engine` stand in for Rasa, time and Argos in tests; everything else is
    real.
    """

    def __init__(
        self,
        settings: Settings,
        knowledge: Knowledge,
        dialogue: Dialogue | None = None,
        clock: Clock | None = None,
        engine: Engine | None = None,
    ) -> None:
        self.settings = settings
        self.clock = clock or Clock(settings.clock)
        self.knowledge = knowledge
        self.catalogue, self.texts = knowledge.catalogue, knowledge.texts
        self.database = Database(settings.database)
        url = settings.redis_url
        self.notifier = RedisNotifier(url.get_secret_value()) if url else LocalNotifier()
        self._engine = engine or _argos(settings)
        machine = MachineTranslator(self._engine, lambda code: glossary(ROOT, code))
        self.interpreter = Interpreter(self.texts, machine)
        offered = self.interpreter.languages()
        self._detection = (
            knowledge.detection
            if offered == self.texts.written_languages
            else LanguageDetection(offered)
        )
        texts = NoticeTexts(self.texts, self.catalogue.county.timezone)
        self.notices = Notices(self.clock, ways_of(settings, texts))
        self.courier = (
            Courier(self.database, self.clock, self.catalogue, self.notices, settings.staff_url)
            if settings.staff_url
            else None
        )
        self.offices = Offices(self.clock, self.catalogue.county, self.texts, settings)
        self.replies = Replies(self.catalogue, self.texts, self.offices, self.clock, offered)
        mailer = mailer_of(settings)
        self.memo_courier = (
            MemoCourier(self.database, self.clock, self.texts, mailer) if mailer else None
        )
        self.memos = Memos(
            self.database, self.clock, self.catalogue, self.texts, self.replies, settings,
            self.memo_courier.hurry if self.memo_courier else None,
        )  # fmt: skip
        self._answers = CatalogueReplies(self.catalogue, self.replies)
        self.handover = build(
            self.database, self.notifier, self.clock, self.offices, self.texts, settings,
            self.interpreter, self.notices, self._answers,
        )  # fmt: skip
        self.desk = self.handover.desk
        self.erasing = Erasing(
            self.database, self.notifier, self.clock, self.desk, self.interpreter.machine.forget
        )
        self.attachments = Attachments(
            self.database, self.notifier, self.clock, settings, self.desk
        )
        self.accounts = Accounts(self.database, self.clock, settings)
        self.purging = Purging(self.database, self.clock, settings)
        self._dialogue = dialogue
        self._rasa: RasaDialogue | None = None

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[Listeners]:
        """Opens everything, takes up unfinished turns, and closes everything again."""
        async with contextlib.AsyncExitStack() as stack:
            await self.database.migrate()
            stack.push_async_callback(self.database.close)
            client = await stack.enter_async_context(aiohttp.ClientSession())
            self.voice = VoiceClient(client, self.settings.voice, self.settings.stt_timeout_s)
            dialogue = self._dialogue
            if dialogue is None:
                dialogue = self._rasa = RasaDialogue(
                    client, self.settings.rasa, self.settings.rasa_timeout_s
                )
            featured = {
                office.id.value: office.featured for office in self.catalogue.county.offices
            }
            understander = Understander(
                dialogue, self._detection, self.knowledge.crisis, featured,
                self.interpreter.machine, self.knowledge.trained,
            )  # fmt: skip
            copies = MachineCopies(self.database, self.notifier, self.clock, self.interpreter)
            crisis = CrisisResponse(self.catalogue, self.clock, self.desk, self.replies)
            self.turns = turns = Turns(
                self.database, self.notifier, self.clock, self.catalogue, self.settings,
                self.desk, self.replies, understander, crisis, copies,
            )  # fmt: skip
            conversations = Conversations(
                self.database, self.notifier, self.clock, self.catalogue, self.texts,
                self.settings, self.desk, self.replies, understander, crisis, turns.begin, copies,
                self.erasing,
            )  # fmt: skip
            await stack.enter_async_context(_kept(self.notifier.running()))
            if isinstance(self._engine, ArgosEngine):
                stack.callback(self._engine.close)
            await stack.enter_async_context(_kept(copies.running()))
            await stack.enter_async_context(_kept(self.erasing.running()))
            await stack.enter_async_context(_kept(self.purging.running()))
            if self.courier and self.notices.ways:
                await stack.enter_async_context(_kept(self.courier.running()))
            if self.memo_courier:
                await stack.enter_async_context(_kept(self.memo_courier.running(self.memos)))
            await stack.enter_async_context(_kept(self.handover.interpreting.running()))
            await stack.enter_async_context(_kept(self.handover.watch.running()))
            await stack.enter_async_context(_kept(turns.running()))
            yield self._listeners(conversations, understander)

    def _listeners(self, conversations: Conversations, understander: Understander) -> Listeners:
        limits = Limits(self.settings)
        public = self._application("public", outside=[cors])
        internal = self._application("internal")
        staff = self._application("staff", inside=[staff_guard.guard])
        calls = Calls(self.database, self.catalogue, self.desk, self.handover.calling)
        for app, is_internal in ((public, False), (internal, True)):
            app[CONVERSATIONS] = conversations
            app[conversations_api.ATTACHMENTS] = self.attachments
            app[conversations_api.INTERNAL] = is_internal
            app[about_api.CATALOGUE] = self.catalogue
            app[about_api.CLOCK] = self.clock
            app[about_api.DESK] = self.desk
            app[about_api.REPLIES] = self.replies
            app[LIMITS] = limits
            app[voice_api.VOICE] = self.voice
            app[memos_api.MEMOS] = self.memos
            own = (
                (
                    *internal_api.OPERATIONS, *calls_api.OPERATIONS,
                    *memos_api.INTERNAL_OPERATIONS,
                )
                if is_internal
                else (*voice_api.OPERATIONS, *memos_api.PUBLIC_OPERATIONS)
            )  # fmt: skip
            self._serve(app, (*conversations_api.OPERATIONS, *about_api.OPERATIONS, *own), "bearer")
        public[voice_api.LISTENING] = set()
        internal[calls_api.CALLS] = calls
        internal[internal_api.UNDERSTANDER] = understander
        internal[internal_api.READINESS] = self._readiness
        internal.router.add_get("/metrics", internal_api.metrics)
        staff[staff_guard.ACCOUNTS] = self.accounts
        self._keep_people(staff)
        staff[staff_api.OFFICES] = self.offices
        staff[casework_api.VIEWS] = self.handover.views
        staff[staff_api.SHARED_FEED] = SharedFeed(self.accounts, self.handover.views)
        staff[casework_api.CASEWORK] = self.handover.casework
        staff[casework_api.CORRESPONDENCE] = self.handover.correspondence
        advisor = CatalogueAdvisor(self.catalogue, self.texts, self._answers, understander)
        staff[casework_api.ADVISING] = Advising(self.database, advisor)
        staff[sign_in_api.COUNT_SIGN_IN] = lambda address: limits.count(
            "sign-in", address, self.settings.sign_ins_per_minute
        )
        staff[figures_api.COUNTING] = Counting(self.database, self.clock, self.offices, self.texts)
        staff[audit_api.AUDITING] = Auditing(self.database, self.clock, self.settings)
        staff[audit_api.ERASING] = self.erasing
        operations = (
            *sign_in_api.OPERATIONS, *people_api.OPERATIONS, *staff_api.OPERATIONS,
            *audit_api.OPERATIONS, *figures_api.OPERATIONS, *attachments_api.OPERATIONS,
            *casework_api.OPERATIONS,
        )  # fmt: skip
        staff[staff_guard.RIGHTS] = {(o.method, o.path): o for o in operations}
        self._serve(staff, operations, "cookie")
        add_public_pages(public, ROOT / "bot/web")
        add_memo_page(public)
        add_console(staff, ROOT / "handover/console/dist")
        return Listeners(public, staff, internal)

    def _keep_people(self, staff: web.Application) -> None:
        offices = [office.id.value for office in self.catalogue.county.offices]
        staff[people_api.OWN_ACCOUNT] = OwnAccount(
            self.database, self.notifier, self.clock, self.settings, self.accounts
        )
        staff[people_api.KEPT_PEOPLE] = People(
            self.database, self.notifier, self.clock, self.catalogue.county
        )
        staff[sign_in_api.OPENID] = OpenId(self.settings)
        staff[sign_in_api.OPENID_ACCOUNTS] = OpenIdAccounts(
            self.database, self.clock, offices, self.accounts
        )

    def _application(
        self, name: str, outside: Sequence[object] = (), inside: Sequence[object] = ()
    ) -> web.Application:
        """An application whose errors are JSON for what is `inside`, and seen by the `outside`."""
        app = web.Application(
            middlewares=[
                _counted(name), http.security_headers,  # type: ignore[list-item]
                *outside, http.errors_as_json, *inside,  # type: ignore[list-item]
            ],
            client_max_size=self.settings.body_limit,
        )  # fmt: skip
        app[SETTINGS], app[TEXTS], app[NOTIFIER] = self.settings, self.texts, self.notifier
        app[STREAMS] = set()
        app.on_shutdown.append(http.end_streams)
        return app

    def _serve(
        self, app: web.Application, operations: tuple[Operation, ...], security: str
    ) -> None:
        http.register(app, operations)
        app[about_api.OPENAPI] = describe("Kreislotse", "1", operations, security)
        app.router.add_get("/api/openapi.json", about_api.openapi)

    async def _readiness(self) -> Ready:
        missing = []
        try:
            async with self.database.read() as session:
                await session.connection()
        except Exception:
            missing.append("The database cannot be reached.")
        if self._rasa is not None and not await self._rasa.ready():
            missing.append("Rasa does not answer.")
        if missing:
            return Ready(status="unavailable", why=missing)
        why = []
        if not (ROOT / "bot/web/widget/dist/widget.js").exists():
            why.append("The widget is not built: make setup.")
        if not (ROOT / "handover/console/dist/index.html").exists():
            why.append("The caseworkers' console is not built: make setup.")
        return Ready(status="degraded" if why else "ready", why=why)


def _argos(settings: Settings) -> ArgosEngine:
    """The engine with whatever packages are installed; none is a fine number too."""
    packages = Packages(settings.argos_dir, settings.allow_fixtures).installed()
    return ArgosEngine(
        packages,
        settings.data_dir / "argos-home",
        workers=settings.translation_workers,
        loaded=settings.translation_packages,
        timeout_s=settings.translation_timeout_s,
    )


async def serve(settings: Settings) -> None:
    """Serves until cancelled."""
    gateway = Gateway(settings, Knowledge.load(compiled=settings.data_dir / "catalogues"))
    async with gateway.running() as listeners, contextlib.AsyncExitStack() as stack:
        for app, host, port in (
            (listeners.public, settings.host, settings.public_port),
            (listeners.staff, settings.host, settings.staff_port),
            (listeners.internal, settings.internal_host, settings.internal_port),
        ):
            runner = web.AppRunner(app, access_log=None, shutdown_timeout=_SHUTDOWN_S)
            await runner.setup()
            stack.push_async_callback(runner.cleanup)
            await web.TCPSite(runner, host, port).start()
        log.info(
            "listening",
            public=settings.public_port,
            staff=settings.staff_port,
            internal=settings.internal_port,
        )
        await _asked_to_stop()


async def _asked_to_stop() -> None:
    """Returns when the process is asked to end; then everything is closed in order."""
    asked, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, asked.set)
    await asked.wait()


@contextlib.asynccontextmanager
async def _kept(generator: AsyncIterator[None]) -> AsyncIterator[None]:
    """Runs a `cleanup_ctx`-like generator as a context manager."""
    await anext(generator)
    try:
        yield
    finally:
        await anext(generator, None)


def _counted(listener: str) -> object:
    @web.middleware
    async def count(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        metrics.REQUESTS.labels(listener, str(response.status)).inc()
        return response

    return count
