"""Reads one utterance off a WebSocket, within its bounds of time and size."""

import asyncio
from typing import TypeVar

from aiohttp import WSMessage, WSMsgType, web
from pydantic import BaseModel, ValidationError

from bot.errors import BadRequest, RecordingTooLong
from bot.voice_client import SOUND_RATE
from bot.web.shapes import Listen, ListenEnd

_BYTES_PER_S = SOUND_RATE * 2
_SPARE_S = 1.0
"""What a recording may be over: the browser counts in pieces of its own."""
_SILENT_S = 5.0
"""After which a browser that sends nothing counts as gone."""
_ENDED = (WSMsgType.CLOSE, WSMsgType.CLOSING, WSMsgType.CLOSED, WSMsgType.ERROR)

F = TypeVar("F", bound=BaseModel)


class Left(Exception):
    """The browser closed the socket or fell silent: nobody waits for an answer."""


async def read_token(socket: web.WebSocketResponse) -> str:
    """The token, from the first frame.

    Raises:
        BadRequest: the frame is another.
        Left: see there.
    """
    return _frame(await _next(socket), Listen).token


async def read_sound(socket: web.WebSocketResponse, limit_s: int) -> bytes:
    """The sound of all frames until the end is said.

    Raises:
        BadRequest: a frame is neither sound nor the end, or the sound breaks off in a sample.
        RecordingTooLong: there is more than `limit_s` seconds of it.
        Left: see there; also whoever sends for more than twice as long as the sound may last.
    """
    limit = int((limit_s + _SPARE_S) * _BYTES_PER_S)
    sound = bytearray()
    try:
        async with asyncio.timeout(2 * limit_s + _SILENT_S):
            while (message := await _next(socket)).type is WSMsgType.BINARY:
                sound += message.data
                if len(sound) > limit:
                    raise RecordingTooLong
    except TimeoutError:
        raise Left from None
    _frame(message, ListenEnd)
    if len(sound) % 2:
        raise BadRequest
    return bytes(sound)


async def _next(socket: web.WebSocketResponse) -> WSMessage:
    try:
        message = await socket.receive(timeout=_SILENT_S)
    except TimeoutError:
        raise Left from None
    if message.type in _ENDED:
        raise Left
    return message


def _frame(message: WSMessage, shape: type[F]) -> F:
    if message.type is not WSMsgType.TEXT:
        raise BadRequest
    try:
        return shape.model_validate_json(message.data)
    except ValidationError:
        raise BadRequest from None
