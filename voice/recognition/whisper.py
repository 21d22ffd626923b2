"""Whisper behind the port, in worker processes."""

from functools import partial
from pathlib import Path

from bot.settings import Settings
from voice.recognition.folder import languages, usable
from voice.recognition.listener import Listener, Request
from voice.recognition.pool import WorkerPool
from voice.transcription import Rejected, Samples, Transcript


class WhisperTranscriber:
    """See `Transcriber`.  Between `start` and `close` it keeps the model in its processes."""

    def __init__(
        self, folder: Path, *, workers: int = 1, waiting: int = 4, threads: int = 1
    ) -> None:
        """`folder` holds a usable model.

        Args:
            workers: Processes, each with the whole model in memory.
            waiting: Utterances that wait for them.
            threads: Cores that one utterance may use.
        """
        self._languages = languages(folder)
        self._pool: WorkerPool[Request, Transcript | Rejected] = WorkerPool(
            partial(_listener, str(folder), threads), workers=workers, waiting=waiting
        )

    @property
    def languages(self) -> frozenset[str]:
        """The codes that the model has learned."""
        return self._languages

    @property
    def idle(self) -> bool:
        """See `Transcriber`."""
        return self._pool.idle

    @property
    def pids(self) -> list[int]:
        """The processes that can be asked; none yet while the model loads."""
        return self._pool.pids

    def start(self) -> None:
        """Starts the processes; utterances wait for them."""
        self._pool.start()

    async def close(self) -> None:
        """Ends them."""
        await self._pool.close()

    async def transcribe(
        self, samples: Samples, languages: tuple[str, ...], timeout_s: float
    ) -> Transcript | Rejected:
        """See `Transcriber.transcribe`."""
        return await self._pool.ask(Request(samples, languages), timeout_s)


def whisper_transcriber(settings: Settings) -> WhisperTranscriber:
    """The recogniser of an instance, not yet started.

    Raises:
        ModelUnusable: The model that the settings name is missing, incomplete or a fixture.
    """
    folder = usable(settings.whisper / settings.whisper_model, settings.allow_fixtures)
    return WhisperTranscriber(folder, workers=settings.stt_workers, waiting=settings.stt_queue)


def _listener(folder: str, threads: int) -> Listener:
    listener = Listener(folder, threads)
    listener.warm_up()
    return listener
