"""The migrations make the tables that the code knows."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection

from bot.stores.database import Database
from bot.stores.tables import Base


def _differences(connection: Connection) -> list[object]:
    found = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    if connection.dialect.name == "sqlite":
        # a reference that stands with its column is there, but SQLAlchemy reads half of it
        return [one for one in found if one[0] not in ("add_fk", "remove_fk")]
    return list(found)


async def test_nothing_is_missing_and_nothing_left_over(database_url: str) -> None:
    database = Database(database_url)
    async with database.engine.connect() as connection:
        assert await connection.run_sync(_differences) == []
    await database.close()
