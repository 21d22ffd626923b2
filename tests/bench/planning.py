"""How many callers a core carries: recognisers and voices of real shapes, with random weights.

What a call costs is counted for one turn: one utterance heard, one answer of `ANSWER` spoken.
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import ctranslate2
import numpy as np

from bot.settings import ROOT
from tests.bench.random_whisper import SHAPES, Shape, write
from tests.support.voice import unpack_whisper
from voice.speaking.piper_worker import load

TORCH = "torch==2.13.0"
PIPER = ROOT / ".tools/random-piper"
"""The environment that makes voices."""
TOKENS = 10
"""As many as a short question has."""
ANSWER = (
    "Für die Ummeldung brauchen Sie Ihren Ausweis, den Fahrzeugschein und die Nummer der"
    " Versicherung. Möchten Sie die nächsten Unterlagen hören?"
)
TURN_S = 20.0
"""Seconds from one utterance of a caller to her next: she speaks, listens and thinks."""
_TIMES = 5


def table() -> list[str]:
    """The rows: seconds of one core for hearing and for speaking, and callers per core."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fixture = unpack_whisper(folder)
        spoken_s, sound_s = _speaking(folder)
        lines = [
            f"| one core | hearing, s | speaking {sound_s:.1f} s of sound, s | callers, a turn each"
            f" {TURN_S:.0f} s |",
            "|---|---|---|---|",
        ]
        for shape in SHAPES:
            heard_s = _hearing(shape, write(shape, fixture, folder / shape.name))
            callers = TURN_S / (heard_s + spoken_s)
            lines.append(
                f"| whisper-{shape.name} + Piper medium | {heard_s:.2f} | {spoken_s:.2f}"
                f" | {callers:.1f} |"
            )
    return lines


def _hearing(shape: Shape, folder: Path) -> float:
    """Seconds for one utterance; its length does not matter, as each is filled up to 30 s."""
    model = ctranslate2.models.Whisper(
        str(folder), device="cpu", compute_type="int8", inter_threads=1, intra_threads=1
    )
    sound = np.random.default_rng(1).normal(0, 0.3, (1, 80, 3000)).astype(np.float32)
    features = ctranslate2.StorageView.from_array(np.ascontiguousarray(sound))

    def hear() -> None:
        encoded = model.encode(features, to_cpu=False)
        model.generate(
            encoded, [[50258, 50261, 50359, 50363]], beam_size=1, max_length=4 + TOKENS,
            suppress_tokens=[50257], suppress_blank=False,
        )  # fmt: skip

    return _median_s(hear)


def _speaking(folder: Path) -> tuple[float, float]:
    """Seconds for `ANSWER`, and how long its sound is."""
    voice = load(random_voice(folder), threads=1)
    sound_s = sum(
        len(chunk.audio_float_array) / chunk.sample_rate for chunk in voice.synthesize(ANSWER)
    )
    return _median_s(lambda: list(voice.synthesize(ANSWER))), sound_s


def random_voice(folder: Path) -> Path:
    """A Piper voice of quality "medium" with random weights, written into the folder."""
    path = folder / "random.onnx"
    subprocess.run(
        [_python(), "-W", "ignore", ROOT / "tests/bench/random_piper.py", path], check=True
    )
    return path


def _median_s(work: Callable[[], object]) -> float:
    """Seconds of the processor, so that other work on the machine does not count."""
    work()
    spent = []
    for _ in range(_TIMES):
        begun = time.process_time()
        work()
        spent.append(time.process_time() - begun)
    return statistics.median(spent)


def _python() -> Path:
    """The environment with torch (some GB), made once; only this table needs it."""
    python = PIPER / "bin/python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", PIPER], check=True)
        subprocess.run(
            [python, "-m", "pip", "install", "-q", TORCH, "piper-tts==1.8.0", "onnx"], check=True
        )
    return python


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    print("\n".join(table()))
