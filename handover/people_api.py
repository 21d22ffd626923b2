"""The staff API: one's own account, and the accounts that an admin keeps."""

from aiohttp import web

from bot.errors import NotFound
from bot.http import Operation, read_body, reply, storable
from handover.own_account import OwnAccount
from handover.people import People
from handover.people_shapes import (
    AccountChanged,
    AccountsView,
    AddAccount,
    ChangeAccount,
    ChangePassword,
    ConfirmPassword,
    OwnAccountView,
    SetPassword,
    TotpCode,
    TotpSecret,
)
from handover.rights import ANYBODY, PEOPLE
from handover.staff_guard import caseworker_of

OWN_ACCOUNT = web.AppKey("own_account", OwnAccount)
KEPT_PEOPLE = web.AppKey("people", People)


async def own_account(request: web.Request) -> web.StreamResponse:
    """One's own account, and where it is signed in."""
    return reply(await request.config_dict[OWN_ACCOUNT].view(caseworker_of(request)))


async def change_password(request: web.Request) -> web.StreamResponse:
    """Changes one's password; all other sessions end."""
    body = await read_body(request, ChangePassword)
    await request.config_dict[OWN_ACCOUNT].change_password(
        caseworker_of(request), body.current.get_secret_value(), body.new.get_secret_value()
    )
    return _done()


async def begin_totp(request: web.Request) -> web.StreamResponse:
    """Gives out the secret of a new second factor."""
    begun = await request.config_dict[OWN_ACCOUNT].begin_totp(caseworker_of(request))
    return reply(TotpSecret(secret=begun.secret, uri=begun.uri, qr_svg=begun.qr_svg))


async def confirm_totp(request: web.Request) -> web.StreamResponse:
    """Makes the second factor count."""
    code = (await read_body(request, TotpCode)).code
    await request.config_dict[OWN_ACCOUNT].confirm_totp(caseworker_of(request), code)
    return _done()


async def remove_totp(request: web.Request) -> web.StreamResponse:
    """Takes one's second factor away."""
    password = (await read_body(request, ConfirmPassword)).password.get_secret_value()
    await request.config_dict[OWN_ACCOUNT].remove_totp(caseworker_of(request), password)
    return _done()


async def end_other_sessions(request: web.Request) -> web.StreamResponse:
    """Signs out everywhere but here."""
    await request.config_dict[OWN_ACCOUNT].end_other_sessions(caseworker_of(request))
    return _done()


async def end_session(request: web.Request) -> web.StreamResponse:
    """Signs out one of one's browsers."""
    session_id = _named(request, "session_id")
    await request.config_dict[OWN_ACCOUNT].end_session(caseworker_of(request), session_id)
    return _done()


async def list_accounts(request: web.Request) -> web.StreamResponse:
    """The accounts of one's offices."""
    return reply(await request.config_dict[KEPT_PEOPLE].all(caseworker_of(request)))


async def add_account(request: web.Request) -> web.StreamResponse:
    """Makes an account."""
    body = await read_body(request, AddAccount)
    account = await request.config_dict[KEPT_PEOPLE].add(caseworker_of(request), body)
    return reply(AccountChanged(account=account), 201)


async def change_account(request: web.Request) -> web.StreamResponse:
    """Changes an account."""
    body = await read_body(request, ChangeAccount)
    people, admin = request.config_dict[KEPT_PEOPLE], caseworker_of(request)
    account = await people.change(admin, _named(request, "username"), body)
    return reply(AccountChanged(account=account))


async def set_password(request: web.Request) -> web.StreamResponse:
    """Gives an account a password that its owner has to change."""
    password = (await read_body(request, SetPassword)).password.get_secret_value()
    people, admin = request.config_dict[KEPT_PEOPLE], caseworker_of(request)
    await people.set_password(admin, _named(request, "username"), password)
    return _done()


async def sign_out_account(request: web.Request) -> web.StreamResponse:
    """Signs an account out everywhere."""
    people, admin = request.config_dict[KEPT_PEOPLE], caseworker_of(request)
    await people.sign_out(admin, _named(request, "username"))
    return _done()


async def reset_totp(request: web.Request) -> web.StreamResponse:
    """Takes an account's second factor away."""
    people, admin = request.config_dict[KEPT_PEOPLE], caseworker_of(request)
    await people.reset_totp(admin, _named(request, "username"))
    return _done()


def _named(request: web.Request, part: str) -> str:
    """What the path names."""
    name = request.match_info[part]
    if not storable(name):
        raise NotFound  # nothing can be called that
    return name


def _done() -> web.Response:
    return web.Response(status=204)


_OWN = "/api/v1/account"
_ALL = "/api/v1/accounts"
_ONE = f"{_ALL}/{{username}}"
OPERATIONS = (
    Operation(
        "GET", _OWN, own_account, "One's own account", None, {200: OwnAccountView}, roles=ANYBODY,
    ),
    Operation(
        "POST", f"{_OWN}/password", change_password, "Change one's password",
        ChangePassword, {204: None}, (400, 403, 409, 413, 422, 423), roles=ANYBODY,
    ),
    Operation(
        "POST", f"{_OWN}/totp", begin_totp, "Begin a second factor",
        None, {200: TotpSecret}, (403, 409), roles=ANYBODY,
    ),
    Operation(
        "POST", f"{_OWN}/totp/confirm", confirm_totp, "Confirm the second factor",
        TotpCode, {204: None}, (400, 403, 409, 413, 422), roles=ANYBODY,
    ),
    Operation(
        "POST", f"{_OWN}/totp/remove", remove_totp, "Take the second factor away",
        ConfirmPassword, {204: None}, (400, 403, 409, 413, 422, 423), roles=ANYBODY,
    ),
    Operation(
        "DELETE", f"{_OWN}/sessions", end_other_sessions, "Sign out everywhere else",
        None, {204: None}, (403,), roles=ANYBODY,
    ),
    Operation(
        "DELETE", f"{_OWN}/sessions/{{session_id}}", end_session, "Sign out one browser",
        None, {204: None}, (403, 404), roles=ANYBODY,
    ),
    Operation(
        "GET", _ALL, list_accounts, "The accounts of one's offices",
        None, {200: AccountsView}, (403,), roles=PEOPLE,
    ),
    Operation(
        "POST", _ALL, add_account, "Make an account",
        AddAccount, {201: AccountChanged}, (400, 403, 409, 413, 422), roles=PEOPLE,
    ),
    Operation(
        "PUT", _ONE, change_account, "Change an account",
        ChangeAccount, {200: AccountChanged}, (400, 403, 404, 409, 413, 422), roles=PEOPLE,
    ),
    Operation(
        "POST", f"{_ONE}/password", set_password, "Set an account's password",
        SetPassword, {204: None}, (400, 403, 404, 409, 413, 422), roles=PEOPLE,
    ),
    Operation(
        "POST", f"{_ONE}/sign-out", sign_out_account, "Sign an account out",
        None, {204: None}, (403, 404), roles=PEOPLE,
    ),
    Operation(
        "POST", f"{_ONE}/totp/reset", reset_totp, "Take an account's second factor away",
        None, {204: None}, (403, 404), roles=PEOPLE,
    ),
)  # fmt: skip
