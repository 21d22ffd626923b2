"""`kreislotse staff`: caseworkers' accounts from the command line."""

import re
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import TypeVar

import click

from bot.clock import Clock
from bot.command import run, with_database
from bot.errors import Invalid
from bot.model import Membership, Role
from bot.settings import ROOT, Settings
from handover.account_records import Account
from handover.accounts import Accounts

T = TypeVar("T")
_ROLES = [role.value for role in Role]


@click.group("staff")
def staff_group() -> None:
    """Caseworkers' accounts."""


@staff_group.command("add")
@click.argument("username")
@click.option(
    "--office",
    "offices",
    multiple=True,
    required=True,
    help="May be repeated; `abh:lead` gives a role of its own there.",
)
@click.option("--role", type=click.Choice(_ROLES), default="caseworker", show_default=True)
@click.option("--team", help="The team, in those of the offices that have it.")
@click.option(
    "--language",
    "languages",
    multiple=True,
    help="Talks to citizens in this language too; may be repeated.",
)
@click.option("--extension", help="Her telephone in the house, to which callers are put through.")
@click.option("--name", help="What citizens and colleagues see; the user name if unset.")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def add(
    settings: Settings,
    username: str,
    offices: tuple[str, ...],
    role: str,
    team: str | None,
    languages: tuple[str, ...],
    extension: str | None,
    name: str | None,
    password_stdin: bool,
) -> None:
    """Make the account USERNAME, or change it."""
    memberships = _memberships(offices, role, team)
    _check_languages(languages)
    _check_extension(extension)
    password = _password(password_stdin)

    async def put(accounts: Accounts) -> None:
        spoken = list(languages) or None
        await accounts.put(username, name or username, memberships, password, spoken, extension)

    _use_accounts(settings, put)
    given = ", ".join(f"{m.role} in {m.office}" for m in memberships)
    click.echo(f"Account {username}: {given}.")


@staff_group.command("reset")
@click.argument("username")
@click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")
@click.pass_obj
def reset(settings: Settings, username: str, password_stdin: bool) -> None:
    """Set a new password for USERNAME, unlock it and end its sessions."""
    password = _password(password_stdin)
    _change(settings, username, lambda accounts: accounts.reset(username, password))
    click.echo(f"Account {username}: new password set.")


@staff_group.command("extension")
@click.argument("username")
@click.argument("extension", required=False)
@click.pass_obj
def set_extension(settings: Settings, username: str, extension: str | None) -> None:
    """Put callers through to USERNAME at EXTENSION; without it, no more."""
    _check_extension(extension)
    _change(settings, username, lambda accounts: accounts.set_extension(username, extension))
    click.echo(f"Account {username}: {f'extension {extension}' if extension else 'no extension'}.")


@staff_group.command("disable")
@click.argument("username")
@click.pass_obj
def disable(settings: Settings, username: str) -> None:
    """Let USERNAME sign in no more, and end its sessions."""
    _change(settings, username, lambda accounts: accounts.set_disabled(username, True))
    click.echo(f"Account {username}: disabled.")


@staff_group.command("enable")
@click.argument("username")
@click.pass_obj
def enable(settings: Settings, username: str) -> None:
    """Let USERNAME sign in again."""
    _change(settings, username, lambda accounts: accounts.set_disabled(username, False))
    click.echo(f"Account {username}: enabled.")


@staff_group.command("sign-out")
@click.argument("username")
@click.pass_obj
def sign_out(settings: Settings, username: str) -> None:
    """End all sessions of USERNAME; open consoles notice it within seconds."""
    _change(settings, username, lambda accounts: accounts.end_sessions(username))
    click.echo(f"Account {username}: signed out everywhere.")


@staff_group.command("list")
@click.pass_obj
def list_all(settings: Settings) -> None:
    """List the accounts."""
    clock = Clock(settings.clock)
    for account in _use_accounts(settings, lambda accounts: accounts.all()):
        click.echo(f"{account.row.username}  {account.row.name}  {_described(account, clock)}")


def _described(account: Account, clock: Clock) -> str:
    row = account.row
    notes = [
        f"{m.office}: {m.role}{f' (team {m.team})' if m.team else ''}" for m in account.memberships
    ]
    if row.languages:
        notes.append(f"speaks {' '.join(row.languages)}")
    if row.extension:
        notes.append(f"extension {row.extension}")
    if not account.local:
        notes.append("signs in at the identity provider")
    if account.has_totp:
        notes.append("second factor")
    if row.disabled:
        notes.append("disabled")
    if row.locked_until and row.locked_until > clock.now():
        notes.append(f"locked until {row.locked_until:%F %R}Z")
    return ", ".join(notes)


def _use_accounts(settings: Settings, use: Callable[[Accounts], Awaitable[T]]) -> T:
    clock = Clock(settings.clock)
    try:
        return run(with_database(settings, lambda db: use(Accounts(db, clock, settings))))
    except Invalid as error:
        raise click.ClickException(_refusal(error)) from None


def _change(settings: Settings, username: str, use: Callable[[Accounts], Awaitable[bool]]) -> None:
    if not _use_accounts(settings, use):
        raise click.ClickException(f"There is no account {username}.")


def _refusal(error: Invalid) -> str:
    """Why a field is refused, in the words that the console has for it."""
    from translations.sources import staff_texts

    texts = staff_texts(ROOT)
    return " ".join(texts[f"errors.{key}"] for key in error.fields.values())


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    return str(click.prompt("Password", hide_input=True, confirmation_prompt=True))


def _memberships(written: tuple[str, ...], role: str, team: str | None) -> tuple[Membership, ...]:
    """What `--office`, `--role` and `--team` ask for."""
    from bot.catalogue.loader import read
    from bot.catalogue.schema import County

    offices = read(ROOT / "data/county.yml", County).offices
    teams = {office.id.value: [one.id for one in office.teams] for office in offices}
    parts = (entry.partition(":") for entry in written)
    wanted = {office: own or role for office, _, own in parts}
    _refuse_unknown("office", wanted, teams)
    _refuse_unknown("role", wanted.values(), _ROLES)
    if team and not any(team in teams[office] for office in wanted):
        raise click.ClickException(f"None of these offices has a team {team}.")
    return tuple(
        Membership(office, Role(own), team if team in teams[office] else None)
        for office, own in wanted.items()
    )


def _check_languages(codes: tuple[str, ...]) -> None:
    from translations.languages import all_languages, further_languages

    _refuse_unknown("language", codes, [*all_languages(), *further_languages()])


def _check_extension(extension: str | None) -> None:
    if extension is not None and not re.fullmatch(r"\d{1,10}", extension, re.ASCII):
        raise click.ClickException("An extension has one to ten digits.")


def _refuse_unknown(what: str, named: Iterable[str], known: Collection[str]) -> None:
    if unknown := [name for name in named if name not in known]:
        raise click.ClickException(
            f"No such {what}: {', '.join(unknown)}. There are: {', '.join(known)}."
        )
