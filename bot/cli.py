"""The command line: `kreislotse`."""

import asyncio
import errno
import json
import os
import subprocess
import sys
from collections.abc import Coroutine
from typing import Any, TypeVar

import click
import uvloop
from pydantic import ValidationError

from bot.catalogue.loader import CatalogueError
from bot.clock import Clock
from bot.logs import configure_logging
from bot.models_cli import models_group
from bot.settings import ROOT, Settings
from bot.stores.database import Database
from bot.supervisor import EXIT_CONFIG
from bot.translations_cli import translations_group
from handover.accounts import Accounts

T = TypeVar("T")
_ROLES = ["caseworker", "lead", "admin", "auditor"]


class _Misconfigured(click.ClickException):
    """Something that starting again cannot mend; tells the supervisor so by its exit status."""

    exit_code = EXIT_CONFIG


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.pass_context
def main(context: click.Context) -> None:
    """Kreislotse, the citizen-service assistant of a county.

    Settings are read from KREISLOTSE_* variables; `kreislotse settings` lists them.
    """
    try:
        context.obj = Settings()
    except ValidationError as error:
        lines = [f"  {_variable(e['loc'])}: {e['msg']}" for e in error.errors()]
        raise _Misconfigured("These settings are wrong:\n" + "\n".join(lines)) from None
    configure_logging(context.obj.log_format)


main.add_command(models_group)
main.add_command(translations_group)


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Run the gateway: public, staff and internal listener."""
    from bot.app import serve as serve_gateway  # costs a second that other commands need not pay

    try:
        _run(serve_gateway(settings))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise _Misconfigured(f"A port is taken: {error.strerror}") from None


@main.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Run everything on this machine: gateway and Rasa, with a demo login."""
    from bot.up import run_everything

    _run(run_everything(settings))


@main.command()
@click.pass_obj
def train(settings: Settings) -> None:
    """Train Rasa's model from domain, rules and examples."""
    command = [
        str(settings.rasa_python), "-m", "bot.rasa.launcher", "train",
        "--out", str(settings.rasa_model),
    ]  # fmt: skip
    sys.exit(subprocess.run(command, cwd=ROOT, check=False).returncode)


@main.command("settings")
def show_settings() -> None:
    """List all settings with default and meaning."""
    for name, field in Settings.model_fields.items():
        click.echo(f"KREISLOTSE_{name.upper()}  [{field.default}]\n    {field.description}")


@main.command()
@click.pass_obj
def migrate(settings: Settings) -> None:
    """Bring the database's tables up to date."""
    _run(_with_database(settings, lambda database: database.migrate()))


@main.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say what is missing, and which catalogue entries need a person's eye."""
    from bot.doctor import examine

    worst = 0
    for finding in _run(examine(settings)):
        click.echo(f"{finding.mark} {finding.text}")
        worst = max(worst, finding.severity)
    sys.exit(1 if worst > 1 else 0)


@main.group()
def staff() -> None:
    """Caseworkers' accounts."""


@staff.command("add")
@click.argument("username")
@click.option("--office", "offices", multiple=True, required=True, help="May be repeated.")
@click.option("--role", type=click.Choice(_ROLES), default="caseworker", show_default=True)
@click.option("--name", help="What citizens and colleagues see; the user name if unset.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def staff_add(
    settings: Settings,
    username: str,
    offices: tuple[str, ...],
    role: str,
    name: str | None,
    password_stdin: bool,
) -> None:
    """Make the account USERNAME, or change it."""
    _check_offices(offices)
    password = _password(password_stdin)
    _run(
        _with_accounts(
            settings, lambda a: a.add(username, name or username, role, list(offices), password)
        )
    )
    click.echo(f"Account {username}: {role}, {', '.join(offices)}.")


@staff.command("reset")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def staff_reset(settings: Settings, username: str, password_stdin: bool) -> None:
    """Set a new password for USERNAME, unlock it and end its sessions."""
    password = _password(password_stdin)

    async def reset(accounts: Accounts) -> bool:
        return await accounts.reset(username, password)

    if not _run(_with_accounts(settings, reset)):
        raise click.ClickException(f"There is no account {username}.")
    click.echo(f"Account {username}: new password set.")


@staff.command("list")
@click.pass_obj
def staff_list(settings: Settings) -> None:
    """List the accounts."""
    for account, memberships in _run(_with_accounts(settings, lambda a: a.all())):
        locked = f", locked until {account.locked_until:%F %R}Z" if account.locked_until else ""
        offices = ", ".join(f"{m.office}: {m.role}" for m in memberships)
        click.echo(f"{account.username}  {account.name}  {offices}{locked}")


@main.command()
@click.pass_obj
def purge(settings: Settings) -> None:
    """Erase conversations older than the retention allows, and prove it."""
    from bot.retention import purge as purge_old

    report = _run(_with_database(settings, lambda db: purge_old(db, settings)))
    click.echo(f"Erased {report.erased} conversations last changed before {report.before:%F %R}Z.")
    click.echo(f"Left of them: {report.left}.")
    sys.exit(1 if report.left else 0)


@main.command()
@click.argument("conversation_id")
@click.pass_obj
def export(settings: Settings, conversation_id: str) -> None:
    """Print everything kept about a conversation as JSON (DSGVO, Art. 15)."""
    from bot.retention import export as export_one

    kept = _run(_with_database(settings, lambda db: export_one(db, settings, conversation_id)))
    if kept is None:
        raise click.ClickException("There is no such conversation.")
    click.echo(json.dumps(kept, ensure_ascii=False, indent=2))


@main.command("audit")
@click.pass_obj
def verify_audit(settings: Settings) -> None:
    """Verify that no line of the audit trail was altered or removed."""
    from handover.audit import first_broken_line

    async def verify(database: Database) -> int | None:
        async with database.read() as session:
            return await first_broken_line(session)

    broken = _run(_with_database(settings, verify))
    if broken is not None:
        raise click.ClickException(f"The audit trail is broken at line {broken}.")
    click.echo("The audit trail is whole.")


def _run(work: Coroutine[Any, Any, T]) -> T:
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(work)
    except KeyboardInterrupt:
        sys.exit(130)
    except CatalogueError as error:
        raise _Misconfigured(f"The catalogue cannot be used:\n{error}") from None


async def _with_database(settings: Settings, use: Any) -> Any:
    database = Database(settings.database)
    try:
        await database.migrate()
        return await use(database)
    finally:
        await database.close()


async def _with_accounts(settings: Settings, use: Any) -> Any:
    clock = Clock(settings.clock)
    return await _with_database(settings, lambda db: use(Accounts(db, clock, settings)))


def _password(from_stdin: bool) -> str:
    if from_stdin:
        password = sys.stdin.readline().rstrip("\n")
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < 8:
        raise click.ClickException("A password has at least 8 characters.")
    return str(password)


def _check_offices(offices: tuple[str, ...]) -> None:
    from bot.catalogue.loader import read
    from bot.catalogue.schema import County

    known = [office.id.value for office in read(ROOT / "data/county.yml", County).offices]
    if unknown := set(offices) - set(known):
        raise click.ClickException(f"No such office: {', '.join(unknown)}. There are: {known}.")


def _variable(location: tuple[int | str, ...]) -> str:
    return f"KREISLOTSE_{str(location[0]).upper()}" if location else "settings"


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
