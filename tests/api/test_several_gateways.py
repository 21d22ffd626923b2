"""Two gateways on one PostgreSQL and one Redis: one conversation, whichever answers."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.world import Citizen, World, eventually


@contextlib.asynccontextmanager
async def two(
    url: str, redis_url: str, knowledge: Knowledge, folder: Path
) -> AsyncIterator[tuple[World, World]]:
    settings = Settings(env="test", data_dir=folder, database_url=url, redis_url=redis_url)
    async with (
        opened(settings, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)) as one,
        opened(settings, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)) as other,
    ):
        yield one, other


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_message_to_one_streams_from_the_other(
    database_url: str, redis_url: str, knowledge: Knowledge, tmp_path: Path
) -> None:
    async with two(database_url, redis_url, knowledge, tmp_path) as (one, other):
        here = await one.citizen()
        there = Citizen(other.client("public"), here.id, here.token)
        async with there.stream(after=1) as stream:
            await here.says("answer kfz_evb general")
            assert (await stream.named("message"))["author"] == "citizen"
            assert (await stream.named("message"))["service"] == "kfz_evb"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_both_work_on_one_message_and_one_answers(
    database_url: str, redis_url: str, knowledge: Knowledge, tmp_path: Path
) -> None:
    async with two(database_url, redis_url, knowledge, tmp_path) as (one, other):
        citizen = await one.citizen()
        one.dialogue.gate.clear()
        await citizen.says("answer kfz_evb general")

        async def asked() -> list[object]:
            return list(one.dialogue.calls)

        await eventually(asked)
        other.gateway.turns.begin(citizen.id)  # as its sweep does with what a dead gateway left
        await citizen.until(lambda e: e.get("service") == "kfz_evb")
        one.dialogue.gate.set()
        await asyncio.sleep(0.3)
        answers = [e for e in await citizen.events() if e.get("service") == "kfz_evb"]
        assert len(answers) == 1
        assert one.dialogue.calls == other.dialogue.calls


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_the_claim_race_across_gateways(
    database_url: str, redis_url: str, knowledge: Knowledge, tmp_path: Path
) -> None:
    async with two(database_url, redis_url, knowledge, tmp_path) as (one, other):
        erika, otto = await one.caseworker("erika"), await other.caseworker("otto")
        for _ in range(5):
            citizen = await one.citizen()
            await citizen.wants_a_person()
            [case] = await erika.queue()
            path = f"/handovers/{case['id']}/claim"
            results = await asyncio.gather(erika.call("POST", path), otto.call("POST", path))
            assert sorted(status for status, _ in results) == [200, 409]
