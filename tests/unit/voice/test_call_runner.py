"""Whole calls in real time: line, player, ear and machine, with a fake bot and a fake voice."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import numpy as np
import pytest
from prometheus_client import REGISTRY

from bot.model import CallOutcome, HandoverKind
from bot.parts import AnyPart, Text
from tests.support.phone import phone_line, with_fields
from voice.barge_in import BargedIn, Suspected
from voice.bot_client import Target
from voice.call.fakes import FakeBot, FakeHearing
from voice.call.registry import CallRegistry
from voice.call.runner import Equipment, LiveCall
from voice.call.state import Phase
from voice.hearing import Perhaps, Utterance
from voice.media import Heard, HungUp, KeyPressed, MediaEvent
from voice.recognition.fake import FakeTranscriber
from voice.speaking.fakes import FakeSynthesizer
from voice.telephony.next_steps import Admission, Dial, DialStatus, HangUp, Resume, Switchboard
from voice.transcription import RecogniserBusy

ERIKA = Target("kfz", "Kfz-Zulassung", "201", "Frau Erika", True)
PATIENCE_S = 20.0
SKIPPED = "kreislotse_call_frames_skipped_total"


class FakeLine:
    """A line whose caller does what the test says, and which keeps what she is sent."""

    def __init__(self, call_id: str = "a") -> None:
        self.call_id = call_id
        self.rate = 8000
        self.sent: list[bytes] = []
        self.released = False
        self._events: asyncio.Queue[MediaEvent] = asyncio.Queue()

    async def events(self) -> AsyncIterator[MediaEvent]:
        while True:
            event = await self._events.get()
            yield event
            if isinstance(event, HungUp):
                return

    def write(self, samples: bytes) -> None:
        self.sent.append(samples)

    async def release(self) -> None:
        self.released = True

    def presses(self, keys: str) -> None:
        for key in keys:
            self._events.put_nowait(KeyPressed(time.monotonic(), key))

    def makes_a_sound(self) -> None:
        self._events.put_nowait(Heard(time.monotonic(), bytes(320)))

    def hangs_up(self) -> None:
        self._events.put_nowait(HungUp(time.monotonic()))


def answers(text: str) -> list[AnyPart]:
    return [Text(text=f"Antwort auf {text}.")]


class Scene:
    """One call with everything around it."""

    def __init__(self, target: Target | None = ERIKA, hears: bool = True, ms: int = 1) -> None:
        self.bot = FakeBot(answers, target)
        self.voice = FakeSynthesizer(ms_per_character=ms)
        self.transcriber = FakeTranscriber()
        self.hearing = FakeHearing()
        self.equipment = Equipment(
            with_fields(phone_line(("de", "en")), hears=hears), self.bot, self.voice,
            self.transcriber, new_hearing=lambda rate: self.hearing, later=self.later,
        )  # fmt: skip
        self.hurry = 1.0
        self.line = FakeLine()

    def later(self, after_s: float, ring: Callable[[], None]) -> asyncio.TimerHandle:
        return asyncio.get_running_loop().call_later(after_s * self.hurry, ring)

    def says(self, text: str | Exception) -> None:
        now = time.monotonic()
        self.transcriber.script.append(text)
        sound = np.zeros(16_000, np.float32)
        self.hearing.script.append(Utterance(now, now - 1, now - 0.7, sound, False, False))
        self.line.makes_a_sound()

    def guesses(self, text: str | Exception) -> None:
        """She falls silent, and may have ended."""
        now = time.monotonic()
        self.transcriber.script.append(text)
        self._said = Utterance(now, now - 1, now - 0.3, np.zeros(16_000, np.float32), False, False)
        self.hearing.script.append(Perhaps(self._said))
        self.line.makes_a_sound()

    def ends(self) -> None:
        """She has."""
        self.hearing.script.append(self._said)
        self.line.makes_a_sound()

    def says_aside(self, text: str, seconds: float = 0.4, loud: float = 0.1) -> None:
        """Into what we say."""
        now = time.monotonic()
        self.transcriber.script.append(text)
        sound = np.full(16_000, loud, np.float32)
        self.hearing.script.append(Utterance(now, now - 1, now - 1 + seconds, sound, False, True))
        self.line.makes_a_sound()

    def coughs(self) -> None:
        self.hearing.script.append(Suspected(time.monotonic()))
        self.line.makes_a_sound()

    def barges_in(self) -> None:
        now = time.monotonic()
        self.hearing.script.append(BargedIn(now, now - 0.2))
        self.line.makes_a_sound()

    async def until_said(self, words: str) -> None:
        await self.until(lambda: any(words in asked.text for asked in self.voice.asked))

    async def until(self, look: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not look():
                await asyncio.sleep(0.01)


async def begun(
    scene: Scene, caller: str | None = "+493023125999"
) -> tuple[LiveCall, asyncio.Task[None]]:
    live = LiveCall(scene.equipment, caller)
    return live, asyncio.create_task(live.serve(scene.line))


async def listening(scene: Scene, live: LiveCall) -> None:
    """Until the caller is asked what it is about, and listened to."""
    scene.line.presses("1")
    await scene.until(lambda: live.call.phase is Phase.LISTENING)


async def test_a_question_is_heard_answered_and_the_end_frees_everything() -> None:
    before = asyncio.all_tasks()
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    assert [asked.language for asked in scene.voice.asked[:2]] == ["de", "en"]
    assert all("omputer" in asked.text for asked in scene.voice.asked[:2])
    scene.says("Auto ummelden")
    await scene.until_said("Antwort auf Auto ummelden.")
    scene.line.hangs_up()
    await asyncio.wait_for(task, PATIENCE_S)
    assert scene.bot.talks[0].did == [
        ("language", "de"), ("say", "Auto ummelden", None), ("close",),
    ]  # fmt: skip
    assert live.over
    assert scene.line.released
    assert asyncio.all_tasks() == before


async def test_an_answer_counts_though_she_hangs_up_before_its_end() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    scene.voice._ms_per_character = 60
    before = _answer_times()
    said = len(scene.line.sent)
    scene.says("Auto ummelden")
    await scene.until(lambda: any(frame.strip(b"\0") for frame in scene.line.sent[said:]))
    scene.line.hangs_up()
    await task
    assert _answer_times() == before + 1


def _answer_times() -> float:
    labels = {"part": "whole"}
    return REGISTRY.get_sample_value("kreislotse_call_response_seconds_count", labels) or 0.0


async def test_words_are_recognised_while_it_is_not_clear_that_she_has_ended() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    scene.transcriber.idle = True
    scene.guesses("Auto ummelden")
    await scene.until(lambda: len(scene.transcriber.asked) == 1)
    scene.ends()
    await scene.until_said("Antwort auf Auto ummelden.")
    assert len(scene.transcriber.asked) == 1
    scene.line.hangs_up()
    await task


async def test_a_guess_is_given_up_where_she_goes_on() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    scene.transcriber.idle = True
    scene.guesses("Auto")
    await scene.until(lambda: len(scene.transcriber.asked) == 1)
    scene.says("Auto ummelden")
    await scene.until_said("Antwort auf Auto ummelden.")
    scene.line.hangs_up()
    await task


async def test_a_guess_that_fails_is_made_good() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    scene.transcriber.idle = True
    scene.guesses(RecogniserBusy())
    await scene.until(lambda: len(scene.transcriber.asked) == 1)
    scene.transcriber.script.append("Auto ummelden")
    scene.ends()
    await scene.until_said("Antwort auf Auto ummelden.")
    scene.line.hangs_up()
    await task


async def test_frames_go_on_while_nothing_is_said() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)

    def frames() -> float:
        return len(scene.line.sent) + (REGISTRY.get_sample_value(SKIPPED) or 0.0)

    sent, begun_at = frames(), time.monotonic()
    await asyncio.sleep(0.5)
    assert frames() - sent == pytest.approx((time.monotonic() - begun_at) / 0.02, abs=5)
    scene.line.hangs_up()
    await task


async def test_a_barge_in_is_silent_at_once() -> None:
    scene = Scene(ms=60)
    scene.voice._ms_per_character = 1
    live, task = await begun(scene)
    await listening(scene, live)
    scene.voice._ms_per_character = 60
    said = len(scene.line.sent)
    scene.says("Auto ummelden")
    await scene.until(lambda: any(frame.strip(b"\0") for frame in scene.line.sent[said:]))
    scene.barges_in()
    await scene.until(lambda: live.call.phase is Phase.LISTENING)
    sent = len(scene.line.sent)
    await asyncio.sleep(0.3)
    assert not any(frame.strip(b"\0") for frame in scene.line.sent[sent + 2 :])
    scene.line.hangs_up()
    await task


async def test_a_short_word_into_our_speech_is_understood() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    scene.voice._ms_per_character = 60
    scene.says("Auto ummelden")
    await scene.until(lambda: live.call.phase is Phase.SPEAKING)
    asked = len(scene.transcriber.asked)
    scene.says_aside("Mitarbeiter")  # while nobody is idle to recognise it
    await asyncio.sleep(0.1)
    scene.transcriber.idle = True
    scene.says_aside("Mitarbeiter", seconds=1.3)
    scene.says_aside("Mitarbeiter", loud=0.003)
    await asyncio.sleep(0.1)
    assert len(scene.transcriber.asked) == asked
    scene.transcriber.script.clear()
    scene.says_aside("Mitarbeiter")
    await scene.until_said("Um welche Stelle geht es?")
    scene.line.hangs_up()
    await task


async def test_a_cough_makes_it_hesitate_and_go_on() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    scene.voice._ms_per_character = 60
    said = len(scene.line.sent)
    scene.says("Auto ummelden")
    await scene.until(lambda: any(frame.strip(b"\0") for frame in scene.line.sent[said:]))
    scene.coughs()
    await scene.until(lambda: not any(frame.strip(b"\0") for frame in scene.line.sent[-10:]))
    await scene.until(lambda: any(frame.strip(b"\0") for frame in scene.line.sent[-3:]))
    await scene.until(lambda: live.call.phase is Phase.LISTENING)  # told to its end
    scene.line.hangs_up()
    await task


async def test_a_full_recogniser_makes_a_sound_and_keys_take_over() -> None:
    scene = Scene()
    live, task = await begun(scene)
    await listening(scene, live)
    scene.says(RecogniserBusy())
    await scene.until_said("Bitte benutzen Sie die Tasten.")
    scene.line.presses("2")
    await scene.until_said("Antwort auf topic/abh.")
    scene.line.hangs_up()
    await task


async def test_silence_is_noticed() -> None:
    scene = Scene()
    live, task = await begun(scene)
    scene.hurry = 0.02
    await listening(scene, live)
    await scene.until_said("Ich habe Sie nicht gehört.")
    scene.line.hangs_up()
    await task


async def test_without_the_bot_the_switchboard_takes_the_call() -> None:
    scene = Scene()
    scene.bot.there = False
    live, task = await begun(scene)
    await asyncio.wait_for(task, PATIENCE_S)
    assert "Computer" in scene.voice.asked[0].text
    assert scene.voice.asked[-1].text.startswith("Ich verbinde Sie mit der Zentrale.")
    assert type(live.next).__name__ == "Switchboard"


async def test_a_call_back_is_left() -> None:
    scene = Scene(target=None)
    live, task = await begun(scene)
    await listening(scene, live)
    scene.line.presses("01")
    await scene.until_said("morgen um 08:00 Uhr")
    scene.line.presses("1")
    await scene.until_said("Sie endet auf 9 9 9.")
    scene.line.presses("1")
    await scene.until_said("Ihr Wunsch nach einem Rückruf ist notiert.")
    scene.line.hangs_up()
    await task
    left = ("leave", HandoverKind.CALLBACK, "kfz", "+493023125999", None)
    assert left in scene.bot.talks[0].did
    assert scene.bot.talks[0].did[-1] == ("close",)


# --- the registry


def registry(scene: Scene, most: int = 2) -> CallRegistry:
    return CallRegistry(scene.equipment, most, lambda briefing: f"Sprache {briefing.language}.")


async def transferred(scene: Scene, calls: CallRegistry) -> FakeLine:
    """A call that has been given to the PBX to be put through."""
    line = scene.line = FakeLine()
    assert await calls.announce("a", "+493023125999", "115") is Admission.ANSWER
    task = asyncio.create_task(calls.serve(line))
    live = calls._calls["a"].call
    await listening(scene, live)
    line.presses("01")
    await asyncio.wait_for(task, PATIENCE_S)
    return line


async def test_a_call_is_put_through_and_the_person_is_briefed() -> None:
    scene = Scene()
    calls = registry(scene)
    assert not calls.expects("a")
    await transferred(scene, calls)
    assert any("Frau Erika" in asked.text for asked in scene.voice.asked)
    assert await calls.next_step("a") == Dial("201")
    briefing = await calls.briefing("a")
    assert briefing is not None
    assert calls.expects(briefing)
    await calls.serve(FakeLine(briefing))
    assert scene.voice.asked[-1].text == "Sprache de."
    assert not calls.expects(briefing)
    talk = scene.bot.talks[0]
    assert talk.did[-1] == ("dialled", CallOutcome.ANSWERED, "201")
    assert await calls.dialled("a", DialStatus.ANSWER) == HangUp()
    assert talk.did[-2:] == [("dialled", CallOutcome.ANSWERED, "201"), ("close",)]
    assert not calls.expects("a")


async def test_who_hangs_up_during_the_briefing_has_not_answered() -> None:
    scene = Scene()
    calls = registry(scene)
    await transferred(scene, calls)
    briefing = await calls.briefing("a")
    assert briefing is not None
    line = FakeLine(briefing)
    task = asyncio.create_task(calls.serve(line))
    line.hangs_up()
    await asyncio.wait_for(task, PATIENCE_S)
    assert await calls.dialled("a", DialStatus.NOANSWER) == Resume()
    assert ("dialled", CallOutcome.NO_ANSWER, "201") in scene.bot.talks[0].did


async def test_a_call_that_nobody_took_goes_on_where_it_stood() -> None:
    scene = Scene()
    calls = registry(scene)
    await transferred(scene, calls)
    assert await calls.next_step("a") == Dial("201")
    assert await calls.dialled("a", DialStatus.NOANSWER) == Resume()
    assert calls.expects("a")
    again = FakeLine()
    task = asyncio.create_task(calls.serve(again))
    await scene.until_said("Leider nimmt dort gerade niemand ab.")
    await scene.until_said("Was möchten Sie stattdessen?")  # 201 is all there is
    again.hangs_up()
    await asyncio.wait_for(task, PATIENCE_S)
    assert ("dialled", CallOutcome.NO_ANSWER, "201") in scene.bot.talks[0].did
    assert len(scene.bot.talks) == 1


async def test_who_hangs_up_while_it_rings_leaves_nothing_behind() -> None:
    scene = Scene()
    calls = registry(scene)
    await transferred(scene, calls)
    assert await calls.dialled("a", DialStatus.CANCEL) == HangUp()
    assert scene.bot.talks[0].did[-1] == ("close",)
    assert not calls.expects("a")


async def test_more_calls_than_lines_go_to_a_person() -> None:
    scene = Scene()
    calls = registry(scene, most=1)
    assert await calls.announce("a", None, "115") is Admission.ANSWER
    assert await calls.announce("b", None, "115") is Admission.FULL
    assert not calls.expects("b")
    assert await calls.next_step("b") == Switchboard()
    scene.bot.target = None
    assert await calls.announce("c", None, "115") is Admission.CLOSED


async def test_no_call_is_taken_that_no_bot_can_answer() -> None:
    scene = Scene()
    scene.bot.there = False
    assert await registry(scene).announce("a", None, "115") is Admission.FULL
