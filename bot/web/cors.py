"""Which web sites may embed the widget (the Fetch standard's CORS protocol).

The token travels in a header of its own, never in a cookie, so no credentials are involved.
"""

from aiohttp import web

from bot.http import ALLOWED_ORIGIN, SETTINGS, Handler

_HEADERS = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


@web.middleware
async def cors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answers preflight requests, and allows pages of the listed origins to read the answers.

    It stands outside of the errors' middleware, as those pages must read errors too.
    """
    origin = request.headers.get("Origin")
    allowed = allows(request, origin)
    if request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers:
        response: web.StreamResponse = web.Response(status=204, headers=_HEADERS)
    else:
        if allowed and origin:
            request[ALLOWED_ORIGIN] = origin
        response = await handler(request)
    if not response.prepared:
        response.headers.add("Vary", "Origin")  # a cache must not give one page another's answer
        if allowed and origin:
            response.headers["Access-Control-Allow-Origin"] = origin
            response.headers["Access-Control-Expose-Headers"] = "Retry-After, Content-Language"
    return response


def allows(request: web.Request, origin: str | None) -> bool:
    """Whether pages of that origin may embed the widget."""
    origins = request.config_dict[SETTINGS].allowed_origins
    return origin is not None and origin.isascii() and ("*" in origins or origin in origins)
