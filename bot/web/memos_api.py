"""What callers have written down: made by the phone line, opened by whoever has the code."""

from aiohttp import web

from bot.errors import Invalid
from bot.events import Message
from bot.http import SETTINGS, Operation, client_address, read_body, reply
from bot.mail_address import mailable
from bot.memos import Memo, Memos
from bot.web.access import in_her_language, limited, named_by
from bot.web.limits import LIMITS
from bot.web.shapes import MailMemo, MemoMade, MemoSection, MemoView, OpenMemo, WriteMemo
from translations.languages import language as named

MEMOS = web.AppKey("memos", Memos)


@in_her_language
@limited("memo")
async def write_memo(request: web.Request) -> web.StreamResponse:
    """Writes a topic down for a caller."""
    body = await read_body(request, WriteMemo)
    made = await request.config_dict[MEMOS].write(*named_by(request), body.service)
    return reply(MemoMade(code=made.code, expires_at=made.expires_at), 201)


@in_her_language
@limited("memo")
async def mail_memo(request: web.Request) -> web.StreamResponse:
    """Has a topic mailed to a caller who agreed to it."""
    body = await read_body(request, MailMemo)
    if not mailable(body.address):
        raise Invalid(address="mail_address_invalid")
    conversation_id, token = named_by(request)
    await request.config_dict[MEMOS].mail(
        conversation_id, token, body.client_message_id, body.service, body.address
    )
    return web.Response(status=204)


async def open_memo(request: web.Request) -> web.StreamResponse:
    """What a code stands for."""
    body = await read_body(request, OpenMemo)
    memo = await opened(request, body.code)
    return reply(
        MemoView(
            title=memo.title,
            made_at=memo.made_at,
            expires_at=memo.expires_at,
            sections=[_section(message) for message in memo.messages],
        )
    )


async def opened(request: web.Request, code: str) -> Memo:
    """The memo of that code; counts the try, right or wrong.

    Raises:
        TooManyRequests: this address has tried many.
        Invalid, MemoUnknown: see `Memos.read`.
    """
    limit = request.config_dict[SETTINGS].codes_per_minute
    await request.config_dict[LIMITS].count("code", client_address(request), limit)
    return await request.config_dict[MEMOS].read(code)


def _section(message: Message) -> MemoSection:
    return MemoSection(
        language=message.language,
        direction=named(message.language).direction,
        translated_by=message.translation.by if message.translation else None,
        text=message.text,
        parts=message.parts,
    )


_OF_ONE = "/api/v1/conversations/{id}/memos"
INTERNAL_OPERATIONS = (
    Operation(
        "POST", _OF_ONE, write_memo, "Write a topic down for a caller",
        WriteMemo, {201: MemoMade}, (400, 409, 413, 422, 429),
    ),
    Operation(
        "POST", f"{_OF_ONE}/mail", mail_memo, "Mail a topic to a caller",
        MailMemo, {204: None}, (400, 409, 413, 422, 429),
    ),
)  # fmt: skip
PUBLIC_OPERATIONS = (
    Operation(
        "POST", "/api/v1/memos/open", open_memo, "Open what a caller had written down",
        OpenMemo, {200: MemoView}, (400, 404, 413, 422, 429), protected=False,
    ),
)  # fmt: skip
