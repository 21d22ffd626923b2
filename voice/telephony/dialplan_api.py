"""The dialplan's HTTP: plain text of one line, as dialplans have no parser for more.

It is neither encrypted nor authenticated, like the sound: loopback or a network of its own.
"""

import re
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from typing import Literal

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from voice.telephony.next_steps import Calls, DialStatus, written

BODY_LIMIT = 4096
_NUMBER = re.compile(r"\+?[0-9*#]{1,32}")

CALLS: web.AppKey[Calls] = web.AppKey("calls")


@dataclass(frozen=True)
class Readiness:
    """Whether callers can be served, and if not fully, why."""

    status: Literal["ready", "degraded", "unavailable"]
    why: tuple[str, ...] = ()


READINESS: web.AppKey[Callable[[], Awaitable[Readiness]]] = web.AppKey("readiness")


def build_app(calls: Calls, readiness: Callable[[], Awaitable[Readiness]]) -> web.Application:
    """The application that the dialplan and operations ask."""
    app = web.Application(client_max_size=BODY_LIMIT)
    app[CALLS] = calls
    app[READINESS] = readiness
    app.add_routes(
        [
            web.post("/calls/{call_id}", announce),
            web.get("/calls/{call_id}/next", next_step),
            web.get("/calls/{call_id}/briefing", briefing),
            web.post("/calls/{call_id}/dialled", dialled),
            web.get("/healthz", healthz),
            web.get("/readyz", readyz),
            web.get("/metrics", metrics),
        ]
    )
    return app


async def announce(request: web.Request) -> web.Response:
    """Whether a call is taken: `answer`, `full` or `closed`."""
    form = await request.post()
    caller, called = str(form.get("caller", "")), str(form.get("called", ""))
    if not _NUMBER.fullmatch(called):
        raise web.HTTPBadRequest(text="called: no number")
    admission = await request.app[CALLS].announce(
        call_id(request), caller if _NUMBER.fullmatch(caller) else None, called
    )
    return web.Response(text=admission)


async def next_step(request: web.Request) -> web.Response:
    """What to do now: `hangup`, `dial EXTENSION` or `switchboard`."""
    return web.Response(text=written(await request.app[CALLS].next_step(call_id(request))))


async def briefing(request: web.Request) -> web.Response:
    """The id under which the person dialled hears a briefing; empty: there is none."""
    return web.Response(text=await request.app[CALLS].briefing(call_id(request)) or "")


async def dialled(request: web.Request) -> web.Response:
    """What to do after dialling: `hangup`, `resume` or `switchboard`."""
    form = await request.post()
    try:
        status = DialStatus(str(form.get("status", "")))
    except ValueError:
        raise web.HTTPBadRequest(text="status: no DIALSTATUS") from None
    return web.Response(text=written(await request.app[CALLS].dialled(call_id(request), status)))


async def healthz(request: web.Request) -> web.Response:
    """Whether the process answers."""
    return web.json_response({"status": "ok"})


async def readyz(request: web.Request) -> web.Response:
    """Whether callers can be served."""
    ready = await request.app[READINESS]()
    return web.json_response(asdict(ready), status=503 if ready.status == "unavailable" else 200)


async def metrics(request: web.Request) -> web.Response:
    """Figures for Prometheus."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


def call_id(request: web.Request) -> str:
    """The call's id in its usual writing."""
    try:
        return str(uuid.UUID(request.match_info["call_id"]))
    except ValueError:
        raise web.HTTPNotFound(text="no such call") from None
