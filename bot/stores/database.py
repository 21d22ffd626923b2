"""Opens the database and gives out sessions; a session's block is the unit of work."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.ext.asyncio import async_sessionmaker as session_maker

_MIGRATIONS = Path(__file__).with_name("migrations")
_READ_ONLY = "kreislotse_read_only"


class Database:
    """SQLite or PostgreSQL behind SQLAlchemy."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine: AsyncEngine = create_async_engine(
            url, pool_pre_ping=True, hide_parameters=True
        )
        if self.engine.dialect.name == "sqlite":
            _tame_sqlite(self.engine)
        self._write = session_maker(self.engine, expire_on_commit=False)
        self._read = session_maker(
            self.engine.execution_options(**{_READ_ONLY: True}), expire_on_commit=False
        )

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A unit of work: commits at the end of the block, rolls back on an error."""
        async with self._write.begin() as session:
            yield session

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A consistent view for reading; nothing is written."""
        async with self._read() as session:
            yield session

    async def migrate(self) -> None:
        """Brings the tables up to date."""
        if path := make_url(self.url).database if self.engine.dialect.name == "sqlite" else None:
            Path(path).parent.mkdir(parents=True, exist_ok=True)
        async with self.engine.begin() as connection:
            await connection.run_sync(_upgrade)

    async def forget(self) -> None:
        """Clears erased words from SQLite's write-ahead log; its pages are overwritten anyway."""
        if self.engine.dialect.name == "sqlite":
            async with self.engine.connect() as connection:
                raw = await connection.get_raw_connection()
                await raw.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]

    async def close(self) -> None:
        """Closes all connections."""
        await self.engine.dispose()


def migration_config() -> Config:
    """Alembic's configuration, without an ini file."""
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    return config


def _upgrade(connection: Connection) -> None:
    config = migration_config()
    config.attributes["connection"] = connection
    command.upgrade(config, "head")


def _tame_sqlite(engine: AsyncEngine) -> None:
    """Foreign keys, a write-ahead log, and writers that queue instead of failing.

    SQLite's own driver begins transactions late and as readers, so that two writers meet
    in the middle and one fails; a write session therefore takes the lock at its beginning.
    """

    @event.listens_for(engine.sync_engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA busy_timeout=15000")
        cursor.execute("PRAGMA secure_delete=ON")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        read_only = connection.get_execution_options().get(_READ_ONLY)
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")
