"""Rate limits, sizes and foreign pages."""

from pathlib import Path

import pytest

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from tests.conftest import MONDAY_AT_TEN, opened, scripted


@pytest.fixture
def strict(tmp_path: Path) -> Settings:
    return Settings(
        env="test", data_dir=tmp_path, new_conversations_per_minute=2, messages_per_minute=3,
        sign_ins_per_minute=2, allowed_origins=["https://www.musterland.example"],
    )  # fmt: skip


@pytest.mark.parametrize("with_redis", [False, True])
async def test_limits_hold_and_say_when_to_come_back(
    strict: Settings, knowledge: Knowledge, with_redis: bool, redis_url: str
) -> None:
    settings = strict.model_copy(
        update={"redis_url": Settings(redis_url=redis_url).redis_url if with_redis else None}
    )
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(settings, knowledge, dialogue, clock) as world:
        citizen = await world.citizen()
        await world.citizen()
        status, body = await citizen.client.call("POST", "/api/v1/conversations", {})
        assert (status, body["error"]["code"]) == (429, "too_many_requests")
        assert 0 < int(citizen.client.last_headers["Retry-After"]) <= 60
        for number in range(3):
            await citizen.says("answer kfz_evb general", str(number))
        status, _ = await citizen.call(
            "POST", "/messages", {"client_message_id": "x", "text": "noch eine"}
        )
        assert status == 429
        staff = world.client("staff")
        for expected in (401, 401, 429):
            status, _ = await staff.call(
                "POST", "/api/v1/session", {"username": "x", "password": "y"}
            )
            assert status == expected
        inside = await world.citizen("internal")  # our own channels count for themselves
        assert inside.id


async def test_only_the_countys_site_may_embed(strict: Settings, knowledge: Knowledge) -> None:
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(strict, knowledge, dialogue, clock) as world:
        client = world.client("public")
        own, foreign = "https://www.musterland.example", "https://evil.example"
        preflight = {"Access_Control_Request_Method": "POST"}
        assert (await client.call("OPTIONS", "/api/v1/conversations", Origin=own, **preflight))[
            0
        ] == 204
        assert client.last_headers["Access-Control-Allow-Origin"] == own
        await client.call("OPTIONS", "/api/v1/conversations", Origin=foreign, **preflight)
        assert "Access-Control-Allow-Origin" not in client.last_headers
        await client.call("GET", "/api/v1/status", Origin=own)
        assert client.last_headers["Access-Control-Allow-Origin"] == own
        citizen = await world.citizen()
        url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/events"
        headers = {
            "Authorization": f"Bearer {citizen.token}", "Accept": "text/event-stream",
            "Origin": own,
        }  # fmt: skip
        async with citizen.client.http.get(url, headers=headers) as stream:
            assert stream.headers["Access-Control-Allow-Origin"] == own
