"""One's own account: passwords, the second factor, sessions; and the accounts that admins keep."""

import asyncio
import contextlib
from collections.abc import AsyncIterator

import argon2
import pytest
from sqlalchemy import select, update

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from bot.stores.tables import AccountRow, AuditRow
from handover import passwords
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.people import (
    PASSWORD,
    Phone,
    error_of,
    member,
    refused_fields,
    signs_in,
    tries,
    with_phone,
)
from tests.support.world import Staff, Stream, World

NEW = "acht-birnen-am-tag"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0"


@contextlib.asynccontextmanager
async def _world(
    settings: Settings, knowledge: Knowledge, **changes: object
) -> AsyncIterator[World]:
    async with opened(
        settings.model_copy(update=changes), knowledge, FakeDialogue(scripted),
        FakeClock(MONDAY_AT_TEN),
    ) as world:  # fmt: skip
        yield world


async def _audited(world: World) -> list[tuple[str, str, str]]:
    async with world.gateway.database.read() as session:
        rows = await session.scalars(select(AuditRow).order_by(AuditRow.id))
        return [(row.actor, row.action, row.subject) for row in rows]


@contextlib.asynccontextmanager
async def _open_feed(staff: Staff) -> AsyncIterator[Stream]:
    url = f"{staff.client.base}/api/v1/events"
    async with staff.client.http.get(url, headers={"Accept": "text/event-stream"}) as response:
        assert response.status == 200
        yield Stream(response)


# --- passwords


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("kurz-1", "mindestens zehn Zeichen"),
        ("x" * 201, "höchstens 200 Zeichen"),
        ("Erika-mag-Katzen", "weder Ihr Name noch"),
        ("passwort-1", "zu leicht zu erraten"),
        ("Willkommen1", "zu leicht zu erraten"),
        ("qwertzuiop", "zu leicht zu erraten"),
        (PASSWORD, "anderes Passwort als bisher"),
    ],
)
async def test_a_weak_password_is_refused_with_its_reason(
    settings: Settings, knowledge: Knowledge, new: str, reason: str
) -> None:
    async with _world(settings, knowledge) as world:
        erika = await member(world, "erika", kfz="caseworker")
        body = {"current": PASSWORD, "new": new}
        fields = await refused_fields(erika, "POST", "/account/password", body)
        assert reason in fields["new"]


async def test_changing_the_password_ends_all_other_sessions(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    elsewhere = Staff(world.client("staff"))
    await signs_in(elsewhere, "erika")
    wrong = {"current": "falsch", "new": NEW}
    assert set(await refused_fields(erika, "POST", "/account/password", wrong)) == {"current"}
    right = {"current": PASSWORD, "new": NEW}
    assert (await erika.call("POST", "/account/password", right))[0] == 204
    assert (await erika.call("GET", "/session"))[0] == 200
    assert (await elsewhere.call("GET", "/session"))[0] == 401
    assert (await tries(elsewhere, "erika"))[0] == 401
    await signs_in(elsewhere, "erika", NEW)
    assert ("erika", "password_changed", "erika") in await _audited(world)


async def test_a_stolen_session_cannot_guess_the_password(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    wrong = {"current": "falsch", "new": NEW}
    for _ in range(5):
        await refused_fields(erika, "POST", "/account/password", wrong)
    right = {"current": PASSWORD, "new": NEW}
    assert await error_of(erika, "POST", "/account/password", right) == (423, "account_locked")


async def test_a_hash_with_old_parameters_is_renewed_at_sign_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passwords, "_hasher", argon2.PasswordHasher())  # as outside tests
    erika = await member(world, "erika", kfz="caseworker")
    old = argon2.PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)

    async def kept(session_value: str | None = None) -> str:
        async with world.gateway.database.write() as session:
            if session_value:
                await session.execute(update(AccountRow).values(password_hash=session_value))
            return str(await session.scalar(select(AccountRow.password_hash)))

    await kept(old)
    await signs_in(erika, "erika")
    renewed = await kept()
    assert renewed != old
    assert not argon2.PasswordHasher().check_needs_rehash(renewed)
    await signs_in(erika, "erika")


# --- the second factor


async def test_a_second_factor_counts_once_a_code_has_confirmed_it(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    _, begun = await erika.call("POST", "/account/totp")
    assert begun["uri"].startswith("otpauth://totp/Kreislotse:erika?")
    assert begun["secret"] in begun["uri"]
    assert begun["qr_svg"].startswith("<svg")
    again = Staff(world.client("staff"))
    await signs_in(again, "erika")  # nothing is asked for yet
    wrong = {"code": "000000"}
    assert set(await refused_fields(erika, "POST", "/account/totp/confirm", wrong)) == {"code"}
    code = Phone(begun["secret"], world).code()
    assert (await erika.call("POST", "/account/totp/confirm", {"code": code}))[0] == 204
    assert (await erika.call("GET", "/account"))[1]["totp"] is True
    assert (await tries(again, "erika"))[1]["error"]["code"] == "totp_needed"
    assert await error_of(erika, "POST", "/account/totp") == (409, "totp_set")


async def test_only_the_right_password_tells_that_there_is_a_second_factor(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    phone = await with_phone(world, erika)
    world.clock.advance(seconds=30)
    staff = Staff(world.client("staff"))
    for password, totp in (("falsch", ""), ("falsch", phone.code()), ("falsch", "000000")):
        _, body = await tries(staff, "erika", password, totp=totp)
        assert body["error"]["code"] == "invalid_credentials"
    assert (await tries(staff, "erika"))[1]["error"]["code"] == "totp_needed"
    assert (await tries(staff, "erika", totp="000000"))[1]["error"]["code"] == "totp_wrong"
    await signs_in(staff, "erika", totp=phone.code())


async def test_no_code_works_twice_and_neighbouring_ones_work(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    phone = await with_phone(world, erika)
    staff = Staff(world.client("staff"))
    # the one that confirmed it is used up
    assert (await tries(staff, "erika", totp=phone.code()))[1]["error"]["code"] == "totp_wrong"
    world.clock.advance(seconds=90)
    assert (await tries(staff, "erika", totp=phone.code(steps_ago=2)))[0] == 401
    late, now, early = phone.code(steps_ago=1), phone.code(), phone.code(steps_ago=-1)
    await signs_in(staff, "erika", totp=f"{late[:3]} {late[3:]}")
    assert (await tries(staff, "erika", totp=late))[0] == 401
    await signs_in(staff, "erika", totp=now)
    await signs_in(staff, "erika", totp=early)
    assert (await tries(staff, "erika", totp=now))[0] == 401


async def test_two_who_use_one_code_at_once_do_not_both_get_in(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    phone = await with_phone(world, erika)
    world.clock.advance(seconds=30)
    crew = [Staff(world.client("staff")) for _ in range(4)]
    tried = await asyncio.gather(*(tries(s, "erika", totp=phone.code()) for s in crew))
    assert sorted(status for status, _ in tried) == [200, 401, 401, 401]


async def test_wrong_codes_lock_the_account_too(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    phone = await with_phone(world, erika)
    world.clock.advance(seconds=30)
    staff = Staff(world.client("staff"))
    for _ in range(5):
        assert (await tries(staff, "erika", totp="000000"))[0] == 401
    assert (await tries(staff, "erika", totp=phone.code()))[0] == 423


async def test_it_is_taken_away_by_the_password_alone(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    await with_phone(world, erika)
    path = "/account/totp/remove"
    assert set(await refused_fields(erika, "POST", path, {"password": "x"})) == {"password"}
    assert (await erika.call("POST", path, {"password": PASSWORD}))[0] == 204
    await signs_in(erika, "erika")
    assert await error_of(erika, "POST", path, {"password": PASSWORD}) == (409, "totp_off")


async def test_where_it_is_required_an_account_can_only_set_it_up(
    settings: Settings, knowledge: Knowledge
) -> None:
    async with _world(settings, knowledge, totp="required") as world:
        erika = await member(world, "erika", kfz="admin")
        assert (await erika.call("GET", "/session"))[1]["must_set_up_totp"] is True
        for path in ("/accounts", "/offices"):
            assert await error_of(erika, "GET", path) == (403, "totp_must_be_set_up")
        _, account = await erika.call("GET", "/account")
        assert (account["totp"], account["totp_required"]) == (False, True)
        await with_phone(world, erika)
        assert (await erika.call("GET", "/accounts"))[0] == 200
        assert (await erika.call("GET", "/session"))[1]["must_set_up_totp"] is False


async def test_where_it_is_off_nobody_is_asked(settings: Settings, knowledge: Knowledge) -> None:
    async with _world(settings, knowledge, totp="off") as world:
        erika = await member(world, "erika", kfz="caseworker")
        assert await error_of(erika, "POST", "/account/totp") == (409, "totp_off")
        assert await error_of(erika, "POST", "/account/totp/confirm", {"code": "1"}) == (
            409, "totp_off",
        )  # fmt: skip


# --- sessions


async def test_one_sees_and_ends_ones_own_sessions(world: World) -> None:
    erika, otto = await member(world, "erika", kfz="lead"), await member(world, "otto", kfz="lead")
    elsewhere, third = Staff(world.client("staff")), Staff(world.client("staff"))
    await elsewhere.client.call(
        "POST", "/api/v1/session", {"username": "erika", "password": PASSWORD}, User_Agent=FIREFOX
    )
    await signs_in(third, "erika")
    _, account = await erika.call("GET", "/account")
    assert len(account["sessions"]) == 3
    assert [s["current"] for s in account["sessions"]].count(True) == 1
    [firefox] = [s for s in account["sessions"] if s["browser"] == "Firefox auf Windows"]
    path = f"/account/sessions/{firefox['id']}"
    assert await error_of(otto, "DELETE", path) == (404, "not_found")
    assert (await erika.call("DELETE", path))[0] == 204
    assert (await elsewhere.call("GET", "/session"))[0] == 401
    assert (await erika.call("DELETE", "/account/sessions"))[0] == 204
    assert (await third.call("GET", "/session"))[0] == 401
    assert len((await erika.call("GET", "/account"))[1]["sessions"]) == 1
    assert (await otto.call("GET", "/session"))[0] == 200


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/sign-out", None),
        ("/password", {"password": NEW}),
        ("/totp/reset", None),
        (None, {"disabled": True}),
    ],
)
async def test_what_an_admin_does_ends_sessions_and_open_feeds_at_once(
    world: World, path: str | None, body: dict[str, object] | None
) -> None:
    admin = await member(world, "ada", kfz="admin")
    erika = await member(world, "erika", kfz="caseworker")
    async with _open_feed(erika) as feed:
        if path is None:
            status, answer = await admin.call("PUT", "/accounts/erika", _change() | (body or {}))
            assert status == 200, answer
        else:
            assert (await admin.call("POST", f"/accounts/erika{path}", body))[0] == 204
        assert await feed.named("erased") == {}
    assert (await erika.call("GET", "/session"))[0] == 401


# --- what admins do


def _change(**changes: object) -> dict[str, object]:
    kept = {"name": "Frau Erika", "languages": [], "capacity": None, "disabled": False}
    member_of_kfz = [{"office": "kfz", "role": "caseworker"}]
    return {**kept, "memberships": member_of_kfz, **changes}


def _new(username: str = "neu", **changes: object) -> dict[str, object]:
    body = _change(name="Herr Neu", **changes)
    del body["disabled"]
    return {"username": username, "password": NEW, **body}


async def test_a_new_account_must_get_a_password_of_its_own_first(world: World) -> None:
    admin = await member(world, "ada", kfz="admin")
    status, made = await admin.call("POST", "/accounts", _new(languages=["uk"], capacity=3))
    assert status == 201, made
    assert made["account"]["languages"] == ["uk"]
    neu = Staff(world.client("staff"))
    assert (await signs_in(neu, "neu", NEW))["must_change_password"] is True
    assert await error_of(neu, "GET", "/handovers") == (403, "password_must_change")
    assert await error_of(neu, "GET", "/account") == (403, "password_must_change")
    change = {"current": NEW, "new": "drei-lampen-im-flur"}
    assert (await neu.call("POST", "/account/password", change))[0] == 204
    assert (await neu.call("GET", "/handovers"))[0] == 200
    assert ("ada", "account_added", "neu") in await _audited(world)
    twice = await refused_fields(admin, "POST", "/accounts", _new())
    assert set(twice) == {"username"}


async def test_what_is_wrong_with_an_account_is_said_by_field(world: World) -> None:
    admin = await member(world, "ada", kfz="admin")
    kfz = {"office": "kfz", "role": "lead"}
    for field, body in {
        "password": _new(password="kurz"),
        "languages": _new(languages=["xx"]),
        "memberships": _new(memberships=[]),
    }.items():
        assert set(await refused_fields(admin, "POST", "/accounts", body)) == {field}
    for memberships in ([kfz, kfz], [kfz | {"team": "nirgends"}], [kfz | {"office": "jc"}]):
        body = _new(memberships=memberships)
        assert set(await refused_fields(admin, "POST", "/accounts", body)) == {"memberships"}
    assert (await admin.call("POST", "/accounts", _new("zwei wörter")))[0] == 400


async def test_an_admin_gives_rights_in_her_own_offices_alone(world: World) -> None:
    admin = await member(world, "ada", kfz="admin")
    await member(world, "erika", kfz="caseworker", abh="lead")
    await member(world, "fremd", abh="caseworker")
    _, listed = await admin.call("GET", "/accounts")
    assert [a["username"] for a in listed["accounts"]] == ["ada", "erika"]
    more = [{"office": "kfz", "role": "caseworker"}, {"office": "abh", "role": "admin"}]
    wanted = _change(memberships=more)
    refused = await refused_fields(admin, "PUT", "/accounts/erika", wanted)
    assert set(refused) == {"memberships"}
    _, changed = await admin.call(
        "PUT", "/accounts/erika", _change(memberships=[{"office": "kfz", "role": "auditor"}])
    )
    assert [(m["office"], m["role"]) for m in changed["account"]["memberships"]] == [
        ("abh", "lead"), ("kfz", "auditor"),
    ]  # fmt: skip
    for method, path, body in (
        ("PUT", "", _change()), ("POST", "/password", {"password": NEW}),
        ("POST", "/sign-out", None), ("POST", "/totp/reset", None),
    ):  # fmt: skip
        assert await error_of(admin, method, f"/accounts/fremd{path}", body) == (404, "not_found")


async def test_an_admin_of_one_office_cannot_become_somebody_of_another(world: World) -> None:
    admin = await member(world, "ada", kfz="admin")
    boss = await member(world, "erika", kfz="caseworker", abh="admin")
    for method, path, body in (
        ("POST", "/password", {"password": NEW}), ("POST", "/totp/reset", None),
        ("PUT", "", _change(disabled=True)),
    ):  # fmt: skip
        assert await error_of(admin, method, f"/accounts/erika{path}", body) == (403, "forbidden")
    assert (await boss.call("GET", "/session"))[0] == 200


async def test_the_last_admin_of_an_office_stays(world: World) -> None:
    admin = await member(world, "ada", kfz="admin")
    less = _change(name="Ada")
    for change in (less, _change(memberships=[{"office": "kfz", "role": "admin"}], disabled=True)):
        assert await error_of(admin, "PUT", "/accounts/ada", change) == (409, "last_admin")
    await member(world, "bea", kfz="admin")
    await world.gateway.accounts.set_disabled("bea", True)  # who does not count
    assert await error_of(admin, "PUT", "/accounts/ada", less) == (409, "last_admin")
    await world.gateway.accounts.set_disabled("bea", False)
    assert (await admin.call("PUT", "/accounts/ada", less))[0] == 200
    assert await error_of(admin, "GET", "/accounts") == (403, "forbidden")


async def test_two_admins_cannot_take_each_others_rights_at_once(world: World) -> None:
    ada, bea = await member(world, "ada", kfz="admin"), await member(world, "bea", kfz="admin")
    tried = await asyncio.gather(
        ada.call("PUT", "/accounts/bea", _change(name="Bea")),
        bea.call("PUT", "/accounts/ada", _change(name="Ada")),
    )
    assert sorted(status for status, _ in tried)[0] == 200
    assert sorted(status for status, _ in tried)[1] in (403, 409)


async def test_a_disabled_account_is_told_nothing_else_than_a_wrong_password(world: World) -> None:
    erika = await member(world, "erika", kfz="caseworker")
    await world.gateway.accounts.set_disabled("erika", True)
    _, disabled = await tries(erika, "erika")
    _, wrong = await tries(erika, "erika", "falsch")
    assert disabled == wrong
    assert disabled["error"]["code"] == "invalid_credentials"
    await world.gateway.accounts.set_disabled("erika", False)
    await signs_in(erika, "erika")


async def test_no_secret_leaves_with_an_account(world: World) -> None:
    admin = await member(world, "ada", kfz="admin")
    erika = await member(world, "erika", kfz="caseworker")
    await with_phone(world, erika)
    async with world.gateway.database.read() as session:
        row = await session.scalar(select(AccountRow).where(AccountRow.username == "erika"))
        assert row is not None
        secrets = (row.password_hash, str(row.totp_secret))
    for staff, path in ((admin, "/accounts"), (erika, "/account"), (erika, "/session")):
        answer = str((await staff.call("GET", path))[1])
        assert not any(secret in answer for secret in secrets)
