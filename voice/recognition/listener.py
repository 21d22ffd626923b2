"""The recogniser within its worker process: faster-whisper's model, one utterance at a time."""

import os
from dataclasses import dataclass
from typing import Any

import numpy as np

from voice.audio import level_dbfs
from voice.recognition.languages import Choice, choose
from voice.recognition.rejection import Hypothesis, judge
from voice.tones import tone
from voice.transcription import SPEECH_RATE, Reason, Rejected, Samples, Transcript

_SILENT_DBFS = -60.0
_TOKENS, _TOKENS_PER_S = 16, 8
"""How many tokens an utterance may become at most, besides what is spoken fast in any language."""
_LONGEST = 200
_FRAMES = 3000
"""Whisper always looks at 30 s."""


@dataclass(frozen=True, eq=False)
class Request:
    """An utterance, and the languages it may be in."""

    samples: Samples
    languages: tuple[str, ...]


class Listener:
    """Greedy and without a memory: the same sound always becomes the same words.

    faster-whisper's own `transcribe` would look at the sound once more to find the language, and
    choose among all hundred.
    """

    def __init__(self, folder: str, threads: int) -> None:
        os.environ["HF_HUB_OFFLINE"] = "1"
        import faster_whisper

        self._model: Any = faster_whisper.WhisperModel(
            folder, device="cpu", compute_type="int8", cpu_threads=threads, local_files_only=True
        )

    def __call__(self, request: Request) -> Transcript | Rejected:
        """What was said, if it is to be believed."""
        if level_dbfs(request.samples) < _SILENT_DBFS:
            return Rejected(Reason.SILENCE)
        if tone(request.samples) is not None:
            return Rejected(Reason.TONE)
        heard = self.hear(request)
        return judge(heard) if heard else Rejected(Reason.UNSURE)

    def hear(self, request: Request) -> Hypothesis | None:
        """What it sounds like, whatever it is; None if like none of the languages."""
        from faster_whisper.audio import pad_or_trim

        features = self._model.feature_extractor(request.samples)
        encoded = self._model.encode(pad_or_trim(features, _FRAMES))
        choice = self._language(encoded, request.languages)
        if choice is None:
            return None
        return self._words(encoded, choice, len(request.samples) / SPEECH_RATE)

    def warm_up(self) -> None:
        """The first utterance takes longer; better now than in a call."""
        self.hear(Request(np.zeros(SPEECH_RATE, np.float32), ("en",)))

    def _language(self, encoded: Any, languages: tuple[str, ...]) -> Choice | None:
        if len(languages) == 1:
            return Choice(languages[0], 1.0)
        ranked = self._model.model.detect_language(encoded)[0]
        return choose({token[2:-2]: probability for token, probability in ranked}, languages)

    def _words(self, encoded: Any, choice: Choice, seconds: float) -> Hypothesis:
        from faster_whisper.tokenizer import Tokenizer
        from faster_whisper.transcribe import get_compression_ratio, get_suppressed_tokens

        tokenizer = Tokenizer(
            self._model.hf_tokenizer,
            self._model.model.is_multilingual,
            task="transcribe",
            language=choice.language,
        )
        prompt = [*tokenizer.sot_sequence, tokenizer.no_timestamps]
        most = min(_TOKENS + round(_TOKENS_PER_S * seconds), _LONGEST)
        result = self._model.model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=len(prompt) + most,
            return_scores=True,
            return_no_speech_prob=True,
            suppress_blank=True,
            suppress_tokens=get_suppressed_tokens(tokenizer, [-1]),
        )[0]
        tokens = result.sequences_ids[0]
        text = str(tokenizer.decode(tokens)).strip()
        return Hypothesis(
            text=text,
            language=choice.language,
            language_confidence=choice.confidence,
            seconds=seconds,
            no_speech=float(result.no_speech_prob),
            log_probability=float(result.scores[0]) * len(tokens) / (len(tokens) + 1),
            compression=float(get_compression_ratio(text)) if text else 0.0,
        )
