"""Speaking to the chat and having it read aloud: over real HTTP and WebSockets."""

import contextlib
import json
import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import WSMsgType
from aiohttp.test_utils import TestServer
from pydantic import HttpUrl

from bot.app import Knowledge
from bot.events import Message
from bot.fakes import FakeClock, FakeDialogue
from bot.model import Author
from bot.parts import Button, Buttons, Checklist, ChecklistItem, FeeItem, Fees, Link, Links, Text
from bot.reading_aloud import aloud
from bot.settings import Settings
from bot.web.voice_api import LISTENING
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.voice_process import SENTENCE_S, Ear, Mouth, tone, voice_app
from tests.support.world import Citizen, World, eventually
from voice.audio import as_bytes
from voice.transcription import Reason, RecogniserBusy, RecogniserLate, Rejected, Transcript
from voice.web_voice import wav_header

LIMIT_S = 2
PER_MINUTE = 20
SAID = as_bytes(tone(440, 1.0, 16_000))
HEADER = len(wav_header(16_000))
SENTENCE = int(SENTENCE_S * 16_000) * 2


@pytest.fixture
def ear() -> Ear:
    return Ear()


@pytest.fixture
def mouth() -> Mouth:
    return Mouth()


@pytest.fixture
async def voice(ear: Ear, mouth: Mouth) -> AsyncIterator[TestServer]:
    async with TestServer(voice_app(ear, mouth)) as server:
        yield server


@pytest.fixture
def settings(settings: Settings, voice: TestServer) -> Settings:
    wanted = {
        "voice_url": HttpUrl(str(voice.make_url(""))),
        "web_utterance_s": LIMIT_S,
        "web_voice_per_minute": PER_MINUTE,
        "allowed_origins": ["https://www.county.example"],
    }
    return settings.model_copy(update=wanted)


@pytest.fixture
async def world(settings: Settings, knowledge: Knowledge, tmp_path: Path) -> AsyncIterator[World]:
    url = f"sqlite+aiosqlite:///{tmp_path / 'test.sqlite3'}"
    chosen = settings.model_copy(update={"database_url": url})
    async with opened(chosen, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)) as world:
        yield world


@contextlib.asynccontextmanager
async def socket(
    citizen: Citizen, origin: str | None = None
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/listen"
    headers = {"Origin": origin} if origin else {}
    async with citizen.client.http.ws_connect(url, headers=headers) as connection:
        yield connection


async def speaks(
    citizen: Citizen, sound: bytes = SAID, token: str | None = None, frame: int = 3200
) -> dict[str, Any]:
    """Says that and returns the one answer; the socket is closed after it."""
    async with socket(citizen) as connection:
        await connection.send_json({"type": "start", "token": token or citizen.token})
        for start in range(0, len(sound), frame):
            await connection.send_bytes(sound[start : start + frame])
        await connection.send_json({"type": "end"})
        answer = await answered(connection)
        assert (await connection.receive(timeout=5)).type is WSMsgType.CLOSE
    return answer


async def answered(connection: aiohttp.ClientWebSocketResponse) -> dict[str, Any]:
    return dict(json.loads((await connection.receive(timeout=5)).data))


async def fails(answer: dict[str, Any], code: str) -> None:
    assert (answer["type"], answer["code"]) == ("error", code)
    assert answer["message"] not in ("", f"errors.{code}")


async def reads_aloud(citizen: Citizen, seq: int) -> tuple[int, aiohttp.ClientResponse, bytes]:
    url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/speech"
    async with citizen.client.http.post(
        url, json={"seq": seq}, headers={"Authorization": f"Bearer {citizen.token}"}
    ) as response:
        return response.status, response, await response.read()


async def offered(citizen: Citizen) -> dict[str, Any]:
    return dict((await citizen.client.call("GET", "/api/v1/status"))[1]["voice"])


async def test_the_status_says_what_can_be_heard_and_spoken(world: World) -> None:
    offer = await offered(await world.citizen())
    assert offer["listen"] == ["de", "de-x-leicht", "en", "tr"]
    assert offer["speak"] == ["de", "de-x-leicht", "en"]
    assert offer["utterance_s"] == LIMIT_S


async def test_without_the_voice_process_nothing_is_offered_and_nothing_breaks(
    world: World, voice: TestServer
) -> None:
    citizen = await world.citizen()
    await voice.close()
    assert await offered(citizen) == {"listen": [], "speak": [], "utterance_s": LIMIT_S}
    await fails(await speaks(citizen), "language_not_heard")
    status, answer = await citizen.call("POST", "/speech", {"seq": 1})
    assert (status, answer["error"]["code"]) == (409, "language_not_spoken")


async def test_a_county_may_turn_it_off(
    settings: Settings, knowledge: Knowledge, tmp_path: Path
) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'off.sqlite3'}"
    chosen = settings.model_copy(update={"database_url": url, "web_voice": False})
    dialogue, clock = FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    async with opened(chosen, knowledge, dialogue, clock) as world:
        citizen = await world.citizen()
        assert (await offered(citizen))["speak"] == []
        await fails(await speaks(citizen), "language_not_heard")


async def test_what_is_said_comes_back_as_words_and_is_kept_nowhere(
    world: World, ear: Ear, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    ear.script.append(Transcript("Mein Ausweis ist weg", "de", 0.83))
    citizen = await world.citizen(language="de-x-leicht")
    before = await citizen.events()
    answer = await speaks(citizen)
    assert answer == {"type": "caption", "text": "Mein Ausweis ist weg", "confidence": 0.83}
    assert ear.asked == [(1.0, ("de",))]
    assert as_bytes(ear.sounds[0]) == SAID
    assert await citizen.events() == before
    assert "Ausweis" not in caplog.text + "".join(capsys.readouterr())


@pytest.mark.parametrize(
    ("heard", "code"),
    [
        (Rejected(Reason.SILENCE), "nothing_heard"),
        (Rejected(Reason.TONE), "nothing_heard"),
        (Rejected(Reason.UNSURE), "not_understood"),
        (Rejected(Reason.FOREIGN_TEXT), "not_understood"),
        (" ", "not_understood"),
        (RecogniserBusy(), "voice_busy"),
        (RecogniserLate(), "voice_busy"),
        (ValueError("Mein Ausweis ist weg"), "voice_unavailable"),
    ],
)
async def test_what_is_not_understood_is_told_in_words(
    world: World, ear: Ear, heard: Any, code: str
) -> None:
    ear.script.append(heard)
    await fails(await speaks(await world.citizen()), code)


async def test_a_refusal_is_in_the_citizens_language(world: World, ear: Ear) -> None:
    ear.script.append(Rejected(Reason.SILENCE))
    texts = world.gateway.texts
    answer = await speaks(await world.citizen(language="tr"))
    assert answer["message"] == texts.say("errors.nothing_heard", "tr")
    assert answer["message"] != texts.say("errors.nothing_heard", "de")


async def test_nothing_is_heard_in_next_to_no_sound(world: World, ear: Ear) -> None:
    citizen = await world.citizen()
    await fails(await speaks(citizen, b""), "nothing_heard")
    await fails(await speaks(citizen, SAID[:6000]), "nothing_heard")
    assert ear.asked == []


async def test_only_the_token_opens_the_ear(world: World, ear: Ear) -> None:
    citizen, stranger = await world.citizen(), await world.citizen()
    await fails(await speaks(citizen, token=stranger.token), "unauthorized")
    await fails(await speaks(citizen, token="\0"), "unauthorized")
    stranger.id = "no-such-conversation"
    await fails(await speaks(stranger), "unauthorized")
    assert ear.asked == []


async def test_an_ended_conversation_is_not_listened_to(world: World) -> None:
    citizen = await world.citizen()
    await citizen.call("POST", "/close")
    await fails(await speaks(citizen), "conversation_closed")


@pytest.mark.parametrize(
    "frames",
    [["no json"], ["{}"], [b"sound first"], [{"type": "end"}],
     ["start", "no json"], ["start", {"type": "start", "token": "x"}],
     ["start", SAID[:9999], {"type": "end"}]],
)  # fmt: skip
async def test_frames_that_are_none_are_refused(world: World, frames: list[Any]) -> None:
    citizen = await world.citizen()
    async with socket(citizen) as connection:
        for frame in frames:
            match frame:
                case "start":
                    await connection.send_json({"type": "start", "token": citizen.token})
                case bytes():
                    await connection.send_bytes(frame)
                case str():
                    await connection.send_str(frame)
                case _:
                    await connection.send_json(frame)
        await fails(await answered(connection), "bad_request")


async def test_a_frame_beyond_all_measure_ends_the_socket(world: World) -> None:
    citizen = await world.citizen()
    async with socket(citizen) as connection:
        await connection.send_json({"type": "start", "token": citizen.token})
        await connection.send_bytes(bytes(100_000))
        message = await connection.receive(timeout=5)
        assert (message.type, message.data) == (WSMsgType.CLOSE, 1009)


async def test_too_long_a_recording_is_refused_while_it_is_sent(world: World, ear: Ear) -> None:
    citizen = await world.citizen()
    async with socket(citizen) as connection:
        await connection.send_json({"type": "start", "token": citizen.token})
        for _ in range(LIMIT_S + 2):
            await connection.send_bytes(SAID)
        await fails(await answered(connection), "recording_too_long")
    assert ear.asked == []
    ear.script.append("gut")
    assert (await speaks(citizen, SAID * LIMIT_S, frame=32_000))["text"] == "gut"


async def test_one_recording_of_a_conversation_at_a_time(world: World, ear: Ear) -> None:
    citizen, other = await world.citizen(), await world.citizen()
    ear.script.extend(["eins", "zwei", "drei"])
    async with socket(citizen) as first:
        await first.send_json({"type": "start", "token": citizen.token})
        await first.send_bytes(SAID)
        await eventually(lambda: _listening(world, citizen))
        await fails(await speaks(citizen), "already_listening")
        assert (await speaks(other))["text"] == "eins"
        await first.send_json({"type": "end"})
        assert (await answered(first))["text"] == "zwei"
    assert (await speaks(citizen))["text"] == "drei"


async def test_who_leaves_in_mid_sentence_is_forgotten(world: World, ear: Ear) -> None:
    citizen = await world.citizen()
    async with socket(citizen) as connection:
        await connection.send_json({"type": "start", "token": citizen.token})
        await connection.send_bytes(SAID)
        await eventually(lambda: _listening(world, citizen))
    await eventually(lambda: _listening(world, citizen, wanted=False))
    assert ear.asked == []


async def test_who_falls_silent_is_forgotten(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.web.listening._SILENT_S", 0.1)
    citizen = await world.citizen()
    async with socket(citizen) as connection:
        await connection.send_json({"type": "start", "token": citizen.token})
        message = await connection.receive(timeout=5)
        assert message.type in (WSMsgType.CLOSE, WSMsgType.CLOSED)
    assert not await _listening(world, citizen)


async def test_so_many_recordings_in_a_minute(world: World, ear: Ear) -> None:
    citizen, other = await world.citizen(), await world.citizen()
    ear.script.extend(["gut"] * (PER_MINUTE + 1))
    for _ in range(PER_MINUTE):
        assert (await speaks(citizen, SAID[:8000]))["text"] == "gut"
    await fails(await speaks(citizen), "too_many_requests")
    assert (await speaks(other))["text"] == "gut"


@pytest.mark.parametrize(
    ("origin", "status"),
    [(None, 101), ("https://www.county.example", 101), ("own", 101),
     ("https://evil.example", 403), ("null", 403)],
)  # fmt: skip
async def test_only_allowed_pages_may_listen(world: World, origin: str | None, status: int) -> None:
    citizen = await world.citizen()
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13",
               "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA=="}  # fmt: skip
    if origin:
        headers["Origin"] = citizen.client.base if origin == "own" else origin
    url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/listen"
    async with citizen.client.http.get(url, headers=headers) as response:
        assert response.status == status
        if status == 403:
            assert (await response.json())["error"]["code"] == "forbidden"


async def test_listen_without_a_websocket_is_a_bad_request(world: World) -> None:
    status, answer = await (await world.citizen()).call("GET", "/listen")
    assert (status, answer["error"]["code"]) == (400, "bad_request")


async def test_a_message_is_read_aloud_as_a_wav(world: World, mouth: Mouth) -> None:
    citizen = await world.citizen()
    answer = await citizen.asks("answer kfz_ummeldung fees")
    status, response, sound = await reads_aloud(citizen, answer["seq"])
    assert (status, response.content_type) == (200, "audio/wav")
    assert response.headers["Cache-Control"] == "no-store"
    [(said, language)] = mouth.said
    assert language == "de"
    assert "27,10" in said
    assert "http" not in said
    assert sound[:HEADER] == wav_header(16_000)
    assert len(sound) == HEADER + len(said.splitlines()) * SENTENCE


async def test_the_first_sound_comes_before_the_last_is_spoken(world: World, mouth: Mouth) -> None:
    citizen = await world.citizen()
    answer = await citizen.asks("answer kfz_ummeldung fees")
    mouth.held = True
    url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/speech"
    headers = {"Authorization": f"Bearer {citizen.token}"}
    async with citizen.client.http.post(
        url, json={"seq": answer["seq"]}, headers=headers
    ) as response:
        await response.content.readexactly(HEADER + SENTENCE)
        mouth.held = False
        assert len(await response.read()) % SENTENCE == 0


async def test_a_voice_that_fails_in_mid_message_does_not_pass_for_the_end(
    world: World, mouth: Mouth
) -> None:
    citizen = await world.citizen()
    answer = await citizen.asks("answer kfz_ummeldung fees")
    mouth.breaks_after = 1
    with pytest.raises(aiohttp.ClientPayloadError):
        await reads_aloud(citizen, answer["seq"])
    mouth.breaks_after = 0
    status, failed = await citizen.call("POST", "/speech", {"seq": answer["seq"]})
    assert (status, failed["error"]["code"]) == (503, "voice_unavailable")


async def test_the_language_of_the_message_counts(world: World, mouth: Mouth) -> None:
    citizen = await world.citizen(language="en")
    assert (await reads_aloud(citizen, citizen.messages[0]["seq"]))[0] == 200
    assert mouth.said[0][1] == "en"
    turkish = await world.citizen(language="tr")
    status, answer = await turkish.call("POST", "/speech", {"seq": turkish.messages[0]["seq"]})
    assert (status, answer["error"]["code"]) == (409, "language_not_spoken")


async def test_only_what_one_was_told_is_read_aloud(world: World) -> None:
    citizen, stranger = await world.citizen(), await world.citizen()
    seq = await citizen.says("answer kfz_ummeldung fees")
    for wrong in (seq, 99):
        status, answer = await citizen.call("POST", "/speech", {"seq": wrong})
        assert (status, answer["error"]["fields"]["seq"]) == (422, "Diese Nachricht gibt es nicht.")
    citizen.token = stranger.token
    assert (await citizen.call("POST", "/speech", {"seq": 1}))[0] == 401


async def test_so_many_messages_in_a_minute(world: World) -> None:
    citizen = await world.citizen()
    for _ in range(PER_MINUTE):
        assert (await reads_aloud(citizen, 1))[0] == 200
    assert (await citizen.call("POST", "/speech", {"seq": 1}))[0] == 429


async def test_pages_of_the_county_may_hear_it(world: World) -> None:
    citizen = await world.citizen()
    url = f"{citizen.client.base}/api/v1/conversations/{citizen.id}/speech"
    headers = {
        "Authorization": f"Bearer {citizen.token}", "Origin": "https://www.county.example"
    }  # fmt: skip
    async with citizen.client.http.post(url, json={"seq": 1}, headers=headers) as response:
        assert response.headers["Access-Control-Allow-Origin"] == "https://www.county.example"


async def test_callers_do_not_wait_for_browsers(ear: Ear, mouth: Mouth) -> None:
    async with (
        TestServer(voice_app(ear, mouth, at_once=1)) as server,
        aiohttp.ClientSession() as http,
    ):
        speak, text = server.make_url("/speak"), {"text": "eins\nzwei", "language": "de"}
        mouth.held = True
        async with http.post(speak, json=text) as first:
            await first.content.readexactly(HEADER + SENTENCE)
            async with http.post(speak, json=text) as second:
                assert (second.status, await second.json()) == (503, {"code": "busy"})
            mouth.held = False
            await first.read()
        async with http.post(speak, json=text) as third:
            assert third.status == 200


async def test_the_voice_process_refuses_what_is_no_wish(ear: Ear, mouth: Mouth) -> None:
    async with TestServer(voice_app(ear, mouth)) as server, aiohttp.ClientSession() as http:
        for path, body, status in (
            ("/recognise?language=xx", SAID, 404),
            ("/recognise", SAID, 404),
            ("/recognise?language=de", SAID[1:], 400),
            ("/recognise?language=de", SAID * 31, 413),
            ("/speak", b"{}", 400),
            ("/speak", b"\xff", 400),
            ("/speak", json.dumps({"text": "x", "language": "xx"}).encode(), 404),
            ("/speak", b" " * 200_000, 400),
        ):
            async with http.post(server.make_url(path), data=body) as answer:
                assert answer.status == status, path
    assert ear.asked == []


def test_a_message_is_said_as_it_stands_on_the_screen_without_addresses() -> None:
    parts = [
        Text(text="Das brauchen Sie:"),
        Checklist(title="Unterlagen", items=[ChecklistItem(text="Ausweis", when="wenn vorhanden")]),
        Fees(title="Kosten", items=[FeeItem(what="Gebühr", amount="27,10 €")]),
        Links(items=[Link(title="Antrag", url="https://www.example.org/a?b=c")]),
        Buttons(title="Noch etwas?", items=[Button(title="Fristen", payload="x/y")]),
    ]
    message = Message(author=Author.BOT, text="", language="de", parts=parts)
    assert aloud(message).splitlines() == [
        "Das brauchen Sie:", "Unterlagen.", "Ausweis, wenn vorhanden.", "Kosten.",
        "Gebühr, 27,10 €.", "Antrag.", "Noch etwas?", "Fristen.",
    ]  # fmt: skip
    plain = Message(author=Author.CASEWORKER, text="Guten Tag", language="de")
    assert aloud(plain) == "Guten Tag"


async def _listening(world: World, citizen: Citizen, *, wanted: bool = True) -> bool:
    return (citizen.id in world.application("public")[LISTENING]) is wanted
