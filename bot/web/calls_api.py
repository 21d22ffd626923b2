"""The internal listener's part for the phone line: putting a caller through to a person."""

from aiohttp import web

from bot.calls import Calls
from bot.http import Operation, read_body, reply
from bot.web.access import in_her_language, limited, named_by
from bot.web.shapes import CallEnded, DialledView, PutThrough

CALLS = web.AppKey("calls", Calls)


@in_her_language
@limited("action")
async def put_through(request: web.Request) -> web.StreamResponse:
    """Says whom to dial for a caller who wants a person, and queues her case."""
    office = (await read_body(request, PutThrough)).office
    dialled = await request.config_dict[CALLS].call(*named_by(request), office)
    return reply(DialledView.model_validate(vars(dialled)))


@in_her_language
@limited("action")
async def end_call(request: web.Request) -> web.StreamResponse:
    """Keeps whether somebody answered; it is told at once, and not when the talk is over."""
    body = await read_body(request, CallEnded)
    calls = request.config_dict[CALLS]
    await calls.ended(*named_by(request), body.extension, body.outcome)
    return web.Response(status=204)


_ONE = "/api/v1/conversations/{id}/call"
OPERATIONS = (
    Operation(
        "POST", _ONE, put_through, "Put a caller through",
        PutThrough, {200: DialledView}, (400, 409, 413, 422, 429),
    ),
    Operation(
        "POST", f"{_ONE}/ended", end_call, "Say whether somebody answered",
        CallEnded, {204: None}, (400, 404, 413, 422, 429),
    ),
)  # fmt: skip
