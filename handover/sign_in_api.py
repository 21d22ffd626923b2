"""The staff API: signing in, here or at the county's identity provider, and signing out."""

from collections.abc import Awaitable, Callable

from aiohttp import web

from bot.errors import KreislotseError, NotFound, OpenIdFailed
from bot.http import (
    NOTIFIER,
    SETTINGS,
    Operation,
    behind_tls,
    client_address,
    read_body,
    read_query,
    reply,
)
from bot.ports import STAFF_TOPIC
from handover.browsers import browser_name
from handover.openid import Attempt, OpenId
from handover.openid_accounts import OpenIdAccounts
from handover.people_shapes import OpenIdReturn, SignInWays
from handover.rights import ANYBODY
from handover.shapes import SignedIn, SignIn
from handover.staff_guard import ACCOUNTS, COOKIE, caseworker_of

OPENID = web.AppKey("openid", OpenId)
OPENID_ACCOUNTS = web.AppKey("openid_accounts", OpenIdAccounts)
COUNT_SIGN_IN: web.AppKey[Callable[[str], Awaitable[None]]] = web.AppKey("count_sign_in")
"""Counts an attempt to sign in from an address; raises TooManyRequests."""

_AWAY_COOKIE = "kreislotse_openid"
_AWAY_PATH = "/api/v1/openid"
_AWAY_S = 600


async def sign_in_ways(request: web.Request) -> web.StreamResponse:
    """How one can sign in."""
    openid = request.config_dict[OPENID]
    return reply(SignInWays(openid=openid.offered, openid_name=openid.name))


async def sign_in(request: web.Request) -> web.StreamResponse:
    """Opens a session and sets its cookie."""
    await request.config_dict[COUNT_SIGN_IN](client_address(request))
    body = await read_body(request, SignIn)
    caseworker, token = await request.config_dict[ACCOUNTS].sign_in(
        body.username, body.password.get_secret_value(), body.totp, _browser(request)
    )
    response = reply(SignedIn.of(caseworker))
    _keep(request, response, token)
    return response


async def whoami(request: web.Request) -> web.StreamResponse:
    """Who is signed in."""
    return reply(SignedIn.of(caseworker_of(request)))


async def sign_out(request: web.Request) -> web.StreamResponse:
    """Ends the session, and the streams that hang on it."""
    await request.config_dict[ACCOUNTS].sign_out(request.cookies[COOKIE])
    await request.config_dict[NOTIFIER].wake(STAFF_TOPIC)
    response = web.Response(status=204)
    response.del_cookie(COOKIE, path="/")
    return response


async def start_openid(request: web.Request) -> web.StreamResponse:
    """Sends the browser to the identity provider; back to the form where that is not to be."""
    openid = _provider(request)
    attempt = Attempt.new()
    try:
        await request.config_dict[COUNT_SIGN_IN](client_address(request))
        response = _go(await openid.begin(attempt, _redirect_uri(request)))
    except KreislotseError as error:
        return _go(f"/?fehler={error.code}")
    # Lax: the provider, another site, sends the browser back
    response.set_cookie(
        _AWAY_COOKIE,
        attempt.to_cookie(),
        httponly=True,
        samesite="Lax",
        secure=behind_tls(request),
        max_age=_AWAY_S,
        path=_AWAY_PATH,
    )
    return response


async def finish_openid(request: web.Request) -> web.StreamResponse:
    """Opens a session for whom the provider vouches for; back to the form where it does not."""
    openid = _provider(request)
    try:
        await request.config_dict[COUNT_SIGN_IN](client_address(request))
        came = read_query(request, OpenIdReturn)
        if came.error:
            raise OpenIdFailed
        attempt = Attempt.from_cookie(request.cookies.get(_AWAY_COOKIE, ""))
        identity = await openid.finish(attempt, _redirect_uri(request), came.state, came.code)
        _, token = await request.config_dict[OPENID_ACCOUNTS].sign_in(identity, _browser(request))
    except KreislotseError as error:
        response = _go(f"/?fehler={error.code}")
    else:
        response = _go("/")
        _keep(request, response, token)
    response.del_cookie(_AWAY_COOKIE, path=_AWAY_PATH)
    return response


def _provider(request: web.Request) -> OpenId:
    openid = request.config_dict[OPENID]
    if not openid.offered:
        raise NotFound
    return openid


def _redirect_uri(request: web.Request) -> str:
    """Our address as the provider knows it: the console's, or that of this request."""
    console = request.config_dict[SETTINGS].staff_url
    scheme = "https" if behind_tls(request) else "http"
    base = str(console).rstrip("/") if console else f"{scheme}://{request.host}"
    return f"{base}{_AWAY_PATH}/callback"


def _browser(request: web.Request) -> str | None:
    return browser_name(request.headers.get("User-Agent"))


def _go(address: str) -> web.Response:
    return web.Response(status=302, headers={"Location": address})


def _keep(request: web.Request, response: web.Response, token: str) -> None:
    """Lets the browser keep the session's secret."""
    response.set_cookie(
        COOKIE,
        token,
        httponly=True,
        samesite="Strict",
        secure=behind_tls(request),
        max_age=request.config_dict[SETTINGS].session_h * 3600,
        path="/",
    )


OPERATIONS = (
    Operation(
        "GET", "/api/v1/sign-in", sign_in_ways, "How one can sign in",
        None, {200: SignInWays}, protected=False,
    ),
    Operation(
        "POST", "/api/v1/session", sign_in, "Sign in",
        SignIn, {200: SignedIn}, (400, 401, 403, 413, 422, 423, 429), protected=False,
    ),
    Operation(
        "GET", "/api/v1/session", whoami, "Who is signed in",
        None, {200: SignedIn}, roles=ANYBODY,
    ),
    Operation(
        "DELETE", "/api/v1/session", sign_out, "Sign out",
        None, {204: None}, (403,), roles=ANYBODY,
    ),
    Operation(
        "GET", f"{_AWAY_PATH}/start", start_openid, "Sign in at the identity provider",
        None, {302: None}, (404,), protected=False,
    ),
    Operation(
        "GET", f"{_AWAY_PATH}/callback", finish_openid, "Come back from the identity provider",
        None, {302: None}, (404,), query=OpenIdReturn, protected=False,
    ),
)  # fmt: skip
