"""Whether somebody speaks: Silero's detector, and a simple one that takes over if it fails."""

from functools import cache
from pathlib import Path
from typing import Any, Protocol

import faster_whisper
import numpy as np
import onnxruntime
import structlog
from prometheus_client import Counter

from voice.audio import level_dbfs
from voice.transcription import SPEECH_RATE, Samples

WINDOW = 512
"""Samples that a detector looks at, at `SPEECH_RATE`."""
WINDOW_S = WINDOW / SPEECH_RATE
_CONTEXT = 64
"""Samples before them that Silero wants to see again."""
_STATE = (1, 1, 128)

log = structlog.get_logger()
FAILURES = Counter(
    "kreislotse_voice_detector_failures_total",
    "Calls whose voice detector died, so that loudness decides since.",
)


class VoiceDetector(Protocol):
    """Follows one call; every call has its own."""

    def probability(self, window: Samples) -> float:
        """How likely somebody speaks in the next `WINDOW` samples, from 0 to 1."""
        ...


class SileroDetector:
    """Silero VAD 6, from the file that faster-whisper brings; a quarter of a millisecond each.

    The network is shared by all calls, its memory is each call's own.  After some silence it
    forgets: in a long call it would hear ever less.
    """

    _FORGETS_AFTER = 16
    """Windows of silence: half a second."""
    _SILENT = 0.1

    def __init__(self) -> None:
        self._session = _session()
        self._silent = 0
        self._forget()

    def _forget(self) -> None:
        self._h = np.zeros(_STATE, np.float32)
        self._c = np.zeros(_STATE, np.float32)
        self._context = np.zeros((1, _CONTEXT), np.float32)

    def probability(self, window: Samples) -> float:
        """See `VoiceDetector`; what onnxruntime raises is passed on."""
        row = window[None].astype(np.float32, copy=False)
        seen = np.concatenate([self._context, row], axis=1)
        output, self._h, self._c = self._session.run(
            None, {"input": seen, "h": self._h, "c": self._c}
        )
        self._context = row[:, -_CONTEXT:]
        found = float(output.ravel()[0])
        self._silent = self._silent + 1 if found < self._SILENT else 0
        if self._silent == self._FORGETS_AFTER:
            self._forget()
            self._silent = 0
        return found


class LoudnessDetector:
    """Takes for speech what is clearly louder than the quietest sound of the last seconds."""

    _CLEARLY_DB = 12.0
    _QUIETEST_SPEECH_DBFS = -50.0
    _FORGETS_DB = 2.0 * WINDOW_S
    """By how much the floor rises in each window: 2 dB in a second."""

    def __init__(self) -> None:
        self._floor = self._QUIETEST_SPEECH_DBFS

    def probability(self, window: Samples) -> float:
        """See `VoiceDetector`; a half where it is just clearly louder."""
        level = level_dbfs(window)
        self._floor = max(min(level, self._floor + self._FORGETS_DB), -80.0)
        needed = max(self._floor + self._CLEARLY_DB, self._QUIETEST_SPEECH_DBFS)
        return float(1 / (1 + np.exp((needed - level) / 3)))


class SteadyDetector:
    """One detector until it fails, then another for the rest of the call; counted and logged."""

    def __init__(self, first: VoiceDetector, then: VoiceDetector) -> None:
        self._now, self._then = first, then

    def probability(self, window: Samples) -> float:
        """See `VoiceDetector`."""
        if self._now is self._then:
            return self._then.probability(window)
        # It follows along, so that it knows the call's noise when it is needed.
        spare = self._then.probability(window)
        try:
            found = self._now.probability(window)
            if not 0 <= found <= 1:
                raise ValueError("no probability")
        except Exception as error:
            FAILURES.inc()
            log.error("voice detector failed", error=type(error).__name__)
            self._now = self._then
            return spare
        return found


def voice_detector() -> VoiceDetector:
    """The detector for a new call."""
    try:
        return SteadyDetector(SileroDetector(), LoudnessDetector())
    except Exception as error:
        FAILURES.inc()
        log.error("voice detector does not load", error=type(error).__name__)
        return LoudnessDetector()


@cache
def _session() -> Any:
    options = onnxruntime.SessionOptions()
    options.inter_op_num_threads = options.intra_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 3
    path = Path(faster_whisper.__file__).parent / "assets/silero_vad_v6.onnx"
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
