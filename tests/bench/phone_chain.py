"""The peer of the answer times: the engines of our phone line in a plain chain.

usage: python -m tests.bench.phone_chain SOUND_PORT METRICS_PORT        (settings as for Kreislotse)

Each of them gets the whole: the utterance is recognised, the bot asked, its answer spoken as one
piece, and then it is played.  Ear, recogniser, client of the bot, voice and player are our own; so
is where an utterance ends.  It falls silent when the caller speaks.
"""

import asyncio
import contextlib
import sys
import time
from collections.abc import AsyncIterator

import prometheus_client

from bot.events import MessagePosted
from bot.model import Author
from bot.settings import Settings
from voice.bot_client import BotClient
from voice.call.metrics import Stopwatch
from voice.call.ports import Bot, Talk
from voice.endpointing import SpeechStarted
from voice.hearing import Ear, Utterance
from voice.media import Heard
from voice.recognition.whisper import whisper_transcriber
from voice.speaking.espeak import Espeak
from voice.speaking.levels import levelled
from voice.speaking.piper import Piper
from voice.speaking.piper_files import find_voices
from voice.speaking.voice import Voice
from voice.speech import Pace
from voice.telephony.audiosocket import AudioSocketCall
from voice.telephony.player import Player
from voice.telephony.server import AudioSocketServer
from voice.transcription import Transcriber, Transcript
from voice.vad import voice_detector
from voice.verbaliser.verbaliser import verbaliser_of

LANGUAGE = "de"
_LONGEST_S = 60.0
"""For an engine: a whole answer takes longer than a sentence."""


class Chain:
    """What all its calls share."""

    def __init__(self, bot: Bot, transcriber: Transcriber, voice: Voice) -> None:
        self.bot, self._transcriber, self._voice = bot, transcriber, voice

    async def serve(self, line: AudioSocketCall) -> None:
        """Holds a call until its caller hangs up."""
        talk = await self.bot.start(LANGUAGE, None)
        player = Player(line)
        said: asyncio.Queue[Utterance] = asyncio.Queue()
        works = (player.run(), self._answer(talk, line.rate, player, said))
        tasks = [asyncio.create_task(work) for work in works]
        try:
            await _listen(line, player, said)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _answer(
        self, talk: Talk, rate: int, player: Player, said: asyncio.Queue[Utterance]
    ) -> None:
        replies = _replies(talk)
        while True:
            utterance, watch = await said.get(), Stopwatch()
            watch.speech_ended, watch.endpointed = utterance.end, utterance.at
            found = await self._transcriber.transcribe(utterance.samples, (LANGUAGE,), _LONGEST_S)
            watch.recognised = time.monotonic()
            if not isinstance(found, Transcript):
                continue
            seq = await talk.say(found.text, confidence=found.confidence)
            text = await _answer_to(seq, replies)
            watch.replied = time.monotonic()
            playback = player.play(await self._spoken(text, rate))
            await playback.wait()
            if playback.first_sound_at is not None:
                watch.sounded(playback.first_sound_at)

    async def _spoken(self, text: str, rate: int) -> bytes:
        sound = await self._voice.say(verbaliser_of(LANGUAGE).say(text), LANGUAGE, Pace.NORMAL)
        return await asyncio.to_thread(levelled, [(sound, 0)], rate)


async def _listen(line: AudioSocketCall, player: Player, said: asyncio.Queue[Utterance]) -> None:
    ear = Ear(line.rate, voice_detector())
    async for event in line.events():
        for heard in ear.hear(event) if isinstance(event, Heard) else ():
            if isinstance(heard, SpeechStarted):
                player.stop()
            elif isinstance(heard, Utterance):
                said.put_nowait(heard)


async def _replies(talk: Talk) -> AsyncIterator[MessagePosted]:
    async for event in talk.events():
        if isinstance(event, MessagePosted) and event.author is Author.BOT:
            yield event


async def _answer_to(seq: int, replies: AsyncIterator[MessagePosted]) -> str:
    async for reply in replies:
        if reply.seq > seq:
            return reply.text
    raise EOFError("the conversation is over")


@contextlib.asynccontextmanager
async def _voice(settings: Settings) -> AsyncIterator[Voice]:
    """Piper where there is a voice, else espeak-ng."""
    voices = find_voices(settings.piper, settings.allow_fixtures)
    piper = Piper(voices, settings.tts_workers, settings.tts_queue, _LONGEST_S)
    await piper.start()
    try:
        yield piper if LANGUAGE in voices else Espeak(_LONGEST_S)
    finally:
        await piper.close()


async def main(sound_port: int, metrics_port: int) -> None:
    """Serves until it is ended."""
    settings = Settings()
    verbaliser_of(LANGUAGE)
    transcriber = whisper_transcriber(settings)
    transcriber.start()
    async with BotClient.open(settings.internal) as bot, _voice(settings) as voice:
        server = AudioSocketServer(lambda _: True, Chain(bot, transcriber, voice).serve)
        async with server.listen("127.0.0.1", sound_port):
            while not transcriber.pids:
                await asyncio.sleep(0.1)
            prometheus_client.start_http_server(metrics_port, "127.0.0.1")
            await asyncio.get_running_loop().create_future()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
