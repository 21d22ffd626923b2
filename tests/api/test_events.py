"""Events by stream: numbered, resumable, and ended by erasure."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator

import pytest
from aiohttp import web

from bot.http import NOTIFIER, STREAMS, Frame, stream
from bot.notify import LocalNotifier
from tests.support.world import World, eventually


async def test_a_stream_brings_past_and_coming_events(world: World) -> None:
    citizen = await world.citizen()
    async with citizen.stream() as stream:
        first = await stream.next()
        assert (first["id"], first["event"]) == ("1", "message")
        await citizen.says("answer kfz_evb general")
        assert (await stream.named("message"))["author"] == "citizen"
        assert (await stream.named("message"))["author"] == "bot"


async def test_a_stream_resumes_without_loss_or_double(world: World) -> None:
    citizen = await world.citizen()
    async with citizen.stream() as stream:
        assert (await stream.next())["id"] == "1"
    await citizen.asks("answer kfz_evb general")
    url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/events"
    headers = {
        "Authorization": f"Bearer {citizen.token}", "Accept": "text/event-stream",
        "Last-Event-ID": "1",
    }  # fmt: skip
    async with citizen.client.http.get(url, headers=headers) as response:
        seen = []
        while len(seen) < 2:
            line = (await response.content.readline()).decode()
            if line.startswith("id: "):
                seen.append(line.strip())
    assert seen == ["id: 2", "id: 3"]


async def test_the_list_and_the_stream_tell_the_same(world: World) -> None:
    citizen = await world.citizen()
    await citizen.asks("answer kfz_evb general")
    await citizen.wants_a_person()
    listed = await citizen.events()
    streamed = []
    async with citizen.stream() as stream:
        while len(streamed) < len(listed):
            event = await stream.next()
            if "id" in event:
                streamed.append(json.loads(event["data"]))
    assert streamed == listed


async def test_typing_is_shown_and_not_kept(world: World) -> None:
    citizen = await world.citizen()
    world.dialogue.gate.clear()
    async with citizen.stream(after=1) as stream:
        await citizen.says("answer kfz_evb general")
        assert await stream.named("typing") == {"type": "typing", "author": "bot"}
        world.dialogue.gate.set()
        await stream.named("message")
    assert {e["type"] for e in await citizen.events()} == {"message"}


async def test_a_stream_ends_when_the_conversation_is_erased(world: World) -> None:
    citizen = await world.citizen()
    async with citizen.stream() as stream:
        await stream.next()
        assert (await citizen.call("DELETE", ""))[0] == 204
        assert (await stream.next())["event"] == "erased"


async def test_a_foreign_token_opens_no_stream(world: World) -> None:
    citizen = await world.citizen()
    citizen.token = "wrong"
    status, body = await citizen.call("GET", "/events")
    assert (status, body["error"]["code"]) == (401, "unauthorized")


async def test_a_malformed_resume_point_is_refused(world: World) -> None:
    citizen = await world.citizen()
    assert (await citizen.call("GET", "/events?after=x"))[0] == 400
    assert (await citizen.call("GET", "/events?after=-1"))[0] == 400


async def test_whoever_leaves_a_stream_leaves_no_traceback(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Served as the gateway serves: the tests' own server cancels handlers, which it does not."""

    async def fetch(after: int) -> AsyncIterator[Frame]:
        for seq in itertools.count(after + 1):
            yield Frame(seq, "message", "{}")
            await asyncio.sleep(0)

    async def endless(request: web.Request) -> web.StreamResponse:
        return await stream(request, "topic", "reader", 0, fetch)

    app = web.Application()
    app[STREAMS], app[NOTIFIER] = set(), LocalNotifier()
    app.router.add_get("/", endless)
    runner = web.AppRunner(app, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        reader, writer = await asyncio.open_connection(*runner.addresses[0][:2])
        writer.write(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await reader.readuntil(b"id: 2")
        writer.transport.abort()

        async def ended() -> bool:
            return not app[STREAMS]

        await eventually(ended)
    finally:
        await runner.cleanup()
    assert [record.getMessage() for record in caplog.records if record.name[:7] == "aiohttp"] == []
