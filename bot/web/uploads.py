"""Reads a file out of a multipart body, piece by piece and never more of it than the limit."""

from aiohttp import BodyPartReader, web
from aiohttp.http_exceptions import HttpProcessingError

from bot.attachments import Upload
from bot.errors import AttachmentTooLarge, BadRequest
from bot.http import storable

_LONGEST_ID = 64


async def read_upload(request: web.Request, limit: int) -> Upload:
    """The body's one part `file`; a part `client_message_id` may stand before it.

    Raises:
        BadRequest: the body is no multipart body, or holds anything else.
        AttachmentTooLarge: the file is above `limit` bytes; the rest of it is not read.
    """
    try:
        return await _read(request, limit)
    except (ValueError, AssertionError, EOFError, HttpProcessingError, web.HTTPException):
        # what aiohttp raises for a body that is none, ends early, or is put together wrongly
        raise BadRequest from None


async def _read(request: web.Request, limit: int) -> Upload:
    known_as, parts = None, await request.multipart()
    while isinstance(part := await parts.next(), BodyPartReader):
        if part.name == "client_message_id" and known_as is None:
            known_as = await _id(part)
        elif part.name == "file" and part.filename:
            name, content = part.filename, await _bytes(part, limit)
            if await parts.next() is not None:
                break
            return Upload(name, content, known_as)
        else:
            break
    raise BadRequest


async def _id(part: BodyPartReader) -> str:
    try:
        known_as = (await _bytes(part, _LONGEST_ID)).decode()
    except AttachmentTooLarge:
        raise BadRequest from None
    if not known_as or not storable(known_as):
        raise BadRequest
    return known_as


async def _bytes(part: BodyPartReader, limit: int) -> bytes:
    read = bytearray()
    while chunk := await part.read_chunk():
        read += chunk
        if len(read) > limit:
            raise AttachmentTooLarge
    return bytes(read)
