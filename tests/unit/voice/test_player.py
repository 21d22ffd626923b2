"""The player in virtual time: exact instants, catching up, gaps, and stopping within a frame."""

import asyncio
from collections.abc import AsyncIterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import Counter

from voice.media import MediaEvent
from voice.telephony.metrics import LATE, SKIPPED, UNDERRUNS
from voice.telephony.pacing import AHEAD_FRAMES, FRAME_S, Schedule
from voice.telephony.playback import AGAIN_MS, Played
from voice.telephony.player import HESITATION_S, Player

RATE = 8_000
FRAME = RATE // 50 * 2


class VirtualTime:
    """A clock that goes on only as the player sleeps; `stalls` make it wake up late."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.stalls: dict[int, float] = {}
        self._sleeps = 0
        self._until = 0
        self._reached = asyncio.Event()
        self._more = asyncio.Event()

    def now(self) -> float:
        return self.time

    async def sleep_until(self, at: float) -> None:
        if self._sleeps >= self._until:
            self._reached.set()
            self._more.clear()
            await self._more.wait()
        self.time = max(self.time, at) + self.stalls.pop(self._sleeps, 0.0)
        self._sleeps += 1
        await asyncio.sleep(0)

    async def run(self, frames: int) -> None:
        """Lets that many more frames be sent."""
        self._until += frames
        self._reached.clear()
        self._more.set()
        await asyncio.wait_for(self._reached.wait(), 5)


class RecordedLine:
    """A line that keeps what it is given, with the time."""

    def __init__(self, time: VirtualTime) -> None:
        self.call_id = "x"
        self.rate = RATE
        self.frames: list[tuple[float, bytes]] = []
        self._time = time

    def events(self) -> AsyncIterator[MediaEvent]:
        raise NotImplementedError

    def write(self, samples: bytes) -> None:
        self.frames.append((round(self._time.now() - 1000.0, 6), samples))

    async def release(self) -> None:
        raise NotImplementedError

    @property
    def times_ms(self) -> list[int]:
        return [round(at * 1000) for at, _ in self.frames]

    @property
    def sound(self) -> bytes:
        return b"".join(samples for _, samples in self.frames)


class Stage:
    """A player on a recorded line in virtual time."""

    def __init__(self) -> None:
        self.time = VirtualTime()
        self.line = RecordedLine(self.time)
        self.player = Player(self.line, self.time)
        self.task = asyncio.create_task(self.player.run())


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    stage = Stage()
    await asyncio.sleep(0)
    yield stage
    stage.task.cancel()


def sound(ms: int, value: int = 1000) -> bytes:
    return np.full(RATE * ms // 1000, value, "<i2").tobytes()


def count(counter: Counter) -> float:
    [metric] = counter.collect()
    return next(s.value for s in metric.samples if s.name.endswith("_total"))


async def test_silence_is_sent_every_20_ms_where_nothing_is_played(stage: Stage) -> None:
    await stage.time.run(5)
    assert stage.line.frames == [(n * 0.02, bytes(FRAME)) for n in range(5)]


async def test_ten_minutes_have_no_drift(stage: Stage) -> None:
    await stage.time.run(30_001)
    assert stage.line.frames[-1][0] == 600.0


async def test_sentences_are_heard_without_a_gap_and_counted(stage: Stage) -> None:
    playback = stage.player.play(sound(50, 1), sound(30, 2))
    await stage.time.run(6)
    assert stage.line.sound == sound(50, 1) + sound(30, 2) + bytes(2 * FRAME)
    assert playback.first_sound_at == 1000.0
    assert await playback.wait() == Played(80, 1, complete=True)


async def test_playbacks_follow_one_another_within_a_frame(stage: Stage) -> None:
    stage.player.play(sound(10, 1))
    second = stage.player.play(sound(10, 2))
    await stage.time.run(1)
    assert stage.line.sound == sound(10, 1) + sound(10, 2)
    assert second.first_sound_at == 1000.0


async def test_a_sentence_that_is_not_ready_leaves_one_gap(stage: Stage) -> None:
    before = count(UNDERRUNS)
    playback = stage.player.begin()
    await stage.time.run(2)
    assert count(UNDERRUNS) == before  # nothing of it was heard yet: thinking, not a gap
    playback.add(sound(20, 1))
    await stage.time.run(4)
    playback.add(sound(20, 2))
    playback.finish()
    await stage.time.run(2)
    gap = bytes(3 * FRAME)
    assert stage.line.sound == bytes(2 * FRAME) + sound(20, 1) + gap + sound(20, 2) + bytes(FRAME)
    assert count(UNDERRUNS) == before + 1
    assert playback.first_sound_at == pytest.approx(1000.04)
    assert (await playback.wait()).complete


async def test_stopping_silences_within_a_frame_and_without_a_click(stage: Stage) -> None:
    playback = stage.player.play(sound(60), sound(100))
    await stage.time.run(4)
    assert playback.stop() == Played(80, 1, complete=False)
    await stage.time.run(2)
    last, after = stage.line.frames[4][1], stage.line.frames[5][1]
    samples = np.frombuffer(last, "<i2").astype(int)
    assert samples[0] == 1000
    assert np.abs(np.diff(samples)).max() < 30
    assert not samples[40:].any()
    assert after == bytes(FRAME)
    assert await playback.wait() == Played(80, 1, complete=False)
    playback.add(sound(20))  # a sentence that was still being made
    await stage.time.run(1)
    assert stage.line.frames[-1][1] == bytes(FRAME)


async def test_hesitating_is_silent_for_a_while_and_says_the_last_word_again(stage: Stage) -> None:
    before = count(UNDERRUNS)
    said = np.arange(RATE * 600 // 1000, dtype="<i2").tobytes()
    playback = stage.player.play(said)
    await stage.time.run(20)
    stage.player.hesitate()
    pause = round(HESITATION_S / FRAME_S)
    await stage.time.run(pause + 20 + 1)
    fade, silent = stage.line.frames[20][1], stage.line.frames[21 : 19 + pause]
    assert fade[:2] == said[20 * FRAME : 20 * FRAME + 2]
    assert not any(any(samples) for _, samples in silent)
    again = AGAIN_MS // 20 * FRAME
    rest = b"".join(samples for _, samples in stage.line.frames[19 + pause :])
    assert rest.rstrip(b"\0") == said[20 * FRAME - again :].rstrip(b"\0")
    assert await playback.wait() == Played(600, 0, complete=True)
    assert count(UNDERRUNS) == before


async def test_a_playback_that_hesitates_can_be_stopped(stage: Stage) -> None:
    playback = stage.player.play(sound(600))
    await stage.time.run(5)
    stage.player.hesitate()
    await stage.time.run(2)
    assert playback.stop() == Played(100, 0, complete=False)
    await stage.time.run(40)
    assert not any(any(samples) for _, samples in stage.line.frames[6:])


async def test_nothing_hesitates_that_was_not_heard_yet(stage: Stage) -> None:
    stage.player.hesitate()
    stage.player.play(sound(20))
    stage.player.hesitate()
    await stage.time.run(1)
    assert stage.line.sound == sound(20)


async def test_what_was_not_heard_yet_is_never_heard(stage: Stage) -> None:
    first, second = stage.player.play(sound(100)), stage.player.play(sound(100))
    assert second.stop() == Played(0, -1, complete=False)
    stage.player.stop()
    assert first.stop() == Played(0, -1, complete=False)
    await stage.time.run(2)
    assert not any(stage.line.sound)


async def test_stopping_twice_or_after_the_end_changes_nothing(stage: Stage) -> None:
    playback = stage.player.play(sound(20))
    await stage.time.run(2)
    assert playback.stop() == playback.stop() == Played(20, 0, complete=True)


async def test_an_answer_of_nothing_is_over_at_once(stage: Stage) -> None:
    assert await stage.player.play().wait() == Played(0, -1, complete=True)
    after = stage.player.play(sound(20))
    await stage.time.run(1)
    assert after.played_ms == 20


async def test_a_short_stall_is_caught_up(stage: Stage) -> None:
    before = count(LATE)
    stage.player.play(sound(200))
    stage.time.stalls[2] = 0.05
    await stage.time.run(8)
    assert stage.line.times_ms == [0, 20, 90, 90, 90, 100, 120, 140]
    assert count(LATE) == before + 2


async def test_a_long_stall_moves_the_rest_instead_of_a_burst(stage: Stage) -> None:
    before = count(SKIPPED)
    stage.player.play(sound(400))
    stage.time.stalls[2] = 0.5
    await stage.time.run(8)
    assert stage.line.times_ms == [0, 20, 540, 540, 540, 560, 580, 600]
    assert count(SKIPPED) == before + 23
    assert stage.line.sound == sound(160)  # later, and nothing is lost


@given(st.lists(st.floats(0, 2), max_size=30))
def test_no_moment_sees_more_than_60_ms_of_sound(stalls: list[float]) -> None:
    schedule, now, sent = Schedule(0.0), 0.0, dict[float, int]()
    for stall in [*stalls, 0.0, 0.0, 0.0]:
        now = max(now, schedule.due) + stall
        schedule.skip_missed(now)
        while schedule.due <= now + 1e-9:
            sent[now] = sent.get(now, 0) + 1
            schedule.frame += 1
        assert sent[now] <= AHEAD_FRAMES
        assert schedule.due - now <= FRAME_S + 1e-9
