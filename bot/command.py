"""What the commands of `kreislotse` share: how one runs, and how it ends."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import click
import uvloop

from bot.catalogue.loader import CatalogueError
from bot.settings import Settings
from bot.stores.database import Database
from bot.supervisor import EXIT_CONFIG

T = TypeVar("T")


class Misconfigured(click.ClickException):
    """Something that starting again cannot mend; tells the supervisor so by its exit status."""

    exit_code = EXIT_CONFIG


def run(work: Coroutine[Any, Any, T]) -> T:
    """Runs a command's work to its end."""
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except KeyboardInterrupt:
        sys.exit(130)
    except CatalogueError as error:
        raise Misconfigured(f"The catalogue cannot be used:\n{error}") from None


async def with_database(settings: Settings, use: Callable[[Database], Awaitable[T]]) -> T:
    """What `use` makes of the database, which is brought up to date before."""
    database = Database(settings.database)
    try:
        await database.migrate()
        return await use(database)
    finally:
        await database.close()
