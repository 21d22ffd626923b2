"""The staff API for the files that citizens sent."""

from urllib.parse import quote

from aiohttp import web

from bot.errors import NotFound
from bot.http import Operation, storable
from handover.casework_api import CORRESPONDENCE
from handover.rights import CASES
from handover.staff_guard import caseworker_of, handover_id_of


async def get_attachment(request: web.Request) -> web.StreamResponse:
    """One file, to be saved and never shown by us; that it was fetched is recorded."""
    attachment_id = request.match_info["attachment_id"]
    if not storable(attachment_id):
        raise NotFound  # no file can have such an id
    file = await request.config_dict[CORRESPONDENCE].attachment(
        caseworker_of(request), handover_id_of(request), attachment_id
    )
    return web.Response(
        body=file.content,
        content_type=file.media_type,
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(file.name, safe='')}",
            "Content-Security-Policy": "sandbox",
            "X-Content-Type-Options": "nosniff",
        },
    )


OPERATIONS = (
    Operation(
        "GET", "/api/v1/handovers/{id}/attachments/{attachment_id}", get_attachment,
        "Fetch a citizen's file", None, {200: None}, (404,), media_type="*/*", roles=CASES,
    ),
)  # fmt: skip
