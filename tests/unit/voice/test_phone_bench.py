"""What the benches of the phone line make of sound and figures."""

import numpy as np
import pytest

from tests.bench.figures import p95
from tests.bench.phone import response_totals
from tests.bench.phone_caller import FRAME_BYTES, audible, first_answer, recording, voice_ends
from tests.support.voice import RATE, silence
from tests.support.voice_process import tone
from voice.audio import as_bytes

FILLER = as_bytes(tone(300, 0.05, RATE))
"""Two frames and a half."""


def test_the_95th_percentile_is_one_of_the_values() -> None:
    assert p95([float(n) for n in range(1, 101)]) == 95
    assert p95([3.0]) == 3


def test_a_voice_ends_where_its_recording_falls_silent() -> None:
    sound = np.concatenate([silence(0.2), tone(200, 0.5, RATE), silence(0.3)])
    assert voice_ends(sound) == pytest.approx(0.7 * RATE, abs=RATE / 200)


def test_a_recording_goes_on_after_its_voice() -> None:
    said = recording("Ja", "de")
    assert 0 < said.last_voiced < len(said.frames) - 50
    assert {len(frame) for frame in said.frames} == {FRAME_BYTES}


def test_a_filler_is_no_answer() -> None:
    cut = [FILLER[at : at + FRAME_BYTES] for at in range(0, len(FILLER), FRAME_BYTES)]
    waited = [(n / 50, frame.ljust(FRAME_BYTES, b"\0")) for n, frame in enumerate(cut)]
    answer = as_bytes(tone(500, 0.02, RATE))
    assert first_answer(waited, audible([FILLER])) is None
    assert first_answer([*waited, (1.0, answer)], audible([FILLER])) == 1.0
    assert first_answer([*waited, (1.0, answer)], audible([])) == 0.0


def test_answer_times_are_read_by_part() -> None:
    name = "kreislotse_call_response_seconds"
    told = (
        f"# TYPE {name} histogram\n"
        f'{name}_bucket{{part="bot",le="+Inf"}} 2\n{name}_count{{part="bot"}} 2\n'
        f'{name}_sum{{part="bot"}} 0.5\n{name}_bucket{{part="whole",le="+Inf"}} 2\n'
        f'{name}_count{{part="whole"}} 2\n{name}_sum{{part="whole"}} 3\n'
    )
    found = response_totals(told)
    assert (found["bot"], found["count"], found["speech"]) == (0.5, 2, 0)
