"""AudioSocket's frames in any pieces, and a line that takes whatever a PBX may send."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from voice.media import Heard, HungUp, KeyPressed, MediaEvent
from voice.telephony import audiosocket, server
from voice.telephony.audiosocket import AudioSocketCall
from voice.telephony.frames import Frame, FrameDecoder, Kind
from voice.telephony.metrics import DROPPED
from voice.telephony.server import AudioSocketServer

CALL_ID = "155ec44e-8487-481a-809f-2beb0dac7c5c"
HELLO = Frame(Kind.CALL_ID, uuid.UUID(CALL_ID).bytes)
SILENCE = Frame(Kind.SOUND_8K, bytes(320))

frames = st.lists(st.builds(Frame, st.integers(0, 255), st.binary(max_size=700)), max_size=12)


# Frames


def test_a_frame_is_kind_length_and_payload() -> None:
    assert bytes(Frame(Kind.HANG_UP)) == b"\x00\x00\x00"
    assert bytes(Frame(Kind.KEY, b"5")) == b"\x03\x00\x015"
    assert bytes(SILENCE)[:3] == b"\x10\x01\x40"


@given(frames, st.data())
def test_frames_survive_any_chunking(sent: list[Frame], data: st.DataObject) -> None:
    stream = b"".join(map(bytes, sent))
    decoder, got = FrameDecoder(), list[Frame]()
    while stream:
        size = data.draw(st.integers(1, len(stream)))
        got += decoder.feed(stream[:size])
        stream = stream[size:]
    assert got == sent


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_nonsense_is_cut_into_frames_without_loss(pieces: list[bytes]) -> None:
    decoder = FrameDecoder()
    whole = b"".join(bytes(frame) for piece in pieces for frame in decoder.feed(piece))
    assert b"".join(pieces).startswith(whole)


# Lines


class Desk:
    """Serves every call by noting what comes, until it is told to let go."""

    def __init__(self) -> None:
        self.calls: list[AudioSocketCall] = []
        self.events: list[MediaEvent] = []
        self.expected = {CALL_ID}
        self.arrived = asyncio.Event()
        self.listening = True
        self.over = asyncio.Event()
        self.ended = 0

    async def serve(self, call: AudioSocketCall) -> None:
        self.calls.append(call)
        self.arrived.set()
        try:
            if self.listening:
                async for event in call.events():
                    self.events.append(event)
            else:
                await self.over.wait()
        finally:
            self.ended += 1

    def heard(self) -> bytes:
        return b"".join(event.samples for event in self.events if isinstance(event, Heard))

    def keys(self) -> str:
        return "".join(event.key for event in self.events if isinstance(event, KeyPressed))


class Pbx:
    """Asterisk's end of a line."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    def send(self, *sent: Frame) -> None:
        self.writer.write(b"".join(map(bytes, sent)))

    async def receive(self) -> list[Frame]:
        """Everything until the line is closed."""
        return FrameDecoder().feed(await asyncio.wait_for(self.reader.read(), 5))


@pytest.fixture
def desk() -> Desk:
    return Desk()


@contextlib.asynccontextmanager
async def listening(desk: Desk) -> AsyncIterator[tuple[AudioSocketServer, int]]:
    answering = AudioSocketServer(lambda call_id: call_id in desk.expected, desk.serve)
    async with answering.listen("127.0.0.1", 0) as port:
        yield answering, port


@contextlib.asynccontextmanager
async def connected(port: int) -> AsyncIterator[Pbx]:
    pbx = Pbx(*await asyncio.open_connection("127.0.0.1", port))
    yield pbx
    pbx.writer.close()


async def until(happened: asyncio.Event) -> None:
    await asyncio.wait_for(happened.wait(), 5)


async def is_over(answering: AudioSocketServer, desk: Desk) -> None:
    """Waits until the line is closed and its call has ended."""
    async with asyncio.timeout(5):
        while answering.lines or not desk.ended:
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(("kind", "rate"), [(Kind.SOUND_8K, 8_000), (Kind.SOUND_16K, 16_000)])
async def test_a_call_brings_its_sound_its_keys_and_its_end(
    desk: Desk, kind: Kind, rate: int
) -> None:
    sound = bytes(range(256)) * 5  # 1280 bytes: four frames of 8 kHz, two of 16
    async with listening(desk) as (answering, port), connected(port) as pbx:
        pbx.send(HELLO, Frame(kind, sound[:100]), Frame(Kind.KEY, b"#"), Frame(kind, sound[100:]))
        await until(desk.arrived)
        pbx.writer.close()
        await is_over(answering, desk)
    assert desk.calls[0].call_id == CALL_ID
    assert desk.calls[0].rate == rate
    assert desk.heard() == sound
    assert {len(e.samples) for e in desk.events if isinstance(e, Heard)} == {rate // 50 * 2}
    assert desk.keys() == "#"
    assert isinstance(desk.events[-1], HungUp)


async def test_a_mute_line_is_taken_for_8_khz(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "FIRST_SOUND_S", 0.05)
    async with listening(desk) as (_, port), connected(port) as pbx:
        pbx.send(HELLO, Frame(Kind.KEY, b"1"))
        await until(desk.arrived)
        assert desk.calls[0].rate == 8_000
        await asyncio.sleep(0)
        assert desk.keys() == "1"


async def test_what_cannot_be_used_is_ignored(desk: Desk) -> None:
    odd = [
        Frame(Kind.SOUND_8K, b"\1\2\3"),
        Frame(Kind.SOUND_16K, bytes(640)),
        Frame(Kind.KEY, b""),
        Frame(Kind.KEY, b"A"),
        Frame(Kind.KEY, b"12"),
        Frame(Kind.KEY, b"\xff"),
        HELLO,
        Frame(0x77, b"what"),
    ]
    async with listening(desk) as (answering, port), connected(port) as pbx:
        pbx.send(HELLO, SILENCE, *odd, Frame(Kind.KEY, b"7"), SILENCE, Frame(Kind.HANG_UP))
        assert await pbx.receive() == []
        await is_over(answering, desk)
    assert desk.heard() == bytes(640)
    assert desk.keys() == "7"


@pytest.mark.parametrize(
    "first",
    [
        Frame(Kind.CALL_ID, uuid.UUID(int=1).bytes),
        Frame(Kind.CALL_ID, b"short"),
        SILENCE,
        Frame(0x47, b"ET / HTTP/1.1"),
    ],
    ids=["not announced", "malformed", "no id", "nonsense"],
)
async def test_only_announced_calls_are_served(desk: Desk, first: Frame) -> None:
    async with listening(desk) as (_, port), connected(port) as pbx:
        pbx.send(first, SILENCE, SILENCE)
        with contextlib.suppress(ConnectionResetError):
            assert await pbx.receive() == []
    assert desk.calls == []


async def test_a_connection_that_says_nothing_is_closed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "IDENTIFY_S", 0.05)
    async with listening(desk) as (_, port), connected(port) as pbx:
        with contextlib.suppress(ConnectionResetError):
            assert await pbx.receive() == []


async def test_a_call_is_not_connected_twice_but_again(desk: Desk) -> None:
    async with listening(desk) as (answering, port), connected(port) as pbx:
        pbx.send(HELLO, SILENCE)
        await until(desk.arrived)
        async with connected(port) as second:
            second.send(HELLO, SILENCE)
            with contextlib.suppress(ConnectionResetError):
                assert await second.receive() == []
        pbx.writer.close()
        async with asyncio.timeout(5):
            while answering.lines:
                await asyncio.sleep(0.01)
        desk.arrived.clear()
        async with connected(port) as later:
            later.send(HELLO, SILENCE)
            await until(desk.arrived)
    assert len(desk.calls) == 2


async def test_release_says_so_and_waits_for_the_pbx(desk: Desk) -> None:
    async with listening(desk) as (answering, port), connected(port) as pbx:
        pbx.send(HELLO, *[SILENCE] * 50)
        await until(desk.arrived)
        releasing = asyncio.create_task(desk.calls[0].release())
        header = await asyncio.wait_for(pbx.reader.readexactly(3), 5)
        assert header == bytes(Frame(Kind.HANG_UP))
        pbx.send(SILENCE)
        await asyncio.sleep(0.02)
        assert not releasing.done()
        pbx.writer.close()
        await asyncio.wait_for(releasing, 5)
        async with asyncio.timeout(5):
            while answering.lines:
                await asyncio.sleep(0.01)


async def test_release_does_not_wait_for_ever(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiosocket, "RELEASE_S", 0.05)
    async with listening(desk) as (_, port), connected(port) as pbx:
        pbx.send(HELLO, SILENCE)
        await until(desk.arrived)
        await asyncio.wait_for(desk.calls[0].release(), 1)
        desk.calls[0].write(bytes(320))  # does nothing any more


async def test_a_pbx_that_reads_nothing_costs_frames_not_memory(desk: Desk) -> None:
    async with listening(desk) as (_, port), connected(port) as pbx:
        pbx.send(HELLO, SILENCE)
        await until(desk.arrived)
        [call] = desk.calls
        before = dropped()
        for _ in range(100_000):  # 32 MB
            call.write(bytes(320))
        taken = 100_000 - (dropped() - before)
        assert taken * 323 < 8_000_000  # what fits into the kernel's own buffers


async def test_a_listener_that_is_slow_loses_old_sound_but_no_key(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audiosocket, "WAITING_FRAMES", 10)
    desk.listening = False
    async with listening(desk) as (_, port), connected(port) as pbx:
        keys = [Frame(Kind.KEY, key.encode()) for key in "0123456789*#"]
        sound = [Frame(Kind.SOUND_8K, bytes([n]) * 320) for n in range(40)]
        pbx.send(HELLO, *keys[:6], *sound[:20], *keys[6:], *sound[20:], Frame(Kind.HANG_UP))
        await until(desk.arrived)
        got = [event async for event in desk.calls[0].events()]
        desk.over.set()
    assert "".join(e.key for e in got if isinstance(e, KeyPressed)) == "0123456789*#"
    left = [e.samples[0] for e in got if isinstance(e, Heard)]
    assert left == list(range(30, 40))
    assert isinstance(got[-1], HungUp)


async def test_the_end_of_the_server_is_a_hang_up_for_its_calls(desk: Desk) -> None:
    async with listening(desk) as (answering, port), connected(port) as pbx:
        pbx.send(HELLO, SILENCE)
        await until(desk.arrived)
    assert desk.ended == 1
    assert answering.lines == 0


async def test_a_call_that_fails_is_given_back(
    desk: Desk, capsys: pytest.CaptureFixture[str]
) -> None:
    async def fail(call: AudioSocketCall) -> None:
        raise ValueError("Erika Mustermann")

    answering = AudioSocketServer(lambda call_id: True, fail)
    async with answering.listen("127.0.0.1", 0) as port, connected(port) as pbx:
        pbx.send(HELLO, SILENCE)
        header = await asyncio.wait_for(pbx.reader.readexactly(3), 5)
    assert header == bytes(Frame(Kind.HANG_UP))
    told = capsys.readouterr()
    assert "Erika" not in told.out + told.err


def dropped() -> float:
    """Frames that were dropped so far."""
    return next(s.value for m in DROPPED.collect() for s in m.samples if s.name.endswith("_total"))
