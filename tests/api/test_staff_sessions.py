"""Signing in and out, and being locked out."""

from tests.support.world import Staff, World

_SIGN_IN = {"username": "erika", "password": "geheim-123"}


async def test_the_cookie_is_for_the_server_alone(world: World) -> None:
    staff = await world.caseworker()
    await staff.call("POST", "/session", _SIGN_IN)
    cookie = staff.client.last_headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Strict" in cookie


async def test_behind_tls_the_cookie_is_secure(world: World) -> None:
    await world.caseworker()
    trusted = world.gateway.settings.model_copy()
    assert trusted.trusted_proxies == []
    staff = Staff(world.client("staff"))
    await staff.client.call(
        "POST", "/api/v1/session", _SIGN_IN, Origin=staff.client.base, X_Forwarded_Proto="https"
    )
    # the header of an untrusted peer is not believed
    assert "Secure" not in staff.client.last_headers["Set-Cookie"]


async def test_too_many_failures_lock_the_account(world: World) -> None:
    await world.caseworker()
    staff = Staff(world.client("staff"))
    wrong = {"username": "erika", "password": "falsch"}
    for _ in range(5):
        status, body = await staff.call("POST", "/session", wrong)
        assert (status, body["error"]["code"]) == (401, "invalid_credentials")
    status, body = await staff.call("POST", "/session", _SIGN_IN)
    assert (status, body["error"]["code"]) == (423, "account_locked")
    assert body["error"]["until"] == "2026-11-23T09:15:00Z"
    world.clock.advance(minutes=16)
    assert (await staff.call("POST", "/session", _SIGN_IN))[0] == 200


async def test_an_unknown_name_is_told_nothing_else(world: World) -> None:
    staff = Staff(world.client("staff"))
    status, body = await staff.call("POST", "/session", {"username": "niemand", "password": "x"})
    assert (status, body["error"]["code"]) == (401, "invalid_credentials")


async def test_sessions_end(world: World) -> None:
    staff = await world.caseworker()
    assert (await staff.call("GET", "/session"))[1]["username"] == "erika"
    assert (await staff.call("DELETE", "/session"))[0] == 204
    assert (await staff.call("GET", "/session"))[0] == 401
    again = await world.caseworker("otto")
    world.clock.advance(hours=11)
    assert (await again.call("GET", "/session"))[0] == 401
