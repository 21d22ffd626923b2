"""The staff API for what caseworkers do with a case beyond claiming, answering and ending it."""

from aiohttp import web

from bot.errors import Invalid
from bot.http import Operation, read_body, read_query, reply
from handover.advising import Advising
from handover.casework import Casework, Target
from handover.correspondence import Correspondence
from handover.rights import CASES
from handover.shapes import (
    Colleagues,
    HandoverChanged,
    HandoverMoved,
    MarkRead,
    Merge,
    NoteAdded,
    Presence,
    SearchQuery,
    SearchResult,
    SignedIn,
    Snooze,
    Suggestions,
    Transfer,
    TryToReach,
    WriteNote,
)
from handover.staff_guard import caseworker_of, handover_id_of
from handover.views import Views

CASEWORK = web.AppKey("casework", Casework)
CORRESPONDENCE = web.AppKey("correspondence", Correspondence)
ADVISING = web.AppKey("advising", Advising)
VIEWS = web.AppKey("views", Views)


async def transfer(request: web.Request) -> web.StreamResponse:
    """Passes a case on to a colleague, a team or another office."""
    body, caseworker, handover_id = (
        await read_body(request, Transfer), caseworker_of(request), handover_id_of(request),
    )  # fmt: skip
    if body.caseworker is not None and (body.office or body.team):
        raise Invalid(caseworker="target_missing")
    target = Target(body.caseworker, body.office, body.team)
    await request.config_dict[CASEWORK].transfer(caseworker, handover_id, target, body.note)
    left = await request.config_dict[VIEWS].if_visible(caseworker, handover_id)
    return reply(HandoverMoved(handover=left))


async def snooze(request: web.Request) -> web.StreamResponse:
    """Puts a case aside for a while."""
    body = await read_body(request, Snooze)
    await request.config_dict[CASEWORK].snooze(
        caseworker_of(request), handover_id_of(request), body.until, body.reason
    )
    return await changed(request)


async def merge(request: web.Request) -> web.StreamResponse:
    """Lets a case go on in another one."""
    body, caseworker = await read_body(request, Merge), caseworker_of(request)
    await request.config_dict[CASEWORK].merge(caseworker, handover_id_of(request), body.into)
    view = await request.config_dict[VIEWS].one(caseworker, body.into)
    return reply(HandoverChanged(handover=view))


async def decline(request: web.Request) -> web.StreamResponse:
    """Refuses the offer of a case."""
    await request.config_dict[CASEWORK].decline(caseworker_of(request), handover_id_of(request))
    return await changed(request)


async def add_note(request: web.Request) -> web.StreamResponse:
    """Writes a note for colleagues."""
    body = await read_body(request, WriteNote)
    if not (text := body.text.strip()):
        raise Invalid(text="text_empty")
    note = await request.config_dict[CORRESPONDENCE].add_note(
        caseworker_of(request), handover_id_of(request), text, body.client_note_id
    )
    return reply(NoteAdded(note=note), 201)


async def add_attempt(request: web.Request) -> web.StreamResponse:
    """Keeps that one tried to reach the citizen."""
    body = await read_body(request, TryToReach)
    await request.config_dict[CORRESPONDENCE].add_attempt(
        caseworker_of(request), handover_id_of(request), body.outcome, body.note
    )
    return await changed(request)


async def mark_read(request: web.Request) -> web.StreamResponse:
    """Says how far one has read."""
    body = await read_body(request, MarkRead)
    await request.config_dict[CORRESPONDENCE].mark_read(
        caseworker_of(request), handover_id_of(request), body.seq
    )
    return web.Response(status=204)


async def suggest(request: web.Request) -> web.StreamResponse:
    """What the catalogue says to the citizen's last question."""
    found = await request.config_dict[ADVISING].suggest(
        caseworker_of(request), handover_id_of(request)
    )
    return reply(found)


async def search(request: web.Request) -> web.StreamResponse:
    """Seeks words in one's own offices' cases; that one did is recorded, not for what."""
    words = read_query(request, SearchQuery).q.strip()
    return reply(await request.config_dict[VIEWS].search(caseworker_of(request), words))


async def list_colleagues(request: web.Request) -> web.StreamResponse:
    """Who works in one's own offices, and who is there."""
    return reply(await request.config_dict[VIEWS].colleagues(caseworker_of(request)))


async def set_presence(request: web.Request) -> web.StreamResponse:
    """Says whether one takes cases for now."""
    away = (await read_body(request, Presence)).away
    caseworker = await request.config_dict[CASEWORK].set_presence(caseworker_of(request), away)
    return reply(SignedIn.of(caseworker))


async def changed(request: web.Request) -> web.Response:
    """The case as it is now."""
    view = await request.config_dict[VIEWS].one(caseworker_of(request), handover_id_of(request))
    return reply(HandoverChanged(handover=view))


_ONE = "/api/v1/handovers/{id}"
OPERATIONS = (
    Operation(
        "POST", f"{_ONE}/transfer", transfer, "Pass a case on",
        Transfer, {200: HandoverMoved}, (400, 403, 404, 409, 413, 422), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/snooze", snooze, "Put a case aside",
        Snooze, {200: HandoverChanged}, (400, 403, 404, 413, 422), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/merge", merge, "Join two cases of one citizen",
        Merge, {200: HandoverChanged}, (400, 403, 404, 409, 413, 422), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/decline", decline, "Refuse an offer",
        None, {200: HandoverChanged}, (403, 404), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/notes", add_note, "Write a note",
        WriteNote, {201: NoteAdded}, (400, 403, 404, 413, 422), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/attempts", add_attempt, "Note a try to reach the citizen",
        TryToReach, {200: HandoverChanged}, (400, 403, 404, 413, 422), roles=CASES,
    ),
    Operation(
        "POST", f"{_ONE}/read", mark_read, "Say how far one has read",
        MarkRead, {204: None}, (400, 403, 404, 413), roles=CASES,
    ),
    Operation(
        "GET", f"{_ONE}/suggestions", suggest, "What the catalogue says",
        None, {200: Suggestions}, (404,), roles=CASES,
    ),
    Operation(
        "GET", "/api/v1/search", search, "Seek a case",
        None, {200: SearchResult}, (400,), query=SearchQuery, roles=CASES,
    ),
    Operation(
        "POST", "/api/v1/presence", set_presence, "Take cases, or none for now",
        Presence, {200: SignedIn}, (400, 403, 413), roles=CASES,
    ),
    Operation(
        "GET", "/api/v1/colleagues", list_colleagues, "Who is there",
        None, {200: Colleagues}, roles=CASES,
    ),
)  # fmt: skip
