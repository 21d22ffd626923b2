"""People who work here, with whatever rights a test needs."""

import datetime as dt
from typing import Any

import pyotp

from bot.model import Membership, Role
from tests.support.world import Staff, World

PASSWORD = "vier-wolken-im-mai"


async def member(world: World, username: str, **roles: str) -> Staff:
    """Somebody signed in who is `roles`, e.g. `kfz="lead"`."""
    memberships = tuple(Membership(office, Role(role)) for office, role in roles.items())
    await world.gateway.accounts.put(username, f"Frau {username.title()}", memberships, PASSWORD)
    staff = Staff(world.client("staff"))
    await signs_in(staff, username)
    return staff


async def signs_in(
    staff: Staff, username: str, password: str = PASSWORD, **more: str
) -> dict[str, Any]:
    """Signs in, which must work."""
    status, body = await tries(staff, username, password, **more)
    assert status == 200, body
    return dict(body)


async def tries(
    staff: Staff, username: str, password: str = PASSWORD, **more: str
) -> tuple[int, Any]:
    """Tries to sign in."""
    return await staff.call(
        "POST", "/session", {"username": username, "password": password, **more}
    )


async def error_of(staff: Staff, method: str, path: str, body: object = None) -> tuple[int, str]:
    """The status and the code of an operation that is refused."""
    status, answer = await staff.call(method, path, body)
    assert status >= 400, answer
    return status, str(answer["error"]["code"])


async def refused_fields(staff: Staff, method: str, path: str, body: object) -> dict[str, str]:
    """The fields that are refused, with the sentence for each."""
    status, answer = await staff.call(method, path, body)
    assert status == 422, answer
    return dict(answer["error"]["fields"])


class Phone:
    """An authenticator app."""

    def __init__(self, secret: str, world: World) -> None:
        self._totp = pyotp.TOTP(secret)
        self._world = world

    def code(self, *, steps_ago: int = 0) -> str:
        now: dt.datetime = self._world.clock.now()
        return self._totp.at(now - dt.timedelta(seconds=30 * steps_ago))


async def with_phone(world: World, staff: Staff) -> Phone:
    """Sets up a second factor."""
    status, begun = await staff.call("POST", "/account/totp")
    assert status == 200, begun
    phone = Phone(begun["secret"], world)
    status, answer = await staff.call("POST", "/account/totp/confirm", {"code": phone.code()})
    assert status == 204, answer
    return phone
