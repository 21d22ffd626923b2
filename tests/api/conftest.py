"""Fixtures of the tests that go through the API."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.argos import install
from tests.support.world import World


@pytest.fixture(scope="session")
def argos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("argos")
    return install(folder / "packages", folder / "home").folder


@pytest.fixture(autouse=True)
def no_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The desk looks for what is due when a test says so, never beside it."""
    monkeypatch.setattr("handover.watch._EVERY_S", 3600.0)


@pytest.fixture
async def bilingual(
    settings: Settings, knowledge: Knowledge, database_url: str, argos: Path
) -> AsyncIterator[World]:
    """A gateway with the packages of the tests: it translates."""
    chosen = settings.model_copy(
        update={
            "database_url": database_url,
            "translation_dir": argos,
            "allow_fixtures": True,
            # the first sentence waits for its worker to come up
            "translation_timeout_s": 60.0,
            "turn_deadline_s": 20.0,
        }
    )
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(chosen, knowledge, dialogue, clock) as world:
        yield world
