"""What auditors do: read and check the audit trail, keep holds, grant requests that came by letter.

A line of the trail belongs to no office, so an auditor of any office sees all of them.
"""

from aiohttp import web

from bot.export import Export
from bot.http import Operation, read_body, read_query, reply
from bot.model import Caseworker
from handover.audit_shapes import (
    AuditCheck,
    AuditExportQuery,
    AuditLine,
    AuditLines,
    AuditQuery,
    Because,
    ExportQuery,
    Holds,
    HoldView,
)
from handover.auditing import Auditing
from handover.erasing import Erasing
from handover.rights import AUDIT
from handover.staff_guard import caseworker_of, handover_id_of

AUDITING = web.AppKey("auditing", Auditing)
ERASING = web.AppKey("erasing", Erasing)


async def list_lines(request: web.Request) -> web.StreamResponse:
    """Lines of the audit trail, latest first; that somebody looked is recorded."""
    query = read_query(request, AuditQuery)
    lines, more = await request.config_dict[AUDITING].lines(_actor(request), query)
    shown = [
        AuditLine(
            id=line.id, at=line.at, actor=line.actor, action=line.action, subject=line.subject,
            details=line.details,
        )
        for line in lines
    ]  # fmt: skip
    return reply(AuditLines(lines=shown, more=more))


async def export_trail(request: web.Request) -> web.StreamResponse:
    """The audit trail as JSON lines, each with its hash."""
    after = read_query(request, AuditExportQuery).after
    auditing, actor = request.config_dict[AUDITING], _actor(request)
    await auditing.note_export(actor, after)
    response = web.StreamResponse(
        headers={
            "Content-Type": _JSON_LINES,
            "Content-Disposition": 'attachment; filename="protokoll.jsonl"',
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store",
        }
    )
    await response.prepare(request)
    async for batch in auditing.exported(after):
        await response.write(batch.encode())
    await response.write_eof()
    return response


async def check_trail(request: web.Request) -> web.StreamResponse:
    """Whether the audit trail is whole."""
    chain = await request.config_dict[AUDITING].check()
    return reply(
        AuditCheck(
            whole=chain.broken_at is None,
            lines=chain.lines,
            broken_at=chain.broken_at,
            head=chain.head,
        )
    )


async def list_holds(request: web.Request) -> web.StreamResponse:
    """The conversations that may not be erased."""
    return reply(
        Holds(
            holds=[
                HoldView(
                    conversation_id=row.id,
                    since=row.held_at,
                    by=row.held_by or "",
                    reason=row.hold_reason or "",
                    erasure_asked_at=row.erasure_asked_at,
                )
                for row in await request.config_dict[AUDITING].holds()
                if row.held_at is not None
            ]
        )
    )


async def hold(request: web.Request) -> web.StreamResponse:
    """Keeps a conversation from being erased."""
    reason = (await read_body(request, Because)).reason
    await request.config_dict[AUDITING].hold(_actor(request), handover_id_of(request), reason)
    return web.Response(status=204)


async def lift_hold(request: web.Request) -> web.StreamResponse:
    """Ends a hold; what was to be erased meanwhile is erased at once."""
    await request.config_dict[ERASING].lift_hold(handover_id_of(request), _actor(request))
    return web.Response(status=204)


async def export_conversation(request: web.Request) -> web.StreamResponse:
    """Everything kept about a conversation, for a citizen who asked by letter."""
    reason = read_query(request, ExportQuery).reason
    auditing = request.config_dict[AUDITING]
    response = reply(await auditing.export(_actor(request), handover_id_of(request), reason))
    response.headers["Content-Disposition"] = 'attachment; filename="gespraech.json"'
    return response


async def erase_conversation(request: web.Request) -> web.StreamResponse:
    """Erases a conversation everywhere, for a citizen who asked by letter."""
    reason = (await read_body(request, Because)).reason
    erasing = request.config_dict[ERASING]
    await erasing.by_letter(handover_id_of(request), _actor(request), reason)
    return web.Response(status=204)


def _actor(request: web.Request) -> str:
    caseworker: Caseworker = caseworker_of(request)
    return caseworker.username


_JSON_LINES = "application/x-ndjson"
_CONVERSATION = "/api/v1/conversations/{id}"
OPERATIONS = (
    Operation(
        "GET", "/api/v1/audit", list_lines, "Read the audit trail",
        None, {200: AuditLines}, (400, 403), query=AuditQuery, roles=AUDIT,
    ),
    Operation(
        "GET", "/api/v1/audit.jsonl", export_trail, "Take the audit trail along",
        None, {200: None}, (400, 403), query=AuditExportQuery, media_type=_JSON_LINES, roles=AUDIT,
    ),
    Operation(
        "GET", "/api/v1/audit/check", check_trail, "Check the audit trail",
        None, {200: AuditCheck}, (403,), roles=AUDIT,
    ),
    Operation(
        "GET", "/api/v1/holds", list_holds, "The holds",
        None, {200: Holds}, (403,), roles=AUDIT,
    ),
    Operation(
        "PUT", f"{_CONVERSATION}/hold", hold, "Keep a conversation from being erased",
        Because, {204: None}, (400, 403, 404, 413, 422), roles=AUDIT,
    ),
    Operation(
        "DELETE", f"{_CONVERSATION}/hold", lift_hold, "End a hold",
        None, {204: None}, (403, 404), roles=AUDIT,
    ),
    Operation(
        "GET", f"{_CONVERSATION}/export", export_conversation, "All kept about a conversation",
        None, {200: Export}, (400, 403, 404), query=ExportQuery, roles=AUDIT,
    ),
    Operation(
        "DELETE", _CONVERSATION, erase_conversation, "Erase a conversation everywhere",
        Because, {204: None}, (400, 403, 404, 409, 413, 422), roles=AUDIT,
    ),
)  # fmt: skip
