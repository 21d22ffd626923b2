"""Calls through the PBX to the real thing: phone line, gateway, Rasa, recogniser, espeak-ng.

What was said is judged in the caller's recording: the sentences that must be there are spoken
again with the same voice and looked for.
"""

import asyncio
import json
import signal
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from bot.settings import Settings
from bot.voice_cli import load_words
from tests.pbx.conftest import Row
from tests.pbx.scene import Scene
from tests.pbx.sound import RATE, Found, Sound, find, heard_at, onset_s, tone
from tests.support.stack import Stack
from tests.support.voice import recorded, unpack_whisper
from voice.audio import as_floats
from voice.by_ear.phrases import Key, Phrases
from voice.speaking.synthesizer import open_synthesizer

CALLER_HZ, PERSON_HZ = 700, 1000
COUNTY = "Landkreis Musterland"
VOICE = "voice"
"""The subcommand that runs the phone line."""


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """An instance whose phone line understands the fixture's phrases."""
    folder = tmp_path_factory.mktemp("line")
    model = unpack_whisper(folder / "whisper")
    stack = Stack(
        folder,
        {
            "KREISLOTSE_UP_PHONE": "1",
            "KREISLOTSE_ALLOW_FIXTURES": "1",
            "KREISLOTSE_WHISPER_DIR": str(model.parent),
            "KREISLOTSE_WHISPER_MODEL": model.name,
        },
    )
    stack.start()
    stack.add_caseworker("karla", "sehr-geheim-123", "kfz")
    yield stack
    stack.stop()


@dataclass
class Line:
    """The phone line as a caller meets it, and what it left in the database."""

    scene: Scene
    stack: Stack
    settings: Settings
    phrases: Phrases

    async def said(self, key: Key, language: str = "de", **values: object) -> list[Sound]:
        """The sentences of a fixed text of the phone line, as a caller hears them."""
        return await self.spoken(self.phrases.text(key, language, **values), language)

    async def spoken(self, text: str, language: str = "de") -> list[Sound]:
        async with open_synthesizer(self.settings) as synthesizer:
            spoken = [one.samples async for one in synthesizer.speak(text, language, RATE)]
        return [as_floats(part) for part in spoken]

    def messages(self) -> list[dict[str, Any]]:
        """The messages of the newest conversation."""
        query = (
            "SELECT body FROM events WHERE type = 'message' AND conversation_id ="
            " (SELECT id FROM conversations ORDER BY created_at DESC LIMIT 1) ORDER BY seq"
        )
        with sqlite3.connect(self.stack.folder / "kreislotse.sqlite3") as database:
            return [json.loads(body) for (body,) in database.execute(query)]

    def case(self) -> tuple[str, str]:
        """Kind and state of the newest case."""
        query = "SELECT kind, state FROM handovers ORDER BY requested_at DESC LIMIT 1"
        with sqlite3.connect(self.stack.folder / "kreislotse.sqlite3") as database:
            kind, state = database.execute(query).fetchone()
        return str(kind), str(state)

    def memos(self) -> list[str]:
        """The topics that were written down for callers."""
        with sqlite3.connect(self.stack.folder / "kreislotse.sqlite3") as database:
            return [service for (service,) in database.execute("SELECT service FROM memos")]

    async def exchange(self, seconds: float = 40) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the caller was understood to say, and the bot's answer, once both are there."""
        async with asyncio.timeout(seconds):
            while True:
                match [m for m in self.messages() if m["author"] in ("citizen", "bot")]:
                    case [*_, {"author": "citizen"} as asked, {"author": "bot"} as answer]:
                        return asked, answer
                await asyncio.sleep(0.1)


@pytest.fixture(scope="module")
def settings(stack: Stack) -> Settings:
    return Settings(data_dir=stack.folder, env="test", allow_fixtures=True)


@pytest.fixture(scope="module")
def phrases(settings: Settings) -> Phrases:
    """What the phone line says."""
    return load_words(settings).line.phrases


@pytest.fixture
async def line(scene: Scene, stack: Stack, settings: Settings, phrases: Phrases) -> Line:
    """The PBX of `scene` with the real phone line behind it."""
    ports = stack.ports
    await scene.pbx.set("GATEWAY_HTTP", f"http://127.0.0.1:{ports['voice_http']}")
    await scene.pbx.set("GATEWAY_AUDIO", f"127.0.0.1:{ports['voice']}")
    return Line(scene, stack, settings, phrases)


def _seconds(sentences: list[Sound]) -> float:
    return sum(map(len, sentences)) / RATE


def _share(found: Found) -> str:
    return f"{found.share:.0%} from {found.at_s:.1f} s"


async def test_a_question_is_understood_and_answered(line: Line, table: list[Row]) -> None:
    german = await line.said("disclosure", county=COUNTY)
    english = await line.said("disclosure", "en", county=COUNTY)
    caller = await line.scene.caller()
    await line.scene.call(caller)
    await asyncio.sleep(_seconds(german + english) + 2)
    await caller.press("1")
    await asyncio.sleep(6)
    await caller.say(recorded("Was kostet die Ummeldung", "de"))
    asked, answer = await line.exchange()
    await asyncio.sleep(12)
    caller.hang_up()
    heard = await line.scene.heard_by(caller)

    found = [find(heard, sentence) for sentence in german + english]
    table.append(Row("real line", "disclosure, German then English", ", ".join(map(_share, found))))
    assert all(sentence.complete for sentence in found)
    assert found[0].at_s < 1.5
    assert [sentence.at_s for sentence in found] == sorted(sentence.at_s for sentence in found)
    confidence = asked["heard"]["confidence"]
    table.append(Row("question by voice", "Was kostet die Ummeldung",
                     f"{asked['text']} ({confidence:.0%})"))  # fmt: skip
    assert asked["text"] == "Was kostet die Ummeldung"
    assert (answer["service"], answer["aspect"]) == ("kfz_ummeldung", "fees")
    told = find(heard, (await line.spoken(answer["parts"][0]["text"]))[0])
    table.append(Row("answer", answer["parts"][0]["text"], _share(told)))
    assert told.complete


async def test_speech_is_interrupted(line: Line, table: list[Row]) -> None:
    stop = recorded("Stopp", "de")
    chosen, [*_, begin] = await line.said("language_chosen"), await line.said("begin")
    disclosures = [await line.said("disclosure", code, county=COUNTY) for code in ("de", "en")]
    caller = await line.scene.caller()
    await line.scene.call(caller)
    await asyncio.sleep(sum(map(_seconds, disclosures)) + 1)
    await caller.press("1")
    await asyncio.sleep(_seconds(chosen) + 2.2)
    spoken_at_s = await caller.say(stop)
    await asyncio.sleep(4)
    caller.hang_up()
    heard = await line.scene.heard_by(caller)
    said = find(heard[: int((spoken_at_s + 3) * RATE)], begin)
    begins_s = spoken_at_s + onset_s(stop)
    silent_s = _silent_from(heard, begins_s)
    late_ms = (silent_s - begins_s) * 1000
    table.append(Row("barge-in on the real line", "silence within 300 ms", f"{late_ms:.0f} ms"))
    assert said.share > 0.1, "it had not begun to speak"
    assert not said.complete, "it spoke on"
    assert late_ms < 1000  # what a busy machine may add; the table has the figure


async def test_zero_reaches_a_person_who_is_told_what_it_is_about(
    line: Line, table: list[Row]
) -> None:
    caller = await line.scene.caller()
    person = await line.scene.person(tone(PERSON_HZ, 90))
    await line.scene.call(caller)
    await asyncio.sleep(1)
    await caller.press("0")
    await person.wait_for("CALL_ESTABLISHED", 60)
    await asyncio.sleep(10)
    await caller.say(tone(CALLER_HZ, 5))
    await asyncio.sleep(4)
    caller.hang_up()
    heard = await line.scene.heard_by(caller)
    await person.end()
    theirs, ours = heard_at(person.heard, CALLER_HZ), heard_at(heard, PERSON_HZ)
    table.append(Row("0 on the real line", "both hear each other", f"{theirs}, {ours}"))
    assert theirs
    assert ours
    assert line.case()[0] == "call"


async def test_a_list_is_left_written_down_and_a_person_takes_over(
    line: Line, table: list[Row]
) -> None:
    """Questions and keys cut off what is being said, as with callers in a hurry."""
    caller = await line.scene.caller()
    person = await line.scene.person(tone(PERSON_HZ, 240))
    disclosures = [await line.said("disclosure", code, county=COUNTY) for code in ("de", "en")]
    await line.scene.call(caller)
    await asyncio.sleep(sum(map(_seconds, disclosures)) + 1)
    await caller.press("1")
    await asyncio.sleep(6)
    await caller.say(recorded("Ich möchte mein Auto abmelden", "de"))
    await asyncio.sleep(9)
    await caller.say(recorded("Welche Unterlagen brauche ich", "de"))
    await asyncio.sleep(9)
    await caller.press("2")  # no further papers
    await asyncio.sleep(24)
    await caller.press("1")  # a code
    await asyncio.sleep(32)
    asked, answer = await line.exchange()
    await caller.say(recorded("Mitarbeiter", "de"))
    await person.wait_for("CALL_ESTABLISHED", 60)
    await asyncio.sleep(10)
    await caller.say(tone(CALLER_HZ, 4))
    await asyncio.sleep(4)
    caller.hang_up()
    heard = await line.scene.heard_by(caller)
    await person.end()

    assert asked["text"] == "Welche Unterlagen brauche ich"
    assert (answer["service"], answer["aspect"]) == ("kfz_ausserbetriebsetzung", "documents")
    told = [
        (await line.said(key))[0]
        for key in ("memo_offer", "memo_code", "memo_code_again", "connect_wait")
    ]
    found = [find(heard, sentence) for sentence in told]
    row = ", ".join(map(_share, found))
    table.append(Row("a list is written down", "offer, code, code again, connected", row))
    assert all(sentence.complete for sentence in found)
    assert [sentence.at_s for sentence in found] == sorted(sentence.at_s for sentence in found)
    assert line.memos() == ["kfz_ausserbetriebsetzung"]
    assert heard_at(person.heard, CALLER_HZ)
    assert heard_at(heard, PERSON_HZ)


async def test_a_phone_line_killed_in_mid_call_brings_a_person(
    line: Line, table: list[Row]
) -> None:
    caller = await line.scene.caller()
    person = await line.scene.person(tone(PERSON_HZ, 60))
    await line.scene.call(caller)
    await asyncio.sleep(4)
    line.stack.child(VOICE).send_signal(signal.SIGKILL)
    await person.wait_for("CALL_ESTABLISHED", 30)
    await asyncio.sleep(2)
    caller.hang_up()
    heard = await line.scene.heard_by(caller)
    await person.end()
    trouble = find(heard, line.scene.announcement("trouble"))
    ours = heard_at(heard, PERSON_HZ)
    table.append(
        Row("phone line killed", "announcement, then a person", f"{_share(trouble)}, {ours}")
    )
    assert trouble.complete
    assert ours


def _silent_from(heard: Sound, after_s: float) -> float:
    """From when, after that second, half a second of silence follows."""
    frame = RATE // 50
    begin = int(after_s * RATE) // frame
    loud = np.sqrt(np.mean(heard[: len(heard) // frame * frame].reshape(-1, frame) ** 2, axis=1))
    for index in range(begin, len(loud) - 25):
        if np.all(loud[index : index + 25] < 0.01):
            return index * 0.02
    return len(heard) / RATE
