"""espeak-ng: the voice where no better one is installed, and when the better one fails.

A process per sentence costs about 25 ms, is killed as easily as it is made, and keeps the program
(GPL-3) apart from ours.
"""

import asyncio
import shutil

from voice.audio import as_floats
from voice.speaking.voice import Sound, VoiceFailed
from voice.speech import Pace

_VOICES = {
    "de": "de", "en": "en-gb", "tr": "tr", "ar": "ar", "uk": "uk", "ru": "ru", "fa": "fa",
    "pl": "pl", "ro": "ro", "fr": "fr-fr",
}  # fmt: skip
_WORDS_PER_MINUTE = {Pace.NORMAL: 150, Pace.SLOW: 110}
_HEADER = 44
"""Bytes of the WAV header that espeak-ng writes before the samples."""
_AT_ONCE = 4


class Espeak:
    """Speaks every language of ours, clearly and like a machine."""

    kind = "espeak"

    def __init__(self, timeout_s: float, program: str = "espeak-ng") -> None:
        self._timeout_s = timeout_s
        self._program = shutil.which(program)
        self._free = asyncio.Semaphore(_AT_ONCE)

    @property
    def languages(self) -> frozenset[str]:
        """All that are mapped to a voice; none where the program is missing."""
        return frozenset(_VOICES) if self._program else frozenset()

    def name(self, language: str) -> str:
        """The program's name; its voices are as good as one."""
        return f"espeak-ng {_VOICES[language]}"

    async def say(self, text: str, language: str, pace: Pace) -> Sound:
        """One sentence.

        Raises:
            VoiceFailed: The program is missing, failed, or took too long.
        """
        if self._program is None:
            raise VoiceFailed("espeak-ng is not installed")
        try:
            async with asyncio.timeout(self._timeout_s), self._free:
                return await self._run(self._program, text, _VOICES[language], pace)
        except TimeoutError:
            raise VoiceFailed("espeak-ng was late") from None
        except OSError as error:
            raise VoiceFailed(f"espeak-ng did not start ({type(error).__name__})") from None

    async def _run(self, program: str, text: str, voice: str, pace: Pace) -> Sound:
        speed = str(_WORDS_PER_MINUTE[pace])
        process = await asyncio.create_subprocess_exec(
            # the text goes by a pipe: arguments can be read by everybody on the machine
            program, "-v", voice, "-s", speed, "-b", "1", "--stdin", "--stdout",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )  # fmt: skip
        try:
            wav, _ = await process.communicate(text.encode())
        finally:
            if process.returncode is None:
                process.kill()
        if process.returncode or len(wav) <= _HEADER:
            raise VoiceFailed("espeak-ng made no sound")
        return Sound(as_floats(wav[_HEADER:]), int.from_bytes(wav[24:28], "little"))
