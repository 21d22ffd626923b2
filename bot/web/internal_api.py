"""The internal listener's own part: health, metrics, and understanding without a conversation."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.errors import Invalid
from bot.http import SETTINGS, Operation, read_body, reply
from bot.understanding import Understander
from bot.web.shapes import Alive, Ready, Understand, Understood

UNDERSTANDER = web.AppKey("understander", Understander)
READINESS: web.AppKey[Callable[[], Awaitable[Ready]]] = web.AppKey("readiness")


async def understand(request: web.Request) -> web.StreamResponse:
    """Runs a turn's understanding and keeps nothing."""
    body = await read_body(request, Understand)
    if len(body.text) > request.config_dict[SETTINGS].text_limit:
        raise Invalid(text="text_too_long")
    understander = request.config_dict[UNDERSTANDER]
    spoken = understander.language_of(body.text, body.language)
    found = await understander.understand(
        body.text, spoken, request.config_dict[SETTINGS].turn_deadline_s
    )
    return reply(
        Understood(
            decision=found.decision.value,
            service=found.service,
            aspect=found.aspect,
            candidates=list(found.candidates),
            confidence=found.confidence,
            language=found.language,
            via=found.via,
        )
    )


async def healthz(request: web.Request) -> web.StreamResponse:
    """Whether the process answers."""
    return reply(Alive())


async def readyz(request: web.Request) -> web.StreamResponse:
    """Whether citizens can be served."""
    ready = await request.config_dict[READINESS]()
    return reply(ready, 503 if ready.status == "unavailable" else 200)


async def metrics(request: web.Request) -> web.StreamResponse:
    """Figures for Prometheus."""
    return web.Response(body=generate_latest(), headers={"Content-Type": CONTENT_TYPE_LATEST})


OPERATIONS = (
    Operation(
        "POST", "/understand", understand, "Understand a text",
        Understand, {200: Understood}, (400, 413, 422, 503), protected=False,
    ),
    Operation("GET", "/healthz", healthz, "Alive?", None, {200: Alive}, protected=False),
    Operation(
        "GET", "/readyz", readyz, "Ready?", None, {200: Ready, 503: Ready}, protected=False
    ),
)  # fmt: skip
