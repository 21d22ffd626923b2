"""The staff API: the queue, and what everybody does with a case."""

from collections.abc import AsyncIterator, Sequence

from aiohttp import web

from bot.errors import Invalid
from bot.http import (
    TEXTS,
    Accepted,
    After,
    Frame,
    Operation,
    frames,
    read_body,
    read_query,
    reply,
    resume_point,
    stream,
    wants_json,
)
from bot.ports import STAFF_TOPIC
from handover.casework_api import CASEWORK, CORRESPONDENCE, VIEWS, changed
from handover.composing import Repeated, templates
from handover.feed import BATCH
from handover.offices import Offices
from handover.rights import ANYBODY, CASES
from handover.shapes import (
    Close,
    Feed,
    FeedEvent,
    HandoverChanged,
    HandoverDetail,
    Handovers,
    OfficeList,
    OfficeView,
    Preview,
    RenderAgain,
    Rendered,
    Reply,
    Return,
    StateQuery,
    TeamView,
    Template,
    TemplateQuery,
    Templates,
    Words,
)
from handover.shared_feed import SharedFeed
from handover.staff_guard import COOKIE, caseworker_of, handover_id_of

OFFICES = web.AppKey("offices", Offices)
SHARED_FEED = web.AppKey("shared_feed", SharedFeed)


async def list_handovers(request: web.Request) -> web.StreamResponse:
    """The queue of one's own offices."""
    state = read_query(request, StateQuery).state
    return reply(await request.config_dict[VIEWS].queue(caseworker_of(request), state))


async def get_handover(request: web.Request) -> web.StreamResponse:
    """One case with its conversation; that it was read is recorded."""
    caseworker, handover_id = caseworker_of(request), handover_id_of(request)
    await request.config_dict[CORRESPONDENCE].note_reading(caseworker, handover_id)
    return reply(await request.config_dict[VIEWS].detail(caseworker, handover_id))


async def claim_handover(request: web.Request) -> web.StreamResponse:
    """Takes a case; exactly one caseworker wins."""
    await request.config_dict[CASEWORK].claim(caseworker_of(request), handover_id_of(request))
    return await changed(request)


async def send_reply(request: web.Request) -> web.StreamResponse:
    """Writes to the citizen."""
    body = await read_body(request, Reply)
    seq = await request.config_dict[CORRESPONDENCE].reply(
        caseworker_of(request),
        handover_id_of(request),
        body.client_message_id,
        _said(body),
        _repeated(body),
    )
    return reply(Accepted(seq=seq), 202)


async def preview_reply(request: web.Request) -> web.StreamResponse:
    """How one's words will read in the citizen's language; nothing is sent."""
    body = await read_body(request, Words)
    message = await request.config_dict[CORRESPONDENCE].preview(
        caseworker_of(request), handover_id_of(request), _said(body), _repeated(body)
    )
    note = message.translation
    return reply(
        Preview(
            text=message.text,
            language=message.language,
            german=note.original if note else message.text,
            by=note.by if note else None,
            not_translated=message.not_translated,
        )
    )


async def render_again(request: web.Request) -> web.StreamResponse:
    """Another translation of one message of the citizen."""
    body = await read_body(request, RenderAgain)
    event = await request.config_dict[CORRESPONDENCE].another_rendering(
        caseworker_of(request), handover_id_of(request), body.seq
    )
    return reply(Rendered(event=event))


async def list_templates(request: web.Request) -> web.StreamResponse:
    """The office's ready-made words."""
    office = read_query(request, TemplateQuery).office
    found = templates(request.config_dict[TEXTS], office)
    return reply(
        Templates(templates=[Template(id=name, text=text, fields=f) for name, text, f in found])
    )


async def return_handover(request: web.Request) -> web.StreamResponse:
    """Gives a case back to the queue or to the bot."""
    casework, caseworker = request.config_dict[CASEWORK], caseworker_of(request)
    back = {"queue": casework.return_to_queue, "bot": casework.return_to_bot}
    await back[(await read_body(request, Return)).to](caseworker, handover_id_of(request))
    return await changed(request)


async def close_handover(request: web.Request) -> web.StreamResponse:
    """Ends a case."""
    reason = (await read_body(request, Close)).reason
    await request.config_dict[CASEWORK].close(
        caseworker_of(request), handover_id_of(request), reason
    )
    return await changed(request)


async def show_typing(request: web.Request) -> web.StreamResponse:
    """Shows the citizen that one is writing."""
    await request.config_dict[CORRESPONDENCE].typing(
        caseworker_of(request), handover_id_of(request)
    )
    return web.Response(status=204)


async def feed(request: web.Request) -> web.StreamResponse:
    """What changes in one's own offices, as a stream, or as a list where JSON is asked for."""
    caseworker = caseworker_of(request)
    if wants_json(request):
        after = read_query(request, After).after
        return reply(Feed(events=await request.config_dict[VIEWS].feed(caseworker, after)))
    token, shared = request.cookies[COOKIE], request.config_dict[SHARED_FEED]

    async def read(after: int) -> Sequence[FeedEvent]:
        # looked up anew each time: it notes that he is there, and ends with the session
        return await shared.after(token, after)

    def fetch(after: int) -> AsyncIterator[Frame]:
        return frames(read, after, BATCH)

    return await stream(
        request,
        STAFF_TOPIC,
        caseworker.id,
        resume_point(request),
        fetch,
        lambda sign: sign.get("office") in caseworker.offices,
    )


async def list_offices(request: web.Request) -> web.StreamResponse:
    """The county's offices."""
    offices = request.config_dict[OFFICES]
    return reply(
        OfficeList(
            offices=[
                OfficeView(
                    id=office.id,
                    name=office.name,
                    short=office.short,
                    open=(hours := offices.hours_of(office.id)).open,
                    reopens_at=hours.reopens_at,
                    teams=[TeamView(id=team.id, name=team.name) for team in office.teams],
                    offer_timeout_s=office.routing.offer_timeout_s,
                )
                for office in offices.county.offices
            ]
        )
    )


def _said(words: Words) -> str:
    if not words.text.strip():
        raise Invalid(text="text_empty")
    return words.text


def _repeated(words: Words) -> Repeated | None:
    return Repeated(words.answers.service, words.answers.aspect) if words.answers else None


_ONE = "/api/v1/handovers/{id}"
OPERATIONS = (
    Operation(
        "GET", "/api/v1/handovers", list_handovers, "The queue",
        None, {200: Handovers}, (400,), query=StateQuery, roles=CASES,
    ),
    Operation(
        "GET", _ONE, get_handover, "One case", None, {200: HandoverDetail}, (404,), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/claim", claim_handover, "Take a case",
        None, {200: HandoverChanged}, (403, 404, 409), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/messages", send_reply, "Write to the citizen",
        Reply, {202: Accepted}, (400, 403, 404, 409, 413, 422), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/preview", preview_reply, "See how words will read",
        Words, {200: Preview}, (400, 403, 404, 413, 422), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/rendering", render_again, "Translate a message anew",
        RenderAgain, {200: Rendered}, (400, 403, 404, 409, 413), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/return", return_handover, "Give a case back",
        Return, {200: HandoverChanged}, (400, 403, 404, 409, 413), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/close", close_handover, "End a case",
        Close, {200: HandoverChanged}, (400, 403, 404, 413), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/typing", show_typing, "Say that one is writing",
        None, {204: None}, (403, 404), roles=CASES,
    ),
    Operation(
        "GET", "/api/v1/events", feed, "Follow one's offices",
        None, {200: Feed}, (400,), query=After, streams=True, roles=CASES,
    ),
    Operation(
        "GET", "/api/v1/templates", list_templates, "Ready-made words",
        None, {200: Templates}, (400,), query=TemplateQuery, roles=CASES,
    ),
    Operation(
        "GET", "/api/v1/offices", list_offices, "The offices",
        None, {200: OfficeList}, roles=ANYBODY,
    ),
)  # fmt: skip
