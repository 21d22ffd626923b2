"""The real faster-whisper with a tiny model of our own: plumbing is proved, not quality."""

import asyncio
import os
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.settings import Settings
from tests.support.phone import phone_line
from tests.support.voice import (
    INVENTED,
    PHRASES,
    RATE,
    busy_tone,
    fax_call,
    frames,
    hiss,
    key_tones,
    music,
    over_the_line,
    recorded,
    silence,
    unpack_whisper,
    utterance,
)
from voice.audio import for_recognition
from voice.hearing import Ear, Utterance
from voice.recognition.folder import ModelUnusable
from voice.recognition.listener import Listener, Request
from voice.recognition.whisper import WhisperTranscriber, whisper_transcriber
from voice.transcription import (
    Reason,
    RecogniserBusy,
    RecogniserLate,
    Rejected,
    Samples,
    Transcript,
)
from voice.vad import SileroDetector

IN_TIME = 60.0
SPOKEN = [(language, text) for language in PHRASES for text in PHRASES[language]]


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return unpack_whisper(tmp_path_factory.mktemp("whisper"))


@pytest.fixture(scope="module")
def listener(model: Path) -> Listener:
    """In this process, to look behind the gate."""
    return Listener(str(model), threads=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def transcriber(model: Path) -> AsyncIterator[WhisperTranscriber]:
    transcriber = whisper_transcriber(settings(model))
    transcriber.start()
    yield transcriber
    await transcriber.close()


def settings(model: Path, **changes: object) -> Settings:
    return Settings(
        env="test", allow_fixtures=True, whisper_dir=model.parent, whisper_model=model.name
    ).model_copy(update=changes)


def heard(sound: Samples, noise_db: float = 40) -> Samples:
    line = over_the_line(sound, noise_db=noise_db) if sound.any() else sound
    return for_recognition(line, RATE)


pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_nearly_every_phrase_of_a_voice_it_never_heard(
    transcriber: WhisperTranscriber,
) -> None:
    missed = []
    for language, text in SPOKEN:
        found = await transcriber.transcribe(utterance(text, language), (language,), IN_TIME)
        if not (isinstance(found, Transcript) and found.text == text):
            missed.append((text, found))
    assert len(missed) <= 2, missed


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ich möchte mein Auto anmelden"),
        ("de", "Ich möchte mit einem Menschen sprechen"),
        ("en", "Which documents do I need"),
        ("tr", "Arabamı kaydettirmek istiyorum"),
    ],
)
async def test_the_language_is_found_among_the_offered_ones(
    transcriber: WhisperTranscriber, language: str, text: str
) -> None:
    found = await transcriber.transcribe(utterance(text, language), ("de", "en", "tr"), IN_TIME)
    assert isinstance(found, Transcript)
    assert (found.text, found.language) == (text, language)
    assert found.language_confidence > 0.9
    others = tuple({"de", "en", "tr"} - {language})
    offered = await transcriber.transcribe(utterance(text, language), others, IN_TIME)
    assert isinstance(offered, Rejected) or offered.language in others


async def test_every_word_that_steers_a_call_is_heard_into_our_speech(
    transcriber: WhisperTranscriber,
) -> None:
    """Though six of them never sound enough like a voice to barge in."""
    line, asides, missed = phone_line(), 0, []
    for language, text in SPOKEN:
        if not (line.commands.recognise(text, language) or line.digits.key_of(text, language)):
            continue
        ear = Ear(RATE, SileroDetector())
        ear.we_speak(True)
        sound = over_the_line(recorded(text, language), before_s=1.0, after_s=1.5)
        events = [event for frame in frames(sound) for event in ear.hear(frame)]
        spoken = [event for event in events if isinstance(event, Utterance)]
        found = [await transcriber.transcribe(u.samples, (language,), IN_TIME) for u in spoken]
        if [getattr(one, "text", None) for one in found] != [text]:
            missed.append((text, found))
        asides += any(utterance.aside for utterance in spoken)
    assert missed == []
    assert asides == 6


async def test_the_same_sound_becomes_the_same_words(transcriber: WhisperTranscriber) -> None:
    sound = utterance("Wie lange dauert das", "de", noise_db=5.0)
    results = [await transcriber.transcribe(sound, ("de",), IN_TIME) for _ in range(3)]
    assert results[0] == results[1] == results[2]


@pytest.mark.parametrize(
    ("sound", "reason"),
    [
        (silence(2), Reason.SILENCE),
        (hiss(2, -45), Reason.SILENCE),
        (hiss(2, -25), Reason.SILENCE),
        (busy_tone(4), Reason.TONE),
        (fax_call(4), Reason.TONE),
        (key_tones("0171"), Reason.TONE),
        (music(4), Reason.FOREIGN_TEXT),
    ],
)
async def test_what_nobody_said(
    transcriber: WhisperTranscriber, sound: Samples, reason: Reason
) -> None:
    assert await transcriber.transcribe(heard(sound), ("de",), IN_TIME) == Rejected(reason)


@pytest.mark.parametrize("sound", [silence(2), hiss(2), busy_tone(4), fax_call(4), music(4)])
async def test_without_the_gate_each_of_these_is_words(listener: Listener, sound: Samples) -> None:
    raw = listener.hear(Request(heard(sound), ("de",)))
    assert raw is not None
    assert raw.text


async def test_it_makes_up_credits_in_music_and_is_sure_of_them(listener: Listener) -> None:
    """As real models do; neither of Whisper's own signs gives it away."""
    raw = listener.hear(Request(heard(music(4)), ("de",)))
    assert raw is not None
    assert raw.text == INVENTED["de"]
    assert raw.no_speech < 0.6
    assert raw.log_probability > -1


async def test_a_full_queue_and_a_short_deadline(model: Path) -> None:
    transcriber = WhisperTranscriber(model, workers=1, waiting=1)
    transcriber.start()
    sound = utterance("Ja", "de")
    try:
        asked = [
            asyncio.create_task(transcriber.transcribe(sound, ("de",), IN_TIME)) for _ in range(2)
        ]
        await asyncio.sleep(0)
        with pytest.raises(RecogniserBusy):
            await transcriber.transcribe(sound, ("de",), IN_TIME)
        assert [getattr(found, "text", None) for found in await asyncio.gather(*asked)] == [
            "Ja"
        ] * 2
        with pytest.raises(RecogniserLate):
            await transcriber.transcribe(sound, ("de",), 0.001)
    finally:
        await transcriber.close()


async def test_a_killed_worker_is_replaced(transcriber: WhisperTranscriber) -> None:
    sound = utterance("Ja", "de")
    await transcriber.transcribe(sound, ("de",), IN_TIME)
    (pid,) = transcriber.pids
    os.kill(pid, signal.SIGKILL)
    found = await transcriber.transcribe(sound, ("de",), IN_TIME)
    assert isinstance(found, Transcript)
    assert found.text == "Ja"
    assert transcriber.pids != [pid]


async def test_the_languages_are_the_models(transcriber: WhisperTranscriber) -> None:
    assert transcriber.languages == {"de", "en", "tr"}


async def test_a_fixture_is_refused_in_operation(model: Path) -> None:
    with pytest.raises(ModelUnusable, match="fixture of the tests"):
        whisper_transcriber(settings(model, allow_fixtures=False))


@pytest.mark.parametrize("name", ["model.bin", "config.json", "tokenizer.json", "vocabulary.json"])
async def test_an_incomplete_model_is_named_before_it_is_loaded(
    model: Path, tmp_path: Path, name: str
) -> None:
    broken = shutil.copytree(model, tmp_path / "broken")
    (broken / name).unlink()
    with pytest.raises(ModelUnusable, match=f"lacks {name}"):
        whisper_transcriber(settings(broken))


async def test_no_model_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnusable, match="kreislotse models pull base"):
        whisper_transcriber(settings(tmp_path / "base"))
