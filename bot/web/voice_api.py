"""The chat's voice: a recording becomes words to check, and a message is read aloud.

`listen` is a WebSocket for one utterance.  The browser sends `{"type": "start", "token"}`, then
sound as binary frames (16-bit little-endian mono, 16 kHz), then `{"type": "end"}`.  It gets one
frame, `{"type": "caption", "text", "confidence"}` or `{"type": "error", "code", "message"}`, and
the socket is closed.  Nothing of what was said is stored here: it becomes a message only when the
citizen sends it.
"""

import asyncio

import structlog
from aiohttp import web

from bot.errors import (
    AlreadyListening,
    ConversationClosed,
    KreislotseError,
    LanguageNotHeard,
    LanguageNotSpoken,
    NothingHeard,
    VoiceUnavailable,
)
from bot.http import (
    LANGUAGE,
    SETTINGS,
    TEXTS,
    Operation,
    error_detail,
    language_of,
    read_body,
    refuse_foreign_origin,
    stream_headers,
    where,
)
from bot.model import ConversationState
from bot.reading_aloud import aloud
from bot.stores.conversations import hashed
from bot.voice_client import SOUND_RATE, Caption, VoiceClient, Voices
from bot.web.access import CONVERSATIONS, in_her_language, named_by
from bot.web.cors import allows
from bot.web.limits import LIMITS
from bot.web.listening import Left, read_sound, read_token
from bot.web.shapes import Captioned, ListenFailed, ReadAloud
from translations.languages import cldr_locale

log = structlog.get_logger(__name__)

VOICE = web.AppKey("voice", VoiceClient)
LISTENING: web.AppKey[set[str]] = web.AppKey("listening")
"""The conversations of which a recording is on its way."""
_LONGEST_FRAME = 65_536
_SHORTEST_BYTES = SOUND_RATE // 5 * 2
"""Of 200 ms, in which nothing can be said."""
_STALLED_S = 10.0
"""After which a browser that takes nothing counts as gone."""


async def voices_here(request: web.Request) -> Voices:
    """The languages that can be heard and spoken now."""
    if not request.config_dict[SETTINGS].web_voice:
        return Voices()
    return await request.config_dict[VOICE].voices()


async def listen(request: web.Request) -> web.StreamResponse:
    """Understands one utterance."""
    if not allows(request, request.headers.get("Origin")):
        refuse_foreign_origin(request, ())
    socket = web.WebSocketResponse(max_msg_size=_LONGEST_FRAME, compress=False)
    await socket.prepare(request)
    answer: Captioned | ListenFailed
    try:
        heard = await _heard(request, socket)
        answer = Captioned(text=heard.text, confidence=heard.confidence)
    except Left:
        return socket
    except KreislotseError as error:
        answer = _failure(request, error)
    except Exception as error:
        # its text may quote what was said
        log.error("listening failed", error=where(error))
        answer = _failure(request, KreislotseError())
    if not socket.closed:
        await socket.send_str(answer.model_dump_json())
        await socket.close()
    return socket


async def _heard(request: web.Request, socket: web.WebSocketResponse) -> Caption:
    (conversation_id, _), token = named_by(request), await read_token(socket)
    settings, now = request.config_dict[SETTINGS], request.config_dict[LISTENING]
    row, state = await request.config_dict[CONVERSATIONS].view(conversation_id, token)
    request[LANGUAGE] = row.language
    if state.state is ConversationState.CLOSED:
        raise ConversationClosed
    if cldr_locale(row.language) not in (await voices_here(request)).listen:
        raise LanguageNotHeard
    if conversation_id in now:
        raise AlreadyListening
    now.add(conversation_id)
    try:
        await request.config_dict[LIMITS].count(
            "utterance", hashed(token), settings.web_voice_per_minute
        )
        sound = await read_sound(socket, settings.web_utterance_s)
        if len(sound) < _SHORTEST_BYTES:
            raise NothingHeard
        return await request.config_dict[VOICE].recognise(sound, cldr_locale(row.language))
    finally:
        now.discard(conversation_id)


def _failure(request: web.Request, error: KreislotseError) -> ListenFailed:
    told = error_detail(error, request.config_dict[TEXTS], language_of(request))
    return ListenFailed(code=told.code, message=told.message)


@in_her_language
async def read_aloud(request: web.Request) -> web.StreamResponse:
    """Speaks a message, as a WAV that begins before its end is known."""
    conversation_id, token = named_by(request)
    body = await read_body(request, ReadAloud)
    message = await request.config_dict[CONVERSATIONS].said(conversation_id, token, body.seq)
    await request.config_dict[LIMITS].count(
        "speech", hashed(token or ""), request.config_dict[SETTINGS].web_voice_per_minute
    )
    language = cldr_locale(message.language)
    if language not in (await voices_here(request)).speak:
        raise LanguageNotSpoken
    async with request.config_dict[VOICE].speak(aloud(message), language) as pieces:
        headers = {**stream_headers(request), "Cache-Control": "no-store"}
        response = web.StreamResponse(headers=headers)
        response.content_type = "audio/wav"
        try:
            await response.prepare(request)
            async for piece in pieces:
                async with asyncio.timeout(_STALLED_S):
                    await response.write(piece)
            await response.write_eof()
        except (VoiceUnavailable, OSError, TimeoutError):
            # half a message must not pass for a whole one: the connection breaks off
            if request.transport is not None:
                request.transport.abort()
    return response


_ONE = "/api/v1/conversations/{id}"
OPERATIONS = (
    Operation(
        "GET", f"{_ONE}/listen", listen, "Speak instead of typing (a WebSocket)",
        None, {101: None}, (400, 403), protected=False,
    ),
    Operation(
        "POST", f"{_ONE}/speech", read_aloud, "Have a message read aloud",
        ReadAloud, {200: None}, (400, 409, 413, 422, 429, 503), media_type="audio/wav",
    ),
)  # fmt: skip
