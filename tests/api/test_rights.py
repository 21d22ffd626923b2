"""Who may do what: every route of the staff application, walked by everybody.

All of it is read from the application itself, so that a new operation is tested as it is added.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from aiohttp import web

from bot.http import Operation
from bot.model import Role
from handover.staff_guard import RIGHTS
from tests.support.people import member, signs_in
from tests.support.world import Staff, World

OPEN = {
    ("GET", "/api/openapi.json"),
    ("GET", "/api/v1/sign-in"),
    ("POST", "/api/v1/session"),
    ("GET", "/api/v1/openid/start"),
    ("GET", "/api/v1/openid/callback"),
}
"""What needs no session, and why it cannot: one has none yet."""
_CASE = "/api/v1/handovers/{id}"


def _staff(world: World) -> web.Application:
    return world.application("staff")


def _routes(world: World) -> Iterator[tuple[str, str]]:
    """Method and path of every route below /api/."""
    for route in _staff(world).router.routes():
        path = route.resource.canonical if route.resource else ""
        if path.startswith("/api/") and route.method != "HEAD":
            yield route.method, path


def _operations(world: World) -> list[Operation]:
    return [o for o in _staff(world)[RIGHTS].values() if o.protected]


def _address(path: str, **values: str) -> str:
    """The path with something in each of its places."""
    return re.sub(r"{(\w+)}", lambda m: values.get(m.group(1), "x"), path)


async def _asked(staff: Staff, operation: Operation, **values: str) -> tuple[int, str]:
    """Status and error code of an operation, with a body that no operation accepts."""
    path = _address(operation.path, **values).removeprefix("/api/v1")
    status, answer = await staff.call(operation.method, path, _body(operation))
    return status, answer["error"]["code"] if status >= 400 else ""


def _body(operation: Operation) -> object:
    return {"no such field": True} if operation.body else None


async def test_every_route_is_an_operation_that_says_for_whom_it_is(world: World) -> None:
    rights = _staff(world)[RIGHTS]
    walked = list(_routes(world))
    assert len(walked) > 30
    for method, path in walked:
        if (method, path) == ("GET", "/api/openapi.json"):
            continue
        operation = rights[method, path]
        assert bool(operation.roles) == operation.protected, (method, path)
    assert {key for key, o in rights.items() if not o.protected} == OPEN - {
        ("GET", "/api/openapi.json")
    }


async def test_without_a_session_nothing_is_answered(world: World) -> None:
    nobody = Staff(world.client("staff"))
    for method, path in _routes(world):
        if (method, path) in OPEN:
            continue
        status, answer = await nobody.call(method, _address(path).removeprefix("/api/v1"))
        assert (status, answer["error"]["code"]) == (401, "unauthorized"), (method, path)


@pytest.mark.parametrize("role", list(Role))
async def test_each_role_may_do_exactly_what_names_it(world: World, role: Role) -> None:
    staff = await member(world, "erika", kfz=role)
    allowed, refused = 0, 0
    for operation in _operations(world):
        status, code = await _asked(staff, operation)
        where = (role, operation.method, operation.path, status)
        if role in operation.roles:
            assert status not in (401, 403), where
            assert status < 500, where
            allowed += 1
        else:
            assert (status, code) == (403, "forbidden"), where
            refused += 1
        if (operation.method, operation.path) == ("DELETE", "/api/v1/session"):
            await signs_in(staff, "erika")
    assert allowed
    assert refused


async def test_no_page_of_another_origin_can_change_anything(world: World) -> None:
    staff = await member(world, "erika", kfz="lead")
    for method, path in _routes(world):
        if method == "GET":
            continue
        for origin in ("https://evil.example", "null", staff.client.base + ".evil.example"):
            status, answer = await staff.client.call(method, _address(path), Origin=origin)
            assert (status, answer["error"]["code"]) == (403, "forbidden"), (method, path)
    assert (await staff.call("GET", "/session"))[0] == 200


async def test_an_office_never_sees_anothers_case(world: World) -> None:
    citizen = await world.citizen()
    await citizen.wants_a_person("kfz")
    owner = await member(world, "erika", kfz="lead")
    [case] = await owner.queue()
    stranger = await member(world, "otto", abh="lead", jc="caseworker")
    walked = 0
    for operation in _operations(world):
        if not operation.path.startswith(_CASE) or not _is_for_cases(operation):
            continue
        path = _address(operation.path, id=case["id"]).removeprefix("/api/v1")
        status, answer = await stranger.call(operation.method, path, _example(operation))
        assert status == 404, (operation.method, operation.path, answer)
        walked += 1
    assert walked >= 8
    assert (await owner.call("GET", f"/handovers/{case['id']}"))[0] == 200


async def test_nothing_of_anothers_case_shows_in_lists(world: World) -> None:
    citizen = await world.citizen()
    await citizen.says("answer kfz_ummeldung fees")
    await citizen.wants_a_person("kfz")
    stranger = await member(world, "otto", abh="lead")
    assert await stranger.queue() == []
    assert (await stranger.call("GET", "/events"))[1]["events"] == []


def _is_for_cases(operation: Operation) -> bool:
    return Role.CASEWORKER in operation.roles or Role.LEAD in operation.roles


def _example(operation: Operation) -> object:
    """The smallest body that the operation's own shape accepts."""
    if operation.body is None:
        return None
    schema = operation.body.model_json_schema()
    return _smallest(schema, schema.get("$defs", {})) | _MEANT.get(operation.path, {})


_MEANT = {f"{_CASE}/transfer": {"office": "abh"}}
"""What a shape alone does not say that a body needs."""


def _smallest(schema: dict[str, Any], known: dict[str, Any]) -> Any:
    match schema:
        case {"$ref": ref}:
            return _smallest(known[ref.rpartition("/")[2]], known)
        case {"anyOf": [first, *_]}:
            return _smallest(first, known)
        case {"enum": [first, *_]} | {"const": first}:
            return first
        case {"type": "object"}:
            required = schema.get("required", [])
            return {name: _smallest(schema["properties"][name], known) for name in required}
        case {"type": "array"}:
            return []
        case {"type": "integer"}:
            return schema.get("minimum", 1)
        case {"type": "boolean"}:
            return False
        case {"format": "date-time"}:
            return "2026-11-24T10:00:00+01:00"
        case _:
            return "x" * schema.get("minLength", 1)
