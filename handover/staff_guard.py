"""Lets a request of the staff API through, or not: an operation is for nobody unless it says so."""

from collections.abc import Mapping

from aiohttp import web

from bot.errors import (
    Forbidden,
    NotFound,
    PasswordMustChange,
    SecondFactorMissing,
    Unauthorized,
)
from bot.http import LANGUAGE, SETTINGS, Handler, Operation, refuse_foreign_origin, storable
from bot.model import Caseworker
from handover.accounts import Accounts
from translations.languages import SOURCE

ACCOUNTS = web.AppKey("accounts", Accounts)
RIGHTS: web.AppKey[Mapping[tuple[str, str], Operation]] = web.AppKey("rights")
"""The operations of the staff listener, by method and path."""

COOKIE = "kreislotse_session"
_CASEWORKER = web.RequestKey("caseworker", Caseworker)
_OPEN = {"/api/openapi.json"}
_BEFORE_THE_PASSWORD = {"/api/v1/session", "/api/v1/account/password"}
"""What an account may use that still has the password that somebody else gave it."""
_BEFORE_THE_SECOND_FACTOR = _BEFORE_THE_PASSWORD | {
    "/api/v1/account", "/api/v1/account/totp", "/api/v1/account/totp/confirm"
}  # fmt: skip
"""What an account may use that has no second factor where one is required."""


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuses foreign pages, and whoever may not do what is asked."""
    request[LANGUAGE] = SOURCE
    if request.method not in ("GET", "HEAD"):
        refuse_foreign_origin(request, request.config_dict[SETTINGS].staff_origins)
    if request.path.startswith("/api/") and request.path not in _OPEN:
        await _admit(request)
    return await handler(request)


def caseworker_of(request: web.Request) -> Caseworker:
    """Who asks."""
    caseworker: Caseworker | None = request.get(_CASEWORKER)
    if caseworker is None:
        raise Unauthorized
    return caseworker


def handover_id_of(request: web.Request) -> str:
    """The handover that the path names."""
    handover_id = request.match_info["id"]
    if not storable(handover_id):
        raise NotFound  # no handover can have such an id
    return handover_id


async def _admit(request: web.Request) -> None:
    """Lets through what is open to everybody, and what is open to one of the asker's roles.

    Raises:
        Unauthorized: nobody is signed in.
        PasswordMustChange: that comes before anything else.
        SecondFactorMissing: that comes next.
        Forbidden: the operation is not for her, or says of nobody that it is for him.
    """
    resource = request.match_info.route.resource
    path = resource.canonical if resource else request.path
    operation = request.config_dict[RIGHTS].get((request.method, path))
    if operation is not None and not operation.protected:
        return
    accounts = request.config_dict[ACCOUNTS]
    caseworker = await accounts.caseworker_of(request.cookies.get(COOKIE))
    request[_CASEWORKER] = caseworker
    if resource is None:
        return  # there is no such operation, which is said next
    if caseworker.must_change_password and path not in _BEFORE_THE_PASSWORD:
        raise PasswordMustChange
    if caseworker.must_set_up_totp and path not in _BEFORE_THE_SECOND_FACTOR:
        raise SecondFactorMissing
    if operation is None or not caseworker.offices_as(*operation.roles):
        raise Forbidden
