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


async def test_the_countys_site_may_read_errors_too(strict: Settings, knowledge: Knowledge) -> None:
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(strict, knowledge, dialogue, clock) as world:
        client = world.client("public")
        own, foreign = "https://www.musterland.example", "https://evil.example"
        body = {"language": "xx"}
        path = "/api/v1/conversations"
        for method, below, expected in (
            ("POST", "", 422), ("GET", "/x", 401), ("PUT", "", 405), ("POST", "", 422),
            ("POST", "", 429),
        ):  # fmt: skip
            status, _ = await client.call(method, path + below, body, Origin=own)
            assert status == expected
            assert client.last_headers["Access-Control-Allow-Origin"] == own
            assert "Retry-After" in client.last_headers["Access-Control-Expose-Headers"]
            assert client.last_headers["Vary"] == "Origin"
        assert "Retry-After" in client.last_headers
        for headers in ({"Origin": foreign}, {}):
            for below in ("/x", "/x/events"):
                assert (await client.call("GET", path + below, **headers))[0] == 401
                assert "Access-Control-Allow-Origin" not in client.last_headers
                assert client.last_headers["Vary"] == "Origin"


async def test_every_stream_and_page_varies_by_origin(
    strict: Settings, knowledge: Knowledge
) -> None:
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(strict, knowledge, dialogue, clock) as world:
        citizen = await world.citizen()
        async with citizen.stream() as stream:
            assert stream.response.headers["Vary"] == "Origin"
        for path in ("/", "/api/v1/status", "/api/v1/languages"):
            await citizen.client.call("GET", path)
            assert citizen.client.last_headers["Vary"] == "Origin"


async def test_what_is_no_message_is_limited_as_well(
    strict: Settings, knowledge: Knowledge
) -> None:
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(strict, knowledge, dialogue, clock) as world:
        citizen, other = await world.citizen(), await world.citizen()
        for method, path, body, expected in (
            ("POST", "/language", {"language": "en"}, 200),
            ("POST", "/feedback", {"helpful": True}, 204),
            ("GET", "/export", None, 200),
            # together they reached the limit of three
            ("POST", "/language", {"language": "en"}, 429),
            ("POST", "/feedback", {"helpful": True}, 429),
            ("GET", "/export", None, 429),
            ("POST", "/handover", {"office": "kfz"}, 429),
            ("POST", "/close", None, 429),
            # counted for itself
            *[("POST", "/typing", None, status) for status in (204, 204, 204, 429)],
        ):
            status, answer = await citizen.call(method, path, body)
            assert status == expected, path
        assert answer["error"]["message"].startswith("That"), "in the conversation's language"
        await citizen.says("answer kfz_evb general")  # so are messages
        assert (await other.call("POST", "/close"))[0] == 200  # and other conversations
        assert (await citizen.call("DELETE", ""))[0] == 204  # erasure is never refused


async def test_the_nearest_untrusted_address_counts_in_several_lines_too(
    strict: Settings, knowledge: Knowledge
) -> None:
    proxies = Settings(trusted_proxies="127.0.0.1,::1").trusted_proxies  # type: ignore[arg-type]
    settings = strict.model_copy(update={"trusted_proxies": proxies})
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(settings, knowledge, dialogue, clock) as world:
        client, got = world.client("public"), []
        for number in range(3):  # she writes the first line herself, the proxy the second
            lines = [("X-Forwarded-For", f"203.0.113.{number}"), ("X-Forwarded-For", "192.0.2.7")]
            url = f"{client.base}/api/v1/conversations"
            async with client.http.post(url, headers=lines, data="{}") as response:
                got.append(response.status)
        assert got == [201, 201, 429]
