"""The recogniser of an instance without a model: it hears nothing, so that callers use keys."""

from voice.transcription import RecogniserBusy, Rejected, Samples, Transcript


class DeafTranscriber:
    """See `Transcriber`."""

    languages: frozenset[str] = frozenset()
    idle = False

    async def transcribe(
        self, samples: Samples, languages: tuple[str, ...], timeout_s: float
    ) -> Transcript | Rejected:
        """Takes nothing."""
        raise RecogniserBusy
