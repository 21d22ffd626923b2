"""German words in sentences of another script: who says what, and how it is joined."""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.settings import ROOT
from translations.texts import Texts
from voice.audio import as_floats
from voice.media import FRAME_MS
from voice.speaking.cache import SoundCache
from voice.speaking.runs import runs_of
from voice.speaking.synthesizer import SentenceSynthesizer
from voice.speaking.voice import Sound, VoiceFailed
from voice.speech import NoVoice, Pace, Spoken
from voice.verbaliser.verbaliser import verbaliser_of

RATE = 8000
SENTENCE = "Вам нужен вид на жительство (Aufenthaltstitel), и быстро."

RUNS = [
    ("ru", SENTENCE, "ru: Вам нужен вид на жительство, | de: Aufenthaltstitel, | ru: и быстро."),
    ("ru", "Читайте § 24 Abs. 1 AufenthG!",
     "ru: Читайте параграф двадцать четыре абзац один, | de: Aufenthaltsgesetz!"),
    ("ru", "Принесите Zulassungsbescheinigung Teil II и eVB-Nummer.",
     "ru: Принесите, | de: Zulassungsbescheinigung Teil zwei, | ru: и, | de: e V B-Nummer."),
    ("ru", "Jobcenter Musterland, Arbeitsring 3, 12345 Musterstadt",
     "de: Jobcenter Musterland, Arbeitsring drei, eins zwei, drei vier fünf Musterstadt"),
    ("ru", "В Jobcenter 563 €.", "ru: Во, | de: Jobcenter, | ru: пятьсот шестьдесят три евро."),
    ("ru", "Уровень B1, BAMF и номер MU-AB 123.",
     "ru: Уровень бэ один, бэ а эм эф и номер эм у, а бэ, один два три."),
    ("ru", "Смотрите www.bafög.de.",
     "ru: Смотрите, | de: www, | ru: точка, | de: bafög, | ru: точка дэ э."),
    ("uk", "Зверніться в Jobcenter.", "uk: Зверніться у, | de: Jobcenter."),
    ("uk", "Це SGB II, § 7a.", "uk: Це, | de: Sozialgesetzbuch zwei, | uk: параграф сім а."),
    ("ar", "دائرة الأجانب (Ausländerbehörde) وJobcenter.",
     "ar: دائرة الأجانب, | de: Ausländerbehörde, | ar: و, | de: Jobcenter."),
    ("fa", "کارت (Blaue Karte EU)، لطفاً؟", "fa: کارت, | de: Blaue Karte E U, | fa: لطفاً؟"),
    ("ru", "Здравствуйте!", "ru: Здравствуйте!"),
    ("tr", "Jobcenter nerede?", "tr: Jobcenter nerede?"),
    ("de", "Die Blaue Karte EU.", "de: Die Blaue Karte E U."),
]  # fmt: skip


@pytest.mark.parametrize(("language", "text", "wanted"), RUNS)
def test_a_sentence_is_cut_where_its_script_changes(language: str, text: str, wanted: str) -> None:
    assert " | ".join(f"{run.language}: {run.said}" for run in runs_of(text, language)) == wanted


def test_a_pause_is_where_a_stop_was_written() -> None:
    assert [run.pause_ms for run in runs_of(SENTENCE, "ru")] == [120, 120, 0]
    assert [run.pause_ms for run in runs_of("В Jobcenter идите.", "ru")] == [0, 0, 0]


@pytest.mark.parametrize("language", ["ar", "fa", "ru", "uk"])
def test_no_voice_is_given_another_script_in_the_whole_catalogue(language: str) -> None:
    texts = Texts.load(ROOT)
    for key in texts.all_of("service.", "de"):
        words = texts.words(f"service.{key}", language)
        if words.language != language or not key.endswith((".speakable", ".title", ".text")):
            continue
        for run in runs_of(words.text, language):
            latin = re.findall("[A-Za-zÄÖÜäöüß]{2,}", run.said)
            others = [c for c in run.said if c.isalpha() and "\u0370" < c < "\u1e00"]
            assert not (latin if run.language == language else others), (key, run)


LETTERS = st.sampled_from(
    [*"AbßXé€§.,:;()/-–0123 \u3105", "Jobcenter ", "Teil II", "Ваш ", "في", "، ", "www.a.de", "eVB",
     "Abs. ", "12.03.2026", "MU-AB 1", "\u2066"]
)  # fmt: skip


@given(st.lists(LETTERS, max_size=14).map("".join), st.sampled_from(["ar", "fa", "ru", "uk"]))
@settings(max_examples=150)
def test_whatever_is_written_has_runs(text: str, language: str) -> None:
    runs = runs_of(text, language)
    assert runs
    assert all(a.language != b.language for a, b in pairwise(runs))
    assert not any("\u3105" in run.said for run in runs)


# --- joined by the synthesiser


@dataclass
class ToneVoice:
    """Says each run as a tone as loud and high as it is told."""

    tones: dict[str, tuple[float, float]]
    """By language, the frequency in Hz and the level from 0 to 1."""
    kind: str = "tone"
    fails: frozenset[str] = frozenset()
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def languages(self) -> frozenset[str]:
        return frozenset(self.tones)

    def name(self, language: str) -> str:
        return f"{self.kind} {language}"

    async def say(self, text: str, language: str, pace: Pace) -> Sound:
        self.said.append((language, text))
        if language in self.fails:
            raise VoiceFailed("so it is told")
        pitch, level = self.tones[language]
        at = np.arange(16000 * 0.6) / 16000
        return Sound((level * np.sin(2 * np.pi * pitch * at)).astype(np.float32), 16000)


async def every(
    voices: list[ToneVoice], folder: Path, text: str = SENTENCE, fixed: bool = False
) -> list[Spoken]:
    synthesizer = SentenceSynthesizer(voices, SoundCache(folder, 10**6, 10**6))
    return [spoken async for spoken in synthesizer.speak(text, "ru", RATE, fixed=fixed)]


async def test_voices_take_turns_without_a_click_or_a_jump(tmp_path: Path) -> None:
    voice = ToneVoice({"ru": (600, 0.05), "de": (900, 0.6)})
    (spoken,) = await every([voice], tmp_path)
    assert [language for language, _ in voice.said] == ["ru", "de", "ru"]
    assert spoken.text == SENTENCE
    assert len(spoken.samples) % (2 * RATE * FRAME_MS // 1000) == 0
    samples = as_floats(spoken.samples)
    frames = samples[: len(samples) // 160 * 160].reshape(-1, 160)
    loud = 20 * np.log10(np.sqrt((frames**2).mean(axis=1)) + 1e-6)
    steady = loud[loud > -21]
    assert len(steady) > 60
    assert steady.max() - steady.min() < 1.5
    silent = loud < -50
    gaps = [len(run) for run in "".join("s" if s else "l" for s in silent).split("l") if run]
    assert gaps[:-1] == pytest.approx([6, 6], abs=2)  # 120 ms each, in frames of 20
    assert np.abs(np.diff(samples)).max() < 0.25  # a tone of 900 Hz at this level: 0.11


async def test_german_words_are_read_somehow_where_no_voice_is_german(tmp_path: Path) -> None:
    alone = ToneVoice({"ru": (600, 0.3)})
    await every([alone], tmp_path)
    assert [language for language, _ in alone.said] == ["ru", "ru", "ru"]


async def test_a_voice_that_fails_is_not_asked_again(tmp_path: Path) -> None:
    better = ToneVoice({"ru": (600, 0.3), "de": (900, 0.3)}, "better", frozenset({"de"}))
    other = ToneVoice({"ru": (500, 0.3), "de": (800, 0.3)}, "other")
    (first, second) = await every([better, other], tmp_path, f"{SENTENCE} И Jobcenter.")
    assert [language for language, _ in better.said] == ["ru", "de"]
    assert [language for language, _ in other.said] == ["ru", "de", "ru", "ru", "de"]
    assert first.samples
    assert second.samples
    with pytest.raises(NoVoice):
        await every([better], tmp_path, "Jobcenter сегодня.")


async def test_a_fixed_sentence_is_kept_as_one(tmp_path: Path) -> None:
    voice = ToneVoice({"ru": (600, 0.3), "de": (900, 0.3)})
    first = await every([voice], tmp_path, fixed=True)
    assert await every([voice], tmp_path, fixed=True) == first
    assert len(voice.said) == 3
    german = ToneVoice({"ru": (600, 0.3), "de": (700, 0.3)}, "another")
    assert await every([german], tmp_path, fixed=True) != first


async def test_what_has_one_script_is_said_as_before(tmp_path: Path) -> None:
    voice = ToneVoice({"ru": (600, 0.3), "de": (900, 0.3)})
    await every([voice], tmp_path, "Это стоит 25 евро.")
    assert voice.said == [("ru", verbaliser_of("ru").say("Это стоит 25 евро."))]
