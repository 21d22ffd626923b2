"""Runs everything on one machine under one supervisor: gateway, Rasa, phone line; a demo login."""

import secrets
import sys

import click

from bot.catalogue.loader import read
from bot.catalogue.schema import County
from bot.clock import Clock
from bot.settings import ROOT, Settings
from bot.stores.database import Database
from bot.supervisor import ChildSpec, Supervisor, http_ready
from handover.accounts import Accounts

DEMO_ACCOUNT = "demo"
DEMO_NAME = "Frau Beispiel"


async def run_everything(settings: Settings) -> None:
    """Starts the demo and keeps it running until Ctrl-C; then ends the process."""
    password = await _demo_login(settings)
    rasa = ChildSpec(
        "rasa",
        [
            str(settings.rasa_python), "-m", "bot.rasa.launcher", "serve",
            "--port", str(settings.rasa_port), "--model", str(settings.rasa_model),
        ],
        cwd=ROOT,
        ready=http_ready(f"http://127.0.0.1:{settings.rasa_port}/webhooks/kreislotse/"),
    )  # fmt: skip
    gateway = ChildSpec(
        "gateway",
        [sys.executable, "-m", "bot.cli", "serve"],
        cwd=ROOT,
        ready=http_ready(f"http://127.0.0.1:{settings.internal_port}/healthz"),
    )
    voice = ChildSpec(
        "voice",
        [sys.executable, "-m", "bot.cli", "voice"],
        cwd=ROOT,
        ready=http_ready(f"http://{settings.voice_host}:{settings.voice_http_port}/healthz"),
    )
    children = [rasa, gateway, voice] if settings.up_phone else [rasa, gateway]
    supervisor = Supervisor(children, on_ready=lambda: _greet(settings, password))
    sys.exit(await supervisor.run())


async def _demo_login(settings: Settings) -> str:
    """Gives the demo account a password that nobody has used before."""
    password = secrets.token_urlsafe(9)
    offices = [office.id.value for office in read(ROOT / "data/county.yml", County).offices]
    database = Database(settings.database)
    try:
        await database.migrate()
        accounts = Accounts(database, Clock(settings.clock), settings)
        await accounts.add(DEMO_ACCOUNT, DEMO_NAME, "caseworker", offices, password)
    finally:
        await database.close()
    return password


def _greet(settings: Settings, password: str) -> None:
    phone = f"http://{settings.voice_host}:{settings.voice_http_port}/readyz"
    click.echo(
        f"""
Kreislotse is running. Ctrl-C ends it.

  Citizens      http://{settings.host}:{settings.public_port}/
  Caseworkers   http://{settings.host}:{settings.staff_port}/
                user {DEMO_ACCOUNT}, password {password} (until the next start)
  Operations    http://{settings.internal_host}:{settings.internal_port}/readyz
  Phone line    {phone if settings.up_phone else "not started here"}
"""
    )
