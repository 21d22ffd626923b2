"""The command line: `kreislotse`."""

import errno
import os
import subprocess
import sys
from collections.abc import Coroutine
from typing import Any

import click
from pydantic import ValidationError

from bot.command import Misconfigured, run, with_database
from bot.data_cli import audit_group, export_command, hold_group, purge_command
from bot.logs import configure_logging
from bot.models_cli import models_group
from bot.settings import ROOT, Settings
from bot.staff_cli import staff_group
from bot.translations_cli import translations_group


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
        raise Misconfigured("These settings are wrong:\n" + "\n".join(lines)) from None
    configure_logging(context.obj.log_format)


main.add_command(models_group)
for command in (purge_command, export_command, audit_group, hold_group):
    main.add_command(command)
main.add_command(staff_group)
main.add_command(translations_group)


@main.command()
@click.pass_obj
def serve(settings: Settings) -> None:
    """Run the gateway: public, staff and internal listener."""
    from bot.app import serve as serve_gateway  # costs a second that other commands need not pay

    _serve(serve_gateway(settings))


@main.command()
@click.pass_obj
def voice(settings: Settings) -> None:
    """Run the phone line: it takes calls from the county's PBX."""
    from bot.voice_cli import serve as serve_phone  # its models cost what others need not pay

    _serve(serve_phone(settings))


@main.command()
@click.pass_obj
def up(settings: Settings) -> None:
    """Run everything on this machine: gateway, Rasa and the phone line, with a demo login."""
    from bot.up import run_everything

    run(run_everything(settings))


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
    run(with_database(settings, lambda database: database.migrate()))


@main.command()
@click.pass_obj
def doctor(settings: Settings) -> None:
    """Say what is missing, and which catalogue entries need a person's eye."""
    from bot.doctor import examine

    worst = 0
    for finding in run(examine(settings)):
        click.echo(f"{finding.mark} {finding.text}")
        worst = max(worst, finding.severity)
    sys.exit(1 if worst > 1 else 0)


def _serve(service: Coroutine[Any, Any, None]) -> None:
    """Runs until it is asked to stop."""
    try:
        run(service)
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise Misconfigured(f"A port is taken: {error.strerror}") from None


def _variable(location: tuple[int | str, ...]) -> str:
    return f"KREISLOTSE_{str(location[0]).upper()}" if location else "settings"


if __name__ == "__main__":
    os.environ.setdefault("PYTHONUNBUFFERED", "1")
    main()
