"""The real Piper with toy voices of our own, and the real espeak-ng: plumbing, never quality."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import numpy as np
import pytest

from bot.settings import Settings
from tests.support.voices import speaking_settings, toy_piper
from voice.speaking.cache import SoundCache
from voice.speaking.espeak import Espeak
from voice.speaking.levels import LEVEL_DB, PEAK_DB, active_rms
from voice.speaking.piper import Piper
from voice.speaking.synthesizer import SentenceSynthesizer, open_synthesizer
from voice.speaking.voice import Sound, VoiceFailed
from voice.speech import NoVoice, Pace, Spoken

TEXT = "Guten Tag. Das kostet 70,00 €. Bringen Sie Ihren Pass mit, und auch die Bestätigung."
LONG = "Das ist ein Satz, der auch auf einem schnellen Rechner seine Zeit braucht. " * 150


class Recording(Espeak):
    """espeak-ng, counted."""

    def __init__(self) -> None:
        super().__init__(timeout_s=10)
        self.said: list[str] = []

    async def say(self, text: str, language: str, pace: Pace) -> Sound:
        self.said.append(text)
        return await super().say(text, language, pace)


@pytest.fixture
async def piper() -> AsyncIterator[Piper]:
    piper = toy_piper()
    await piper.start()
    yield piper
    await piper.close()


@pytest.fixture
def cache(tmp_path: Path) -> SoundCache:
    return SoundCache(tmp_path / "speech", 10_000_000, 10_000_000)


async def every(speech: AsyncIterator[Spoken]) -> list[Spoken]:
    return [spoken async for spoken in speech]


def samples_of(spoken: Spoken) -> np.ndarray:
    return np.frombuffer(spoken.samples, "<i2").astype(np.float32) / 32768


@pytest.mark.parametrize("rate", [8000, 16000])
@pytest.mark.parametrize("language", ["de", "uk"])
async def test_what_callers_hear(piper: Piper, cache: SoundCache, rate: int, language: str) -> None:
    """German from Piper, Ukrainian from espeak-ng: as loud, as wide and as clean."""
    synthesizer = SentenceSynthesizer([piper, Espeak(10)], cache)
    for spoken in await every(synthesizer.speak(TEXT, language, rate)):
        heard = samples_of(spoken)
        assert len(heard) % (rate // 50) == 0
        assert 20 * np.log10(active_rms(heard, rate)) == pytest.approx(LEVEL_DB, abs=1.5)
        assert 20 * np.log10(np.abs(heard).max()) <= PEAK_DB
        assert abs(heard.mean()) < 1e-3
        assert np.abs(heard[:3]).max() < 0.02
        assert not heard[-rate // 10 :].any()
        spectrum = np.abs(np.fft.rfft(heard)) ** 2
        hertz = np.fft.rfftfreq(len(heard), 1 / rate)
        low, high = (150, 3800) if rate == 8000 else (30, 7700)
        outside = spectrum[(hertz < low) | (hertz > high)].sum() / spectrum.sum()
        assert 10 * np.log10(outside) < -30


async def test_texts_are_as_they_were_written(piper: Piper, cache: SoundCache) -> None:
    spoken = await every(SentenceSynthesizer([piper], cache).speak(TEXT, "de", 8000))
    assert [s.text for s in spoken] == [
        "Guten Tag.",
        "Das kostet 70,00 €.",
        "Bringen Sie Ihren Pass mit, und auch die Bestätigung.",
    ]


async def test_the_first_sentence_comes_before_the_rest_is_made(
    piper: Piper, cache: SoundCache, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, say = [], piper.say

    async def counted(text: str, language: str, pace: Pace) -> Sound:
        begun.append(text)
        return await say(text, language, pace)

    monkeypatch.setattr(piper, "say", counted)
    synthesizer = SentenceSynthesizer([piper], cache)
    text = "Guten Tag. " + "Das hier dauert aber wirklich viel länger als der Anfang. " * 12
    so_far = [len(begun) async for _ in synthesizer.speak(text, "de", 8000)]
    assert len(so_far) == 13
    assert so_far[0] <= 2


async def test_one_sentence_is_made_ahead_while_the_former_is_heard(cache: SoundCache) -> None:
    espeak = Recording()
    speech = SentenceSynthesizer([espeak], cache).speak("Eins. Zwei. Drei. Vier.", "de", 8000)
    assert (await anext(speech)).text == "Eins."
    await asyncio.sleep(0.5)
    assert espeak.said == ["Eins.", "Zwei."]
    await speech.aclose()


async def test_slowly_takes_longer(piper: Piper) -> None:
    for voice in (piper, Espeak(10)):
        normal, slow = [
            await voice.say("Bitte sprechen Sie nach dem Ton.", "de", pace) for pace in Pace
        ]
        assert 1.2 < len(slow.samples) / len(normal.samples) < 1.6


async def test_killed_in_the_middle_espeak_speaks_on(piper: Piper, cache: SoundCache) -> None:
    espeak = Recording()
    synthesizer = SentenceSynthesizer([piper, espeak], cache)
    speech = synthesizer.speak("Eins. Zwei. Drei. Vier.", "de", 8000)
    heard = [await anext(speech), await anext(speech)]
    (killed,) = piper.processes
    os.kill(killed, signal.SIGKILL)
    heard += [spoken async for spoken in speech]
    assert [spoken.text for spoken in heard] == ["Eins.", "Zwei.", "Drei.", "Vier."]
    assert espeak.said
    assert espeak.said[-1] == "Vier."

    for _ in range(100):
        if piper.processes:
            break
        await asyncio.sleep(0.1)
    assert piper.processes[0] != killed
    assert len((await piper.say("Wieder da.", "de", Pace.NORMAL)).samples)


async def test_killed_while_it_speaks(piper: Piper) -> None:
    saying = asyncio.create_task(piper.say(LONG, "de", Pace.NORMAL))
    await asyncio.sleep(0.05)
    os.kill(piper.processes[0], signal.SIGKILL)
    with pytest.raises(VoiceFailed, match="gone"):
        await saying
    with pytest.raises(VoiceFailed, match="no Piper process runs"):
        await piper.say("Eins.", "de", Pace.NORMAL)


async def test_late_is_killed_and_replaced() -> None:
    piper = toy_piper(timeout_s=0.2)
    await piper.start()
    (late,) = piper.processes
    with pytest.raises(VoiceFailed, match="late"):
        await piper.say(LONG, "de", Pace.NORMAL)
    async with asyncio.timeout(20):
        while late in piper.processes or Path(f"/proc/{late}").exists():
            await asyncio.sleep(0.02)
    await piper.close()


async def test_a_full_queue_refuses_at_once() -> None:
    piper = toy_piper(queue=1)
    await piper.start()
    saying = [asyncio.create_task(piper.say(LONG, "de", Pace.NORMAL)) for _ in range(2)]
    await asyncio.sleep(0.05)
    with pytest.raises(VoiceFailed, match="too many"):
        piper.say("Eins.", "de", Pace.NORMAL).send(None)  # without waiting for anything
    for task in saying:
        task.cancel()
    await asyncio.gather(*saying, return_exceptions=True)
    await piper.close()


async def test_a_caller_who_leaves_gets_nobody_elses_sentence(piper: Piper) -> None:
    left = asyncio.create_task(piper.say(LONG[:1500], "de", Pace.NORMAL))
    await asyncio.sleep(0.05)
    left.cancel()
    short = await piper.say("Ja.", "de", Pace.NORMAL)
    alone = await piper.say("Ja.", "de", Pace.NORMAL)
    assert len(short.samples) == len(alone.samples)


async def test_the_event_loop_is_not_held_up(piper: Piper, cache: SoundCache) -> None:
    """A frame of sound is due every 20 ms, whatever we speak; other programs do not count."""
    held: list[float] = []

    async def tick() -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(0.005)
            held.append(time.thread_time() - began)

    await every(SentenceSynthesizer([piper], cache).speak("Vorher.", "de", 8000))
    ticking = asyncio.create_task(tick())
    await every(SentenceSynthesizer([piper], cache).speak(TEXT * 5, "de", 8000))
    ticking.cancel()
    assert len(held) > 20
    assert np.percentile(held, 95) < 0.02


async def test_fixed_sentences_are_kept_on_disk_and_only_those(
    piper: Piper, cache: SoundCache, tmp_path: Path
) -> None:
    synthesizer = SentenceSynthesizer([piper], cache)
    await every(synthesizer.speak("Das sagte eine Bürgerin.", "de", 8000))
    assert not list(tmp_path.rglob("*.pcm"))
    (first,) = await every(synthesizer.speak("Guten Tag.", "de", 8000, fixed=True))
    assert len(list(tmp_path.rglob("*.pcm"))) == 1

    again = SentenceSynthesizer([toy_piper()], SoundCache(tmp_path / "speech", 1000, 1000))
    assert await every(again.speak("Guten Tag.", "de", 8000, fixed=True)) == [first]
    # another pace, another rate and what nobody kept need a voice, and none was started
    for rate, pace, fixed in ((8000, Pace.SLOW, True), (16000, Pace.NORMAL, True),
                              (8000, Pace.NORMAL, False)):  # fmt: skip
        with pytest.raises(NoVoice):
            await every(again.speak("Guten Tag.", "de", rate, pace, fixed))


async def test_fixtures_are_refused_outside_tests(tmp_path: Path) -> None:
    refusing = speaking_settings(tmp_path, allow_fixtures=False)
    async with open_synthesizer(refusing) as synthesizer:
        assert "de" in synthesizer.stand_ins
    async with open_synthesizer(speaking_settings(tmp_path)) as synthesizer:
        assert "de" not in synthesizer.stand_ins
        assert "uk" in synthesizer.stand_ins


async def test_a_broken_voice_does_not_stop_the_line(tmp_path: Path) -> None:
    folder = tmp_path / "piper"
    folder.mkdir()
    (folder / "de_DE-broken.onnx").write_bytes(b"no model")
    (folder / "de_DE-broken.onnx.json").write_text('{"espeak": {"voice": "de"}}')
    (folder / "xx.onnx").write_bytes(b"no description")
    settings: Settings = speaking_settings(tmp_path, piper_dir=folder)
    async with open_synthesizer(settings) as synthesizer:
        (spoken,) = await every(synthesizer.speak("Guten Tag.", "de", 8000))
        assert samples_of(spoken).any()


async def test_nothing_speaks(piper: Piper, cache: SoundCache) -> None:
    silent = SentenceSynthesizer([Espeak(1, program="no-such-program")], cache)
    assert not silent.languages
    with pytest.raises(NoVoice):
        await every(silent.speak("Guten Tag.", "de", 8000))
    with pytest.raises(NoVoice):
        await every(SentenceSynthesizer([piper], cache).speak("Labas.", "lt", 8000))
