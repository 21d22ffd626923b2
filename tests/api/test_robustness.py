"""What nobody should send, and what happens when a helper of ours is gone."""

import asyncio
import contextlib
import json
import time
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from redis.asyncio import Redis

from bot import http
from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.notify import REDIS_OPTIONS, RedisNotifier
from bot.settings import Settings
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support import servers
from tests.support.world import Staff, World, eventually

NUL, HALF = "a\0b", "a\ud800b"


@pytest.mark.parametrize("text", [NUL, HALF])
async def test_texts_that_no_database_keeps_are_refused_by_field(world: World, text: str) -> None:
    citizen = await world.citizen()
    message = {"client_message_id": "1", "text": "Guten Tag"}
    phone = {"kind": "callback", "phone": "0123 456789"}
    for path, body, field in (
        ("/messages", message, "text"),
        ("/messages", message, "client_message_id"),
        ("/messages", message | {"payload": "kfz_evb"}, "payload"),
        ("/handover", {"office": "kfz"}, "office"),
        ("/handover", phone, "phone"),
        ("/handover", phone, "text"),
        ("/language", {}, "language"),
        ("/feedback", {"helpful": True}, "comment"),
    ):
        status, answer = await citizen.call("POST", path, {**body, field: text})
        assert status in (400, 422), (path, field)
        assert answer["error"]["code"] in ("bad_request", "invalid")
        assert field in answer["error"]["fields"], (path, field)
    status, _ = await citizen.client.call("POST", "/api/v1/conversations", {"language": text})
    assert status in (400, 422)
    assert (await citizen.call("POST", "/messages", message | {text: 1}))[0] == 400


@pytest.mark.parametrize("text", [NUL, HALF])
async def test_caseworkers_cannot_send_them_either(world: World, text: str) -> None:
    citizen, staff = await world.citizen(), await world.caseworker()
    await citizen.wants_a_person()
    handover_id = (await staff.queue())[0]["id"]
    await staff.claims(handover_id)
    reply = {"client_message_id": "1", "text": "Guten Tag"}
    for field in reply:
        status, answer = await staff.call(
            "POST", f"/handovers/{handover_id}/messages", {**reply, field: text}
        )
        assert status in (400, 422)
        assert list(answer["error"]["fields"]) == [field]
    assert (await staff.call("POST", f"/handovers/{handover_id}/close", {"reason": text}))[0] == 400
    sign_in = {"username": "erika", "password": "geheim-123"}
    for field in sign_in:
        status, answer = await staff.call("POST", "/session", {**sign_in, field: text})
        assert status in (400, 422)
        assert list(answer["error"]["fields"]) == [field]
    assert (await staff.call("POST", "/session", sign_in))[0] == 200


async def test_impossible_ids_name_nothing(world: World) -> None:
    citizen, staff = await world.citizen(), await world.caseworker()
    for method, path in (
        ("GET", ""), ("DELETE", ""), ("GET", "/events"), ("GET", "/export"), ("POST", "/typing"),
        ("POST", "/close"), ("POST", "/messages"),
    ):  # fmt: skip
        status, answer = await citizen.client.call(
            method, f"/api/v1/conversations/a%00b{path}", Authorization=f"Bearer {citizen.token}"
        )
        assert (status, answer["error"]["code"]) == (401, "unauthorized"), path
    for method, path in (("GET", ""), ("POST", "/claim"), ("POST", "/typing")):
        status, answer = await staff.call(method, f"/handovers/a%00b{path}")
        assert (status, answer["error"]["code"]) == (404, "not_found"), path


async def test_numbers_beyond_the_databases_are_refused(world: World) -> None:
    citizen, staff = await world.citizen(), await world.caseworker()
    beyond, last = 2**31, 2**31 - 1
    assert await citizen.events(last) == []
    assert (await citizen.call("GET", f"/events?after={beyond}"))[0] == 400
    assert (await staff.call("GET", f"/events?after={last}"))[0] == 200
    assert (await staff.call("GET", f"/events?after={beyond}"))[0] == 400
    for seq, expected in ((beyond, 400), (-beyond - 1, 400), (last, 422)):
        status, _ = await citizen.call("POST", "/feedback", {"helpful": True, "seq": seq})
        assert status == expected, seq
    for path, last_id in (("?after=0", str(beyond)), (f"?after={beyond}", None)):
        headers = {"Authorization": f"Bearer {citizen.token}", "Accept": "text/event-stream"}
        status, _ = await citizen.client.call(
            "GET", f"/api/v1/conversations/{citizen.id}/events{path}",
            **headers, **({"Last_Event_ID": last_id} if last_id else {}),
        )  # fmt: skip
        assert status == 400


async def test_endless_numbers_are_no_json_of_ours(world: World) -> None:
    citizen, staff = await world.citizen(), Staff(world.client("staff"))
    endless = b'{"helpful": true, "seq": ' + b"9" * 5000 + b"}"
    status, answer = await citizen.call("POST", "/feedback", endless)
    assert (status, answer["error"]["code"]) == (400, "bad_request")
    assert (await staff.call("POST", "/session", endless))[0] == 400
    assert (await citizen.call("POST", "/feedback", b"\xff\xfe{"))[0] == 400


async def _status_of(base: str, method: str, path: str, header: bytes) -> int:
    """The answer's status to a header that our client would not send."""
    host, port = base.removeprefix("http://").split(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n".encode())
    writer.write(header + b"\r\n\r\n")
    async with asyncio.timeout(5):
        answer = await reader.read()
    writer.close()
    return int(answer.split(b" ", 2)[1])


async def test_secrets_in_no_encoding_open_nothing(world: World) -> None:
    citizen, staff = await world.citizen(), world.client("staff")
    path = f"/api/v1/conversations/{citizen.id}"
    for method, below in (("GET", ""), ("GET", "/export"), ("POST", "/close"), ("GET", "/events")):
        got = await _status_of(
            citizen.client.base, method, path + below, b"Authorization: Bearer \xff"
        )
        assert got == 401, below
    for method in ("GET", "DELETE"):
        cookie = b"Cookie: kreislotse_session=\xff"
        got = await _status_of(staff.base, method, "/api/v1/session", cookie)
        assert got in (401, 403)


async def test_origins_and_languages_in_no_encoding_are_ignored(
    settings: Settings, knowledge: Knowledge
) -> None:
    anybody = settings.model_copy(update={"allowed_origins": ["*"]})
    async with opened(
        anybody, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    ) as world:
        base = world.client("public").base
        for name in (b"Origin", b"Accept-Language", b"X-Forwarded-For", b"If-None-Match"):
            header = name + b": \xff;q=\xff"
            assert await _status_of(base, "GET", "/api/v1/status", header) == 200
            assert await _status_of(base, "GET", "/api/v1/languages", header) == 200
            assert await _status_of(base, "POST", "/api/v1/conversations", header) == 201


async def test_events_stream_unless_json_is_asked_for_by_name(world: World) -> None:
    citizen, staff = await world.citizen(), await world.caseworker()
    bearer = {"Authorization": f"Bearer {citizen.token}"}
    of_citizen = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/events"
    of_staff = f"{staff.client.base}/api/v1/events"
    for client, url, headers in (
        (citizen.client, of_citizen, bearer), (staff.client, of_staff, {})
    ):  # fmt: skip
        for accept, kind in (
            ("*/*", "text/event-stream"),
            ("text/event-stream", "text/event-stream"),
            ("text/event-stream, application/json", "text/event-stream"),
            ("application/json", "application/json"),
        ):
            async with client.http.get(url, headers=headers | {"Accept": accept}) as response:
                assert (response.status, response.content_type) == (200, kind), (url, accept)


async def test_of_too_many_streams_the_oldest_ends(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "MAX_STREAMS", 2)
    citizen, other = await world.citizen(), await world.citizen()
    async with contextlib.AsyncExitStack() as stack:
        elsewhere = await stack.enter_async_context(other.stream())
        streams = [await stack.enter_async_context(citizen.stream()) for _ in range(3)]
        async with asyncio.timeout(5):
            await streams[0].response.content.read()  # to its end
        await citizen.says("answer kfz_evb general")
        await other.says("answer kfz_evb general")
        for stream in (*streams[1:], elsewhere):
            await stream.named("message")
            assert (await stream.named("message"))["author"] == "citizen"


async def test_everything_works_without_the_redis_that_was_configured(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    closed = Settings(redis_url=f"redis://127.0.0.1:{servers.free_port()}").redis_url
    settings = Settings(env="test", data_dir=tmp_path).model_copy(update={"redis_url": closed})
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(settings, knowledge, dialogue, clock) as world:
        citizen = await world.citizen()
        async with citizen.stream() as stream:
            await stream.named("message")
            assert (await citizen.asks("answer kfz_evb general"))["service"] == "kfz_evb"
            assert (await stream.named("message"))["author"] == "citizen"
        staff = await world.caseworker()
        assert (await staff.call("GET", "/session"))[0] == 200


async def test_a_redis_that_does_not_answer_holds_nobody_up(
    tmp_path: Path, knowledge: Knowledge
) -> None:
    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    silent = await asyncio.start_server(never, "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    url = Settings(redis_url=f"redis://127.0.0.1:{port}").redis_url
    settings = Settings(env="test", data_dir=tmp_path).model_copy(update={"redis_url": url})
    async with (
        silent,
        opened(settings, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)) as world,
    ):
        began = time.monotonic()
        await world.citizen()
        assert time.monotonic() - began < 4


async def test_the_relay_outlives_silence(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.notify._SILENCE_S", 0.5)
    monkeypatch.setitem(REDIS_OPTIONS, "socket_timeout", 0.7)
    notifier, other = RedisNotifier(redis_url), RedisNotifier(redis_url)
    running = notifier.running()
    await anext(running)
    probe = Redis.from_url(redis_url)
    try:

        async def listening() -> bool:
            counted: list[Any] = await probe.pubsub_numsub(RedisNotifier.channel)
            return bool(counted[0][1] == 1)

        await eventually(listening)
        relays = {one["id"] for one in await probe.client_list(_type="pubsub")}
        async with notifier.listen("here") as listener:
            await listener.wait(0.1)
            await asyncio.sleep(2)  # several silences, and more than the socket's time-out
            await other.whisper("here", {"type": "typing"})
            assert (await listener.wait(5)).signs == [{"type": "typing"}]
        assert {one["id"] for one in await probe.client_list(_type="pubsub")} == relays
    finally:
        await anext(running, None)
        await probe.aclose()


async def test_errors_tell_a_conversations_language(world: World) -> None:
    citizen = await world.citizen(language="en")
    async with aiohttp.ClientSession() as outside:
        url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/messages"
        body = json.dumps({"client_message_id": "1", "text": NUL})
        headers = {"Authorization": f"Bearer {citizen.token}", "Accept-Language": "de"}
        async with outside.post(url, data=body, headers=headers) as response:
            assert (response.status, response.headers["Content-Language"]) == (422, "en")
