"""`kreislotse translations`: what the county's reviewers work with, beside Weblate."""

import datetime as dt
import json
import sys
from collections import Counter
from pathlib import Path

import click

from bot.clock import Clock
from bot.settings import ROOT, Settings
from translations import catalogues, checks, required
from translations.catalogues import Review, State
from translations.glossary import glossary
from translations.languages import SOURCE, all_languages
from translations.sources import source_texts


@click.group("translations")
def translations_group() -> None:
    """Translation catalogues: their state, checks and reviews."""


@translations_group.command()
@click.argument("language")
@click.option(
    "--drafts", type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="JSON file: key to text; each comes in as a draft of today's German.",
)  # fmt: skip
def update(language: str, drafts: Path | None) -> None:
    """Bring LANGUAGE's catalogue up to today's German texts."""
    path = _path(language)
    words = json.loads(drafts.read_text("utf-8")) if drafts else {}
    sources = source_texts(ROOT)
    catalogues.update(path, language, sources, words)
    click.echo(_status_line(language, sources))


@translations_group.command()
def status() -> None:
    """Say how much of each language is reviewed, draft, stale and missing."""
    sources = source_texts(ROOT)
    for language in _written():
        click.echo(_status_line(language, sources))


@translations_group.command()
@click.argument("languages", nargs=-1)
def check(languages: tuple[str, ...]) -> None:
    """Compare translations with their German: figures, terms, lengths, required texts.

    Findings that a person has looked at are let pass with `translations allow`.
    """
    sources = source_texts(ROOT)
    found = 0
    for language in languages or _written():
        translations = catalogues.load(_path(language), sources)
        for key, translation in translations.items():
            if translation.state is State.STALE:
                continue  # it is not shown
            for finding in checks.findings(
                key, sources[key], translation.text, language, glossary(ROOT, language)
            ):
                if finding.rule not in translation.allowed:
                    found += 1
                    click.echo(f"{language} {key} [{finding.rule}] {finding.detail}")
        for key in required.missing(language, sources, translations):
            found += 1
            click.echo(f"{language} {key} [missing]")
    click.echo(f"{found} findings." if found else "No findings.")
    sys.exit(1 if found else 0)


@translations_group.command()
@click.argument("language")
@click.argument("keys", nargs=-1)
@click.option("--by", required=True, help="Who of the county vouches for the translations.")
@click.option("--on", type=click.DateTime(["%Y-%m-%d"]), help="When; today if unset.")
@click.option("--yes", is_flag=True, help="Sign all of KEYS without showing each.")
@click.option(
    "--approved", is_flag=True,
    help="Sign what a tool such as Weblate has marked as no longer a draft.",
)  # fmt: skip
@click.pass_obj
def review(
    settings: Settings,
    language: str,
    keys: tuple[str, ...],
    by: str,
    on: dt.datetime | None,
    yes: bool,
    approved: bool,
) -> None:
    """Read drafts of LANGUAGE and sign them as reviewed.

    KEYS are texts or beginnings of texts (`service.kfz_evb`); all if none is named.  Each draft is
    shown below its German; answer y to sign it, n to leave it a draft, q to stop.
    """
    path, sources = _path(language), source_texts(ROOT)
    day = on.date() if on else Clock(settings.clock).now().date()
    wanted = []
    for key, translation in catalogues.load(path, sources).items():
        if translation.state is not State.DRAFT or (keys and not key.startswith(keys)):
            continue
        if approved:
            wanted += [key] if translation.approved else []
        elif yes:
            if not keys:
                raise click.UsageError("--yes needs KEYS: nobody vouches for what is not named.")
            wanted.append(key)
        else:
            click.echo(f"\n{key}\n  de: {sources[key]}\n  {language}: {translation.text}")
            answer = click.prompt("Sign?", type=click.Choice(["y", "n", "q"]), default="n")
            if answer == "q":
                break
            wanted += [key] if answer == "y" else []
    signed = catalogues.sign(path, language, sources, set(wanted), Review(by, day))
    click.echo(f"{len(signed)} translations are reviewed by {by} since {day}.")


@translations_group.command()
@click.argument("language")
@click.argument("key")
@click.argument("rules", nargs=-1, required=True)
def allow(language: str, key: str, rules: tuple[str, ...]) -> None:
    """Let findings of RULES pass for one translation that a person has looked at."""
    catalogues.allow(_path(language), language, key, rules)


def _status_line(language: str, sources: dict[str, str]) -> str:
    translations = catalogues.load(_path(language), sources)
    counts = Counter(translation.state for translation in translations.values())
    row = ", ".join(f"{counts[state]} {state}" for state in State)
    missing = len(sources) - len(translations)
    current = (len(translations) - counts[State.STALE]) / len(sources)
    return f"{language}: {current:.1%} current: {row}, {missing} missing of {len(sources)}"


def _written() -> list[str]:
    return [code for code in all_languages() if code != SOURCE and _path(code).exists()]


def _path(language: str) -> Path:
    if language == SOURCE or language not in all_languages():
        raise click.ClickException(f"{language} is no language to translate into.")
    return ROOT / f"translations/catalogues/{language}.po"
