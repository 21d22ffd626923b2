"""What all our HTTP listeners share: operations, bodies, errors, events by stream.

An `Operation` is a route together with what it takes and gives; the same table registers the
handlers, checks the bodies and writes the OpenAPI description, so that none of them can differ.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any, TypeVar

import structlog
from aiohttp import web
from aiohttp_sse import EventSourceResponse, sse_response
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bot.errors import (
    BadRequest,
    Forbidden,
    Invalid,
    KreislotseError,
    MethodNotAllowed,
    NotFound,
    TooLarge,
    TooManyRequests,
)
from bot.model import Role
from bot.ports import News, Notifier
from bot.settings import Settings
from translations.languages import SOURCE, from_accept_language
from translations.texts import Texts

log = structlog.get_logger(__name__)

SETTINGS = web.AppKey("settings", Settings)
TEXTS = web.AppKey("texts", Texts)
NOTIFIER = web.AppKey("notifier", Notifier)

STREAMS: web.AppKey[set[EventSourceResponse]] = web.AppKey("streams")

LANGUAGE = web.RequestKey("language", str)
"""The language in which this request's errors are told."""
ALLOWED_ORIGIN = web.RequestKey("allowed_origin", str)
"""The foreign origin that may read the answer, where there is one."""

PING_S = 15.0
MAX_STREAMS = 8
"""Streams that one reader may hold open in this process; one more ends the oldest.

Ending beats refusing: a phone that changes its network leaves streams behind which nobody
reads any more, and they must not lock their owner out.
"""
MAX_SEQ = 2**31 - 1
"""The largest number that the database holds."""
_READER = web.ResponseKey("reader", str)
_OPENED_AT = web.ResponseKey("opened_at", float)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
B = TypeVar("B", bound=BaseModel)


class Body(BaseModel):
    """Base of request and response bodies: unknown fields refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class ErrorDetail(BaseModel):
    """An error's code, its message in the reader's language, and the fields that it is about.

    Some codes carry more, such as `reopens_at` or `by`.
    """

    model_config = ConfigDict(extra="allow")
    code: str
    message: str
    fields: dict[str, str] | None = None


class ErrorBody(Body):
    """What every error looks like."""

    error: ErrorDetail


@dataclass(frozen=True)
class Operation:
    """A route: `body` is what it takes, `replies` what it gives by status (None: no content)."""

    method: str
    path: str
    handler: Handler
    summary: str
    body: type[BaseModel] | None = None
    replies: dict[int, type[BaseModel] | None] = field(default_factory=dict)
    errors: tuple[int, ...] = ()
    query: type[BaseModel] | None = None
    protected: bool = True
    streams: bool = False
    """Whether it gives the same as server-sent events, unless JSON is asked for."""
    body_type: str = "application/json"
    """How its body comes."""
    media_type: str | None = None
    """What it gives where that is no JSON, e.g. `text/csv`; errors are JSON all the same."""
    roles: tuple[Role, ...] = ()
    """Who of the staff may use it; nobody, unless it says so."""


def register(app: web.Application, operations: Sequence[Operation]) -> None:
    """Adds the operations' routes to `app`."""
    for operation in operations:
        app.router.add_route(operation.method, operation.path, operation.handler)


async def read_body(request: web.Request, shape: type[B]) -> B:
    """The request's JSON body.

    Raises:
        BadRequest: it is no JSON, or not of this shape; `fields` says what is wrong where.
        Invalid: a text holds characters that no database keeps.
        TooLarge: it is above the limit.
    """
    try:
        written = json.loads(await request.read() or b"{}")
        body = shape.model_validate(written)
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge from None
    except ValidationError as error:
        raise BadRequest(fields=_wrong_fields(error)) from None
    except (ValueError, RecursionError):  # no JSON, no UTF-8, or a number of too many digits
        raise BadRequest from None
    refused = [name for name, value in written.items() if not _storable_throughout(value)]
    if refused:
        raise Invalid(**dict.fromkeys(refused, "invalid"))
    return body


def read_query(request: web.Request, shape: type[B]) -> B:
    """The request's query parameters; those that the shape does not know are ignored.

    Raises:
        BadRequest: a parameter is not of this shape.
    """
    names = {field.alias or name for name, field in shape.model_fields.items()}
    known = {name: value for name, value in request.query.items() if name in names}
    try:
        return shape.model_validate(known)
    except ValidationError as error:
        raise BadRequest(fields=_wrong_fields(error)) from None


def storable(text: str) -> bool:
    """Whether a database takes the text: no NUL, which PostgreSQL refuses, and no half
    character (a lone surrogate), which is no UTF-8.
    """
    try:
        return b"\0" not in text.encode()
    except UnicodeEncodeError:
        return False


def _storable_throughout(value: object) -> bool:
    match value:
        case str():
            return storable(value)
        case list():
            return all(map(_storable_throughout, value))
        case dict():
            return all(map(_storable_throughout, (*value, *value.values())))
    return True


def reply(body: BaseModel, status: int = 200) -> web.Response:
    """A JSON response."""
    return web.json_response(text=body.model_dump_json(by_alias=True), status=status)


def error_detail(error: KreislotseError, texts: Texts, language: str) -> ErrorDetail:
    """The error with its message in `language`."""
    detail: dict[str, Any] = {
        "code": error.code, "message": texts.say(f"errors.{error.code}", language)
    }  # fmt: skip
    if isinstance(error, Invalid):
        detail["fields"] = {
            name: texts.say(f"errors.{key}", language) for name, key in error.fields.items()
        }
    detail.update(error.details)
    return ErrorDetail.model_validate(detail)


def error_response(error: KreislotseError, texts: Texts, language: str) -> web.Response:
    """The error as an answer."""
    headers = {"Content-Language": language}
    if isinstance(error, TooManyRequests):
        headers["Retry-After"] = str(error.retry_after_s)
    body = ErrorBody(error=error_detail(error, texts, language))
    return web.json_response(
        text=body.model_dump_json(exclude_none=True), status=error.status, headers=headers
    )


def language_of(request: web.Request) -> str:
    """The language in which an error is told: that of the conversation, or the browser's."""
    language: str | None = request.get(LANGUAGE)
    if language is not None:
        return language
    written = request.config_dict[TEXTS].written_languages
    return from_accept_language(request.headers.get("Accept-Language", ""), written) or SOURCE


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turns every error into its JSON form; an unforeseen one is logged without its text."""
    try:
        return await handler(request)
    except KreislotseError as error:
        found = error
    except web.HTTPRequestEntityTooLarge:
        found = TooLarge()
    except web.HTTPNotFound:
        found = NotFound()
    except web.HTTPMethodNotAllowed:
        found = MethodNotAllowed()
    except web.HTTPClientError:
        found = BadRequest()
    except (web.HTTPException, ConnectionResetError):
        raise
    except Exception as error:
        # the text of an exception may quote what a citizen wrote
        log.error("request failed", route=_route(request), error=where(error))
        found = KreislotseError()
    return error_response(found, request.config_dict[TEXTS], language_of(request))


@web.middleware
async def security_headers(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Headers that every answer carries."""
    response = await handler(request)
    if not response.prepared:
        set_security_headers(response)
    return response


def set_security_headers(response: web.StreamResponse) -> None:
    """No guessing of types, no referrers, no caching unless the handler allowed it."""
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Referrer-Policy", "no-referrer")
    response.headers.setdefault("Cache-Control", "no-store")


def client_address(request: web.Request) -> str:
    """The address of the client: the nearest that is not a trusted proxy."""
    address = request.remote or "unknown"
    trusted = request.config_dict[SETTINGS].trusted_proxies
    # a proxy may add a line of its own instead of lengthening the one that came
    hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")
    for hop in reversed(hops):
        try:
            if not any(ip_address(address) in network for network in trusted):
                break
            address = str(ip_address(hop.strip()))
        except ValueError:
            break
    return address


def behind_tls(request: web.Request) -> bool:
    """Whether the browser's connection is encrypted, here or at a trusted proxy."""
    if request.secure:
        return True
    trusted = request.config_dict[SETTINGS].trusted_proxies
    with suppress(ValueError):
        if any(ip_address(request.remote or "") in network for network in trusted):
            return request.headers.get("X-Forwarded-Proto", "").lower() == "https"
    return False


def refuse_foreign_origin(request: web.Request, allowed: Sequence[str]) -> None:
    """Lets only pages of our own origin, or of those allowed, change anything.

    Raises:
        Forbidden: the page is another's.
    """
    origin = request.headers.get("Origin")
    if origin is None:
        return  # no browser page: browsers send the header with every request that changes state
    scheme = "https" if behind_tls(request) else "http"
    if origin not in (f"{scheme}://{request.host}", *allowed):
        raise Forbidden


@dataclass(frozen=True)
class Frame:
    """One numbered event for a stream."""

    seq: int
    name: str
    data: str


async def frames(
    read: Callable[[int], Awaitable[Sequence[Any]]], after: int, batch: int
) -> AsyncIterator[Frame]:
    """Everything above the number `after`, from a `read` that gives at most `batch` at once."""
    full = True
    while full:
        events = await read(after)
        for event in events:
            yield Frame(event.seq, event.type, event.model_dump_json(by_alias=True))
            after = event.seq
        full = len(events) == batch


async def stream(
    request: web.Request,
    topic: str,
    reader: str,
    after: int,
    fetch: Callable[[int], AsyncIterator[Frame]],
    passes: Callable[[dict[str, Any]], bool] = lambda sign: True,
) -> web.StreamResponse:
    """Sends what `fetch` finds above the last number, now and at every wake-up, until the
    client leaves or `fetch` raises a `KreislotseError` (the right to read is gone).

    Of the fleeting signs it sends those that `passes` lets through.  `reader` is whose stream
    it is: of `MAX_STREAMS` open ones the oldest ends.
    """
    streams = request.config_dict[STREAMS]
    async with (
        request.config_dict[NOTIFIER].listen(topic) as listener,
        sse_response(request, headers=stream_headers(request), sep="\n") as response,
    ):
        response[_READER], response[_OPENED_AT] = reader, asyncio.get_running_loop().time()
        streams.add(response)
        await _end_oldest(request, reader, topic)
        news = News(look=True, signs=[])
        try:
            while response.is_connected():
                try:
                    if news.look:
                        async for frame in fetch(after):
                            await response.send(frame.data, id=str(frame.seq), event=frame.name)
                            after = frame.seq
                except KreislotseError:
                    await response.send("{}", event="erased")
                    break
                news = await listener.wait(PING_S)
                for sign in filter(passes, news.signs):
                    await response.send(json.dumps(sign), event=str(sign["type"]))
        except ConnectionResetError:
            pass  # the client has left while something was on its way to it
        finally:
            streams.discard(response)
    return response


async def _end_oldest(request: web.Request, reader: str, topic: str) -> None:
    """Keeps the reader's open streams at `MAX_STREAMS`."""
    streams = request.config_dict[STREAMS]
    own = [one for one in streams if one[_READER] == reader and one.is_connected()]
    surplus = sorted(own, key=lambda one: one[_OPENED_AT])[:-MAX_STREAMS]
    for response in surplus:
        response.stop_streaming()
    if surplus:
        await asyncio.sleep(0)  # until they are marked as ended
        await request.config_dict[NOTIFIER].wake(topic)


def stream_headers(request: web.Request) -> dict[str, str]:
    """What the middlewares would have added: a stream's headers leave before they can."""
    headers = {
        "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Vary": "Origin"
    }  # fmt: skip
    if origin := request.get(ALLOWED_ORIGIN):
        headers["Access-Control-Allow-Origin"] = origin
    return headers


async def end_streams(app: web.Application) -> None:
    """Ends all open streams, so that a shutdown need not wait for the browsers."""
    streams, notifier = app[STREAMS], app[NOTIFIER]
    for response in tuple(streams):
        response.stop_streaming()
    # they see it when they wake; a task that is cancelled while it reads could leave its
    # connection to the database half closed
    await asyncio.sleep(0)
    notifier.rouse()


def resume_point(request: web.Request) -> int:
    """The number after which events are wanted: Last-Event-ID, else the query's `after`."""
    for value in (request.headers.get("Last-Event-ID"), request.query.get("after")):
        if value is not None:
            if not value.isdecimal() or len(value) > 18 or int(value) > MAX_SEQ:
                raise BadRequest(fields={"after": "number"})
            return int(value)
    return 0


class Accepted(Body):
    """The number under which a message is stored."""

    seq: int


class After(Body):
    """Where a list of events begins."""

    after: int = Field(0, ge=0, le=MAX_SEQ)


def wants_json(request: web.Request) -> bool:
    """Whether a list is asked for by name; whoever names neither gets the stream."""
    accepted = ",".join(request.headers.getall("Accept", [])).lower()
    return "application/json" in accepted and "text/event-stream" not in accepted


def _wrong_fields(error: ValidationError) -> dict[str, str]:
    return {".".join(map(str, e["loc"])) or "body": str(e["type"]) for e in error.errors()}


def _route(request: web.Request) -> str:
    resource = request.match_info.route.resource
    return resource.canonical if resource else "unknown"


def where(error: BaseException) -> str:
    """The error's type and the place in our code, without its text."""
    place, trace = "", error.__traceback__
    while trace:
        code = trace.tb_frame.f_code
        if "site-packages" not in code.co_filename:
            place = f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno}"
        trace = trace.tb_next
    return f"{type(error).__name__} at {place}"
