"""Signing in at the county's identity provider, a real one in a process of its own."""

from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import ValidationError

from bot.app import Knowledge
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.identity_provider import (
    CLIENT_ID,
    CLIENT_SECRET,
    Browser,
    IdentityProvider,
    browser,
    identity_provider,
    parameter,
)
from tests.support.servers import free_port
from tests.support.world import Staff, World

ERIKA = {"sub": "4711", "preferred_username": "erika", "name": "Frau Erika"}


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture
async def world(
    settings: Settings, knowledge: Knowledge, database_url: str, provider: IdentityProvider
) -> AsyncIterator[World]:
    changes = _openid(provider.issuer) | {"database_url": database_url}
    async with opened(
        settings.model_copy(update=changes), knowledge, FakeDialogue(scripted),
        FakeClock(MONDAY_AT_TEN),
    ) as world:  # fmt: skip
        yield world


@pytest.fixture
async def erika(world: World) -> AsyncIterator[Browser]:
    async with browser(world.client("staff").base) as hers:
        yield hers


def _openid(issuer: str) -> dict[str, object]:
    """The settings, checked and parsed as those of the environment are."""
    checked = Settings(
        env="test", openid_issuer=issuer, openid_client_id=CLIENT_ID,
        openid_client_secret=CLIENT_SECRET,
    )  # fmt: skip
    return {name: getattr(checked, name) for name in checked.model_fields_set - {"env"}}


async def _whoami(browser: Browser) -> dict[str, object] | None:
    async with browser.http.get(f"{browser.base}/api/v1/session") as response:
        return dict(await response.json()) if response.status == 200 else None


async def test_the_console_learns_that_there_is_a_provider(
    world: World, provider: IdentityProvider
) -> None:
    _, ways = await Staff(world.client("staff")).call("GET", "/sign-in")
    assert ways == {"openid": True, "openid_name": provider.issuer.removeprefix("http://")}


async def test_whom_the_provider_vouches_for_is_signed_in(
    world: World, provider: IdentityProvider, erika: Browser
) -> None:
    roles = ["*:caseworker", "abh:lead", "other-system:admin", "kfz:emperor"]
    await provider.vouches_for(**ERIKA, kreislotse_roles=roles)
    assert await erika.sign_in() == "/"
    who = await _whoami(erika)
    assert who is not None
    assert (who["username"], who["name"]) == ("erika", "Frau Erika")
    assert who["memberships"] == [
        {"office": office, "role": role, "team": None}
        for office, role in (("abh", "lead"), ("jc", "caseworker"), ("kfz", "caseworker"))
    ]
    async with erika.http.delete(f"{erika.base}/api/v1/session") as response:
        assert response.status == 204
    assert await _whoami(erika) is None


async def test_name_and_roles_follow_the_provider_at_each_sign_in(
    provider: IdentityProvider, erika: Browser
) -> None:
    await provider.vouches_for(**ERIKA, kreislotse_roles=["kfz:caseworker", "abh:admin"])
    assert await erika.sign_in() == "/"
    await provider.vouches_for(**ERIKA | {"name": "Frau Neu"}, kreislotse_roles="kfz:lead")
    assert await erika.sign_in() == "/"
    who = await _whoami(erika)
    assert who is not None
    assert who["name"] == "Frau Neu"
    assert who["memberships"] == [{"office": "kfz", "role": "lead", "team": None}]


async def test_who_is_nothing_here_any_more_is_refused_and_loses_the_old_rights(
    provider: IdentityProvider, erika: Browser
) -> None:
    await provider.vouches_for(**ERIKA)
    assert await erika.sign_in() == "/?fehler=openid_no_roles"
    assert await _whoami(erika) is None
    await provider.vouches_for(**ERIKA, kreislotse_roles=["kfz:caseworker"])
    assert await erika.sign_in() == "/"
    assert await _whoami(erika) is not None
    await provider.vouches_for(**ERIKA, kreislotse_roles=["other-system:caseworker"])
    assert await erika.sign_in() == "/?fehler=openid_no_roles"
    assert await _whoami(erika) is None  # the session from before is worth nothing either


async def test_a_local_account_is_never_taken_over_by_its_name(
    world: World, provider: IdentityProvider, erika: Browser
) -> None:
    local = await world.caseworker("erika", ("jc",))
    await provider.vouches_for(**ERIKA, kreislotse_roles=["kfz:caseworker"])
    assert await erika.sign_in() == "/"
    who = await _whoami(erika)
    assert who is not None
    assert (who["username"], who["offices"]) == ("erika@127.0.0.1", ["kfz"])
    _, mine = await local.call("GET", "/session")
    assert (mine["username"], mine["offices"]) == ("erika", ["jc"])
    # and where that name is gone too, nobody is made into somebody else
    await provider.vouches_for(**ERIKA | {"sub": "4712"}, kreislotse_roles=["kfz:caseworker"])
    async with browser(erika.base) as third:
        assert await third.sign_in() == "/?fehler=openid_name_taken"


async def test_an_account_of_the_provider_has_no_password_here(
    world: World, provider: IdentityProvider, erika: Browser
) -> None:
    await provider.vouches_for(**ERIKA, kreislotse_roles=["kfz:caseworker"])
    await erika.sign_in()
    staff = Staff(world.client("staff"))
    for password in ("", "x"):
        body = {"username": "erika", "password": password}
        status, answer = await staff.call("POST", "/session", body)
        assert (status, answer["error"]["code"]) == (401, "invalid_credentials")
    change = {"current": "x", "new": "ein-ganz-neues-wort"}
    async with erika.http.post(f"{erika.base}/api/v1/account/password", json=change) as response:
        assert (await response.json())["error"]["code"] == "kept_by_provider"


async def test_a_disabled_account_stays_out(
    world: World, provider: IdentityProvider, erika: Browser
) -> None:
    await provider.vouches_for(**ERIKA, kreislotse_roles=["kfz:caseworker"])
    await erika.sign_in()
    await world.gateway.accounts.set_disabled("erika", True)
    assert await _whoami(erika) is None
    assert await erika.sign_in() == "/?fehler=openid_disabled"
    assert await _whoami(erika) is None


@pytest.mark.parametrize(
    "tamper",
    [
        "none", "foreign_key", "foreign_issuer", "foreign_client", "wrong_nonce", "expired",
    ],
)  # fmt: skip
async def test_a_token_that_proves_nothing_signs_nobody_in(
    provider: IdentityProvider, erika: Browser, tamper: str
) -> None:
    await provider.vouches_for(tamper, **ERIKA, kreislotse_roles=["kfz:caseworker"])
    assert await erika.sign_in() == "/?fehler=openid_failed"
    assert await _whoami(erika) is None


async def test_another_provider_in_its_place_is_not_even_visited(
    provider: IdentityProvider, erika: Browser
) -> None:
    await provider.vouches_for("other_provider", **ERIKA)
    sent = await erika.go(f"{erika.base}/api/v1/openid/start")
    assert sent == f"{erika.base}/?fehler=openid_failed"


async def test_only_the_browser_that_went_away_may_come_back(
    world: World, provider: IdentityProvider, erika: Browser
) -> None:
    await provider.vouches_for(**ERIKA, kreislotse_roles=["kfz:caseworker"])
    back = await erika.come_back()
    async with browser(erika.base) as victim:
        # whoever is lured to that address is not signed in as somebody else …
        assert await victim.go(back) == f"{erika.base}/?fehler=openid_failed"
        # … not even when she is on her way herself
        await victim.go(f"{erika.base}/api/v1/openid/start")
        assert await victim.go(back) == f"{erika.base}/?fehler=openid_failed"
        assert await _whoami(victim) is None
    wrong = back.replace(parameter(back, "state"), "x" * 43)
    assert await erika.go(wrong) == f"{erika.base}/?fehler=openid_failed"
    assert await _whoami(erika) is None


async def test_a_code_works_once(provider: IdentityProvider, erika: Browser) -> None:
    await provider.vouches_for(**ERIKA, kreislotse_roles=["kfz:caseworker"])
    back = await erika.come_back()
    kept = {c.key: c.value for c in erika.http.cookie_jar if c.key == "kreislotse_openid"}
    assert await erika.go(back) == f"{erika.base}/"
    assert not [c for c in erika.http.cookie_jar if c.key == "kreislotse_openid"]
    async with browser(erika.base) as thief:  # who has the address and even the cookie
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in kept.items())}
        async with thief.http.get(back, headers=headers, allow_redirects=False) as response:
            assert response.headers["Location"] == "/?fehler=openid_failed"
        assert await _whoami(thief) is None


async def test_whoever_turns_back_at_the_provider_sees_the_form_again(erika: Browser) -> None:
    refused = f"{erika.base}/api/v1/openid/callback?error=access_denied&state=x"
    assert await erika.go(refused) == f"{erika.base}/?fehler=openid_failed"


async def test_a_provider_that_is_down_is_named_as_the_cause(
    settings: Settings, knowledge: Knowledge
) -> None:
    down = settings.model_copy(update=_openid(f"http://127.0.0.1:{free_port()}"))
    async with opened(
        down, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    ) as world, browser(world.client("staff").base) as erika:  # fmt: skip
        sent = await erika.go(f"{erika.base}/api/v1/openid/start")
        assert sent == f"{erika.base}/?fehler=openid_unavailable"
        assert await _whoami(erika) is None


async def test_without_a_provider_there_is_no_such_way(
    settings: Settings, knowledge: Knowledge
) -> None:
    async with opened(
        settings, knowledge, FakeDialogue(scripted), FakeClock(MONDAY_AT_TEN)
    ) as world:
        staff = Staff(world.client("staff"))
        _, ways = await staff.call("GET", "/sign-in")
        assert ways == {"openid": False, "openid_name": None}
        for way in ("start", "callback"):
            assert (await staff.call("GET", f"/openid/{way}"))[0] == 404


@pytest.mark.parametrize(
    ("settings_given", "reason"),
    [
        ({"openid_issuer": "https://login.example"}, "needs KREISLOTSE_OPENID_CLIENT_ID"),
        ({"openid_issuer": "http://login.example", "openid_client_id": "x"}, "begin with https"),
    ],
)
def test_a_provider_is_reached_safely_or_not_at_all(
    settings_given: dict[str, str], reason: str
) -> None:
    with pytest.raises(ValidationError, match=reason):
        Settings.model_validate(settings_given)
