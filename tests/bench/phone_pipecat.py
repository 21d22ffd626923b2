"""The peer of the answer times: a local pipecat pipeline with the engines of our phone line.

Run by the Python of its own environment:
`python phone_pipecat.py SOUND_PORT BOT_URL WHISPER_FOLDER [PIPER_VOICE]`.

As its makers advise, the voice detector reports an end after 0.2 s, when the recogniser begins, and
the turn ends after another half second: 0.7 s in all, as on our line, the recogniser at work in it.
"""

import asyncio
import json
import sys
import uuid
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import aiohttp
from pipecat.audio.utils import create_stream_resampler
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.audio.vad.vad_analyzer import VADParams
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMFullResponseEndFrame,
    LLMFullResponseStartFrame,
    LLMTextFrame,
    OutputAudioRawFrame,
    TranscriptionFrame,
    UserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.audio.vad_processor import VADProcessor
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.base_serializer import FrameSerializer
from pipecat.services.piper.tts import PiperTTSService
from pipecat.services.settings import TTSSettings
from pipecat.services.tts_service import TTSService
from pipecat.services.whisper.stt import WhisperSTTService
from pipecat.transcriptions.language import Language
from pipecat.transports.websocket.server import (
    SingleClientWebsocketServerParams,
    SingleClientWebsocketServerTransport,
)
from pipecat.turns.user_start import VADUserTurnStartStrategy
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy
from pipecat.turns.user_turn_processor import UserTurnProcessor
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

LINE_RATE, HEARING_RATE = 8_000, 16_000
VOICE_ENDS_S, TURN_ENDS_S = 0.2, 0.5


class Samples(FrameSerializer):
    """Messages of bare samples, as the caller sends and takes them."""

    def __init__(self) -> None:
        super().__init__()
        self._resampler = create_stream_resampler()

    async def serialize(self, frame: Frame) -> bytes | None:
        return frame.audio if isinstance(frame, OutputAudioRawFrame) else None

    async def deserialize(self, data: str | bytes) -> Frame | None:
        sound = await self._resampler.resample(bytes(data), LINE_RATE, HEARING_RATE)
        return InputAudioRawFrame(sound, HEARING_RATE, 1) if sound else None


class Bot(FrameProcessor):
    """Asks our gateway what was said in a turn, and passes on its answer."""

    def __init__(self, base: str) -> None:
        super().__init__()
        self._base = f"{base}/api/v1/conversations"
        self._said: list[str] = []

    async def open(self, http: aiohttp.ClientSession) -> None:
        """Begins the conversation."""
        self._http = http
        started = await self._post(self._base, {"channel": "phone", "language": "de"}, {})
        self._url = f"{self._base}/{started['id']}"
        self._headers = {"Authorization": f"Bearer {started['token']}"}
        self._stream = await http.get(f"{self._url}/events?after=1", headers=self._headers)

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        await super().process_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            self._said.append(frame.text.strip())
            return
        await self.push_frame(frame, direction)
        if isinstance(frame, UserStoppedSpeakingFrame) and self._said:
            text = " ".join(self._said)
            self._said.clear()
            self.create_task(self._answer(text))

    async def _answer(self, text: str) -> None:
        body = {"client_message_id": uuid.uuid4().hex, "text": text}
        seq = (await self._post(f"{self._url}/messages", body, self._headers))["seq"]
        answer = await self._answer_to(seq)
        await self.push_frame(LLMFullResponseStartFrame())
        await self.push_frame(LLMTextFrame(answer))
        await self.push_frame(LLMFullResponseEndFrame())

    async def _answer_to(self, seq: int) -> str:
        async for line in self._stream.content:
            if line.startswith(b"data: "):
                event = json.loads(line[6:])
                if event.get("author") == "bot" and event.get("seq", 0) > seq:
                    return str(event["text"])
        raise EOFError("the conversation is over")

    async def _post(self, url: str, body: object, headers: dict[str, str]) -> Any:
        async with self._http.post(url, json=body, headers=headers) as answer:
            answer.raise_for_status()
            return await answer.json()


class EspeakTTSService(TTSService):
    """espeak-ng, a process per sentence, at our pace."""

    def __init__(self) -> None:
        settings = TTSSettings(model=None, voice=None, language=None)
        super().__init__(push_start_frame=True, push_stop_frames=True, settings=settings)

    async def run_tts(self, text: str, context_id: str) -> AsyncGenerator[Frame, None]:
        process = await asyncio.create_subprocess_exec(
            "espeak-ng", "-v", "de", "-s", "150", "-b", "1", "--stdin", "--stdout",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        wav, _ = await process.communicate(text.encode())

        async def whole() -> AsyncGenerator[bytes, None]:
            yield wav

        async for frame in self._stream_audio_frames_from_iterator(
            whole(), strip_wav_header=True, context_id=context_id
        ):
            yield frame


def _voice(path: str | None) -> TTSService:
    if path is None:
        return EspeakTTSService()
    file = Path(path)
    return PiperTTSService(
        settings=PiperTTSService.Settings(voice=file.stem), download_dir=file.parent
    )


async def main(port: int, bot_url: str, whisper: str, piper: str | None = None) -> None:
    """Serves one caller."""
    transport = SingleClientWebsocketServerTransport(
        SingleClientWebsocketServerParams(
            serializer=Samples(), audio_in_enabled=True, audio_out_enabled=True,
            audio_out_10ms_chunks=2,
        ),
        host="127.0.0.1", port=port,
    )  # fmt: skip
    turns = UserTurnStrategies(
        start=[VADUserTurnStartStrategy()],
        stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=TURN_ENDS_S)],
    )
    bot = Bot(bot_url)
    pipeline = Pipeline(
        [
            transport.input(),
            VADProcessor(vad_analyzer=SileroVADAnalyzer(params=VADParams(stop_secs=VOICE_ENDS_S))),
            WhisperSTTService(
                device="cpu", compute_type="int8",
                settings=WhisperSTTService.Settings(model=whisper, language=Language.DE),
            ),
            UserTurnProcessor(user_turn_strategies=turns),
            bot,
            _voice(piper),
            transport.output(),
        ]
    )  # fmt: skip
    params = PipelineParams(audio_in_sample_rate=HEARING_RATE, audio_out_sample_rate=LINE_RATE)
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=None)) as http:
        await bot.open(http)
        runner = WorkerRunner(handle_sigint=False)
        await runner.add_workers(PipelineWorker(pipeline, params=params, idle_timeout_secs=None))
        await runner.run()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), *sys.argv[2:]))
