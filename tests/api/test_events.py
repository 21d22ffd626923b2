"""Events by stream: numbered, resumable, and ended by erasure."""

import json

from tests.support.world import World


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
