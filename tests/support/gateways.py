"""Gateways as processes of their own, without Rasa: for what happens between people."""

import asyncio
import contextlib
import datetime as dt
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
from sqlalchemy import select

from bot.clock import Clock
from bot.model import Role
from bot.settings import ROOT, Settings
from bot.stores.database import Database
from bot.stores.tables import AccountRow, MembershipRow
from handover.accounts import Accounts
from tests.support.servers import free_port

OPENS_AT = dt.datetime.fromisoformat("2026-11-23T10:00:00+01:00")
"""A Monday at ten, when all offices are open."""
PASSWORD = "sehr-geheim-123"
READY_S = 300


class GatewayProcess:
    """`kreislotse serve` on ports of its own; may be killed, and started again on the same."""

    def __init__(
        self,
        folder: Path,
        database_url: str | None,
        redis_url: str | None = None,
        extra: dict[str, str] | None = None,
    ) -> None:
        self.ports = {name: free_port() for name in ("public", "staff", "internal")}
        self._log = folder / f"gateway-{self.ports['public']}.log"
        self._begun = time.monotonic()
        self._env = {
            **os.environ,
            **{f"KREISLOTSE_{name.upper()}_PORT": str(port) for name, port in self.ports.items()},
            "KREISLOTSE_RASA_PORT": str(free_port()),  # where nobody answers
            "KREISLOTSE_ENV": "test",
            "KREISLOTSE_DATA_DIR": str(folder),
            **dict.fromkeys(
                ("KREISLOTSE_NEW_CONVERSATIONS_PER_MINUTE", "KREISLOTSE_MESSAGES_PER_MINUTE",
                 "KREISLOTSE_SIGN_INS_PER_MINUTE"), "0",
            ),
            **(extra or {}),
        }  # fmt: skip
        if database_url:
            self._env["KREISLOTSE_DATABASE_URL"] = database_url
        if redis_url:
            self._env["KREISLOTSE_REDIS_URL"] = redis_url

    def url(self, listener: str) -> str:
        return f"http://127.0.0.1:{self.ports[listener]}"

    def start(self) -> None:
        # a gateway that comes back must not fall behind what stands in the database
        now = OPENS_AT + dt.timedelta(seconds=time.monotonic() - self._begun)
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "bot.cli", "serve"],
                cwd=ROOT, stdout=log, stderr=log,
                env=self._env | {"KREISLOTSE_CLOCK": now.isoformat()},
            )  # fmt: skip

    async def ready(self) -> None:
        """Returns once it answers."""
        deadline = time.monotonic() + READY_S
        async with aiohttp.ClientSession() as http:
            while time.monotonic() < deadline:
                assert self.process.poll() is None, self._log.read_text("utf-8")[-3000:]
                with contextlib.suppress(aiohttp.ClientError, OSError):
                    async with http.get(self.url("internal") + "/healthz") as answer:
                        if answer.status == 200:
                            return
                await asyncio.sleep(0.05)
        raise AssertionError(f"not ready: {self._log.read_text('utf-8')[-3000:]}")

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def end(self) -> None:
        self.process.terminate()
        self.process.wait(30)

    def audit_is_whole(self) -> bool:
        """What `kreislotse audit` says."""
        command = [sys.executable, "-m", "bot.cli", "audit"]
        return subprocess.run(
            command, cwd=ROOT, env=self._env, stdout=subprocess.DEVNULL, check=False
        ).returncode == 0  # fmt: skip


@contextlib.asynccontextmanager
async def serving(*gateways: GatewayProcess) -> AsyncIterator[None]:
    """Starts the gateways side by side; the tables must be there."""
    try:
        for gateway in gateways:
            gateway.start()
        for gateway in gateways:
            await gateway.ready()
        yield
    finally:
        for gateway in gateways:
            if gateway.process.poll() is None:
                gateway.end()


async def add_caseworkers(database_url: str, usernames: list[str], office: str = "kfz") -> None:
    """Makes the tables, and accounts, all with the same password."""
    database = Database(database_url)
    try:
        await database.migrate()
        accounts = Accounts(database, Clock(OPENS_AT), Settings(env="test"))
        first, *others = usernames
        await accounts.add(first, first.title(), "caseworker", [office], PASSWORD)
        async with database.write() as session:
            likewise = await session.scalar(select(AccountRow.password_hash))
            for username in others:  # hashing fifty passwords takes a while
                account = AccountRow(
                    id=username, username=username, name=username.title(), languages=[],
                    password_hash=likewise,
                )  # fmt: skip
                session.add(account)
                await session.flush()
                session.add(
                    MembershipRow(account_id=account.id, office=office, role=Role.CASEWORKER)
                )
    finally:
        await database.close()
