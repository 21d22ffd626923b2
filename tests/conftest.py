"""Fixtures: databases, and a gateway to talk to."""

import asyncio
import contextlib
import datetime as dt
import shutil
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import asyncpg
import hypothesis
import pytest
from aiohttp.test_utils import TestServer
from argon2 import PasswordHasher
from xdist.scheduler import LoadScopeScheduling

from bot.app import Gateway, Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from bot.stores.database import Database
from bot.web.about_api import OPENAPI
from handover import passwords
from tests.support import servers
from tests.support.conformance import Conformance
from tests.support.world import World

hypothesis.settings.register_profile(
    # how long an example takes says more of the machine than of us
    "ours",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("ours")

MONDAY_AT_TEN = dt.datetime.fromisoformat("2026-11-23T10:00:00+01:00")


TOGETHER = ("e2e", "rasa", "engines")
"""Folders whose tests share what takes long to start; those that take longest come first."""
_FOLDERS = (*TOGETHER, "api")


class _Shares(LoadScopeScheduling):
    """What a testing process takes at a time: a folder of `TOGETHER`, else a file."""

    def _split_scope(self, nodeid: str) -> str:
        path = Path(nodeid.partition("::")[0])
        return path.parent.name if path.parent.name in TOGETHER else str(path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _Shares:
    return _Shares(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest first: begun last, it would be waited for."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    return next((n for n, name in enumerate(_FOLDERS) if name in path.parts), len(_FOLDERS))


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> Iterator[None]:
    """A tenth of a second for each sign-in would be minutes for all tests."""
    quick = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(passwords, "_hasher", quick)
        patch.setattr(passwords, "_UNKNOWN", quick.hash("nobody's"))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    with servers.postgres() as url:
        yield url


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    with servers.redis() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database file with all tables and nothing in them."""
    path = tmp_path_factory.mktemp("tables") / "tables.sqlite3"
    _now(_make_tables(f"sqlite+aiosqlite:///{path}"))
    return path


@pytest.fixture(scope="session")
def postgres_tables(postgres_server: str) -> str:
    """The name of such a database on the server."""
    _now(_ask_postgres(postgres_server, "CREATE DATABASE tables"))
    _now(_make_tables(f"{postgres_server}/tables"))
    return "tables"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A database of either kind with nothing in it; its tables are copied, which is quick."""
    if request.param == "sqlite":
        path = tmp_path / "test.sqlite3"
        shutil.copy(request.getfixturevalue("sqlite_tables"), path)
        return f"sqlite+aiosqlite:///{path}"
    server, tables = map(request.getfixturevalue, ("postgres_server", "postgres_tables"))
    name = f"test_{uuid.uuid4().hex}"
    _now(_ask_postgres(server, f"CREATE DATABASE {name} TEMPLATE {tables}"))
    return f"{server}/{name}"


async def _make_tables(url: str) -> None:
    database = Database(url)
    await database.migrate()
    await database.close()


async def _ask_postgres(server: str, statement: str) -> None:
    connection = await asyncpg.connect(server.replace("+asyncpg", "") + "/postgres")
    await connection.execute(statement)
    await connection.close()


def _now(work: Coroutine[Any, Any, None]) -> None:
    """Does it on an event loop of its own, wherever that of the tests is."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, work).result()


def scripted(text: str, payload: str | None) -> list[dict[str, Any]]:
    """What the fake Rasa does: the text names the act, as in `answer kfz_ummeldung fees`."""
    word, *rest = (payload or text).replace("/", " ").split() or [""]
    match word:
        case "answer":
            return [{"act": "answer", "service": rest[0], "aspect": rest[1]}]
        case "clarify":
            return [{"act": "clarify", "candidates": rest}]
        case "topic":
            return [{"act": "topic", "office": rest[0]}]
        case "handover":
            return [{"act": "handover", "reason": rest[0]}]
        case "callback":
            act = {"act": "handover", "reason": "callback", "kind": "callback"}
            return [act | {"office": None, "phone": rest[0], "text": "morgens"}]
        case "message":
            act = {"act": "handover", "reason": "message", "kind": "message"}
            return [act | {"office": rest[0], "text": "Guten Tag"}]
        case "appointment":
            act = {"act": "handover", "reason": "appointment", "kind": "callback"}
            return [act | {"office": rest[0], "phone": "03023125999", "text": "Dienstag"}]
        case "other":
            return [{"act": "out_of_scope", "office": rest[0] if rest else None}]
        case "twice":
            return [{"act": "offer_handover", "reason": "twice_unclear"}]
        case service if "_" in service and rest:
            return [{"act": "answer", "service": service, "aspect": rest[0]}]
        case _:
            return [{"act": "answer", "service": "kfz_ummeldung", "aspect": "general"}]


@contextlib.asynccontextmanager
async def opened(
    settings: Settings, knowledge: Knowledge, dialogue: FakeDialogue, clock: FakeClock
) -> AsyncIterator[World]:
    gateway = Gateway(settings, knowledge, dialogue, clock)
    async with gateway.running() as listeners, contextlib.AsyncExitStack() as stack:
        apps = {
            "public": listeners.public, "staff": listeners.staff, "internal": listeners.internal
        }  # fmt: skip
        running = {
            name: await stack.enter_async_context(TestServer(app)) for name, app in apps.items()
        }
        conformance = {name: Conformance(app[OPENAPI]) for name, app in apps.items()}
        world = World(gateway, dialogue, clock, running, conformance)
        try:
            yield world
        finally:
            await world.close()


@pytest.fixture(scope="session")
def knowledge() -> Knowledge:
    """The real catalogue, texts and detectors."""
    return Knowledge.load()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        env="test",
        data_dir=tmp_path,
        turn_deadline_s=2,
        rasa_timeout_s=1,
        messages_per_minute=0,
        new_conversations_per_minute=0,
        sign_ins_per_minute=0,
        purge_daily=False,  # nothing runs beside what a test counts
    )


@pytest.fixture
async def world(
    settings: Settings, knowledge: Knowledge, database_url: str
) -> AsyncIterator[World]:
    """A gateway on an empty database, on a Monday at ten, when all offices are open."""
    chosen = settings.model_copy(update={"database_url": database_url})
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(chosen, knowledge, dialogue, clock) as world:
        yield world
