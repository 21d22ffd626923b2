"""`kreislotse purge`, `export`, `audit` and `hold`: data protection from the command line."""

import sys
from collections.abc import Awaitable, Callable
from typing import IO, TypeVar

import click
from sqlalchemy.ext.asyncio import AsyncSession

from bot.clock import Clock
from bot.command import run, with_database
from bot.errors import NotFound
from bot.settings import Settings
from bot.stores.conversations import get
from bot.stores.database import Database
from bot.stores.tables import ConversationRow
from handover import audit, audit_files, holds
from handover.audit import Chain

T = TypeVar("T")
_ACTOR = "cli"


@click.command("purge")
@click.pass_obj
def purge_command(settings: Settings) -> None:
    """Erase what is older than the retention allows, and prove it."""
    from bot.retention import days_kept, purge

    report = run(with_database(settings, lambda db: purge(db, Clock(settings.clock), settings)))
    for kind, words in _KINDS.items():
        days = days_kept([kind] if kind != "none" else [], settings)
        click.echo(
            f"Conversations {words}, unchanged for {days} days: {report.erased[kind]} erased."
        )
    click.echo(
        f"Sessions that ran out: {report.sessions} deleted; lines of the consoles' feed:"
        f" {report.feed}; notices: {report.notices}; memos of callers: {report.memos}."
    )
    click.echo(f"Looked again: {report.left} left, {report.traces} rows of what is gone.")
    sys.exit(0 if report.complete else 1)


_KINDS = {
    "none": "without a case",
    "chat": "with a chat",
    "callback": "with a call-back",
    "message": "with a message",
}


@click.command("export")
@click.argument("conversation_id")
@click.pass_obj
def export_command(settings: Settings, conversation_id: str) -> None:
    """Print everything kept about a conversation as JSON (DSGVO, Art. 15).

    Files that the citizen sent stand in it in base64.
    """
    from bot.export import Export, export

    async def access(session: AsyncSession) -> ConversationRow:
        return await get(session, conversation_id)

    async def take(database: Database) -> Export:
        return await export(database, Clock(settings.clock), settings, access, _ACTOR)

    kept = _found(settings, take)
    click.echo(kept.model_dump_json(by_alias=True, indent=2))


@click.group("audit", invoke_without_command=True)
@click.pass_context
def audit_group(context: click.Context) -> None:
    """The audit trail; alone it verifies that no line was altered or removed."""
    if context.invoked_subcommand is None:
        _verify_database(context.obj)


@audit_group.command("verify")
@click.argument("file", type=click.File("r", encoding="utf-8"), required=False)
@click.option(
    "--against-database", is_flag=True, help="Also compare FILE with what the database holds now."
)
@click.pass_obj
def audit_verify(settings: Settings, file: IO[str] | None, against_database: bool) -> None:
    """Verify the audit trail, or an exported FILE of it by itself.

    The chain cannot show that its end was cut off.  Note the last hash outside this system, and
    look it up here, or in a later export, from time to time.
    """
    if file is None:
        _verify_database(settings)
        return
    try:
        chain = audit_files.verify_file(file)
        if chain.broken_at is not None:
            raise click.ClickException(f"The file is broken at line {chain.broken_at}.")
        _say_whole("The file", chain)
        if against_database:
            file.seek(0)
            _compare(settings, file)
    except ValueError as error:
        raise click.ClickException(f"The file is no export of an audit trail: {error}.") from None


@audit_group.command("export")
@click.option("--after", type=click.IntRange(0), default=0, help="Begin after this line.")
@click.option(
    "--output",
    type=click.File("w", encoding="utf-8"),
    default="-",
    help="Standard output if unset.",
)
@click.pass_obj
def audit_export(settings: Settings, after: int, output: IO[str]) -> None:
    """Write the audit trail as JSON lines, each with its hash."""

    async def write(database: Database) -> None:
        async with database.write() as session:
            now = Clock(settings.clock).now()
            await audit.record(session, now, _ACTOR, "audit_export", "audit", after=after)
        async with database.read() as session:
            async for line in audit_files.exported(session, after):
                output.write(line)

    run(with_database(settings, write))


@click.group("hold")
def hold_group() -> None:
    """Conversations that may not be erased, because a legal claim needs them."""


@hold_group.command("add")
@click.argument("conversation_id")
@click.option(
    "--reason", required=True, help="E.g. a file number; kept in the audit trail, so without names."
)
@click.pass_obj
def hold_add(settings: Settings, conversation_id: str, reason: str) -> None:
    """Keep a conversation from being purged or erased."""
    if not reason.strip():
        raise click.UsageError("A hold needs its reason.")

    async def add(database: Database) -> None:
        async with database.write() as session:
            now = Clock(settings.clock).now()
            await holds.hold(session, conversation_id, _ACTOR, reason.strip(), now)

    _found(settings, add)
    click.echo(f"Conversation {conversation_id} is held.")


@hold_group.command("lift")
@click.argument("conversation_id")
@click.pass_obj
def hold_lift(settings: Settings, conversation_id: str) -> None:
    """End a hold; if erasure was asked for meanwhile, it happens at once."""
    from bot.app import Gateway, Knowledge  # knows the desk, which an open case is withdrawn from

    async def lift() -> bool:
        gateway = Gateway(settings, Knowledge.load(compiled=settings.data_dir / "catalogues"))
        try:
            await gateway.database.migrate()
            return await gateway.erasing.lift_hold(conversation_id, _ACTOR)
        finally:
            await gateway.database.close()

    try:
        erased = run(lift())
    except NotFound:
        raise click.ClickException("There is no such hold.") from None
    click.echo(f"The hold has ended{', and the conversation is erased' if erased else ''}.")


@hold_group.command("list")
@click.pass_obj
def hold_list(settings: Settings) -> None:
    """List the holds."""

    async def look(database: Database) -> list[ConversationRow]:
        async with database.read() as session:
            return await holds.held(session)

    for row in run(with_database(settings, look)):
        asked = row.erasure_asked_at
        wish = f", erasure asked for on {asked:%F}" if asked else ""
        click.echo(f"{row.id}  since {row.held_at:%F} by {row.held_by}: {row.hold_reason}{wish}")


def _verify_database(settings: Settings) -> None:
    async def verify(database: Database) -> Chain:
        async with database.read() as session:
            return await audit.verify(session)

    chain = run(with_database(settings, verify))
    if chain.broken_at is not None:
        raise click.ClickException(f"The audit trail is broken at line {chain.broken_at}.")
    _say_whole("The audit trail", chain)


def _say_whole(what: str, chain: Chain) -> None:
    click.echo(f"{what} is whole: {chain.lines} lines.")
    if chain.origin != audit.START:
        click.echo(f"It goes on from a line whose hash is {chain.origin}.")
    click.echo(f"The last hash, to be noted elsewhere: {chain.head}")


def _compare(settings: Settings, file: IO[str]) -> None:
    async def compare(database: Database) -> int | None:
        async with database.read() as session:
            return await audit_files.first_that_differs(session, file)

    differs = run(with_database(settings, compare))
    if differs is not None:
        raise click.ClickException(f"The database no longer holds line {differs} as it was.")
    click.echo("The database still holds these lines.")


def _found(settings: Settings, use: Callable[[Database], Awaitable[T]]) -> T:
    try:
        return run(with_database(settings, use))
    except NotFound:
        raise click.ClickException("There is no such conversation.") from None
