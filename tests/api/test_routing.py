"""Who is offered which case, and when the offices are there."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest

from bot.app import Knowledge
from bot.catalogue.schema import Closure, County, OfficeId, Routing, Team
from bot.fakes import FakeClock, FakeDialogue
from bot.settings import Settings
from handover.hours import Calendar
from tests.conftest import MONDAY_AT_TEN, opened, scripted
from tests.support.world import Citizen, Staff, World

BERLIN = "+01:00"


@pytest.fixture
def county(knowledge: Knowledge) -> County:
    return knowledge.catalogue.county


@pytest.fixture
async def offering(
    settings: Settings, knowledge: Knowledge, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[World]:
    """A county whose Kfz-Zulassung offers cases after ten seconds, and has two teams."""
    monkeypatch.setattr("handover.watch._OFFERS_EVERY_S", 3600.0)  # the tests offer by themselves
    routing = Routing(capacity=2, offer_after_s=10, offer_timeout_s=30)
    teams = [Team(id="private", name="Privatleute"), Team(id="trade", name="Händler")]
    offices = [
        office.model_copy(update={"routing": routing, "teams": teams})
        if office.id is OfficeId.KFZ
        else office
        for office in knowledge.catalogue.county.offices
    ]
    changed = knowledge.catalogue.county.model_copy(update={"offices": offices})
    monkeypatch.setattr(knowledge.catalogue, "county", changed)
    chosen = settings.model_copy(update={"database_url": database_url})
    clock = FakeClock(MONDAY_AT_TEN)
    async with opened(chosen, knowledge, FakeDialogue(scripted), clock) as world:
        yield world


async def _offers(world: World) -> int:
    world.clock.advance(seconds=11)
    return await world.gateway.handover.watch.offer()


async def _waits(world: World, **body: object) -> Citizen:
    citizen = await world.citizen(**body)
    await citizen.wants_a_person()
    return citizen


async def _offered(staff: Staff) -> list[str | None]:
    """To whom each waiting case is being offered, the longest waiting first."""
    to = [case["offered_to"] for case in await staff.queue()]
    return [owner["username"] if owner else None for owner in to]


async def _speaks(world: World, name: str, *languages: str) -> Staff:
    staff = await world.caseworker(name)
    admin = await world.somebody("admin", "admin")
    _, listed = await admin.call("GET", "/accounts")
    account = next(a for a in listed["accounts"] if a["username"] == name)
    fields = ("name", "memberships", "capacity", "disabled")
    changed = {field: account[field] for field in fields} | {"languages": list(languages)}
    status, answer = await admin.call("PUT", f"/accounts/{name}", changed)
    assert status == 200, answer
    return staff


async def test_a_case_is_offered_to_whoever_speaks_the_language(offering: World) -> None:
    erika = await offering.caseworker("erika")
    await _speaks(offering, "olena", "uk")
    await _waits(offering, language="uk")
    assert await offering.gateway.handover.watch.offer() == 0  # nobody has had time to claim it
    assert await _offers(offering) == 1
    assert await _offered(erika) == ["olena"]


async def test_each_gets_as_much_as_the_office_says_and_the_least_busy_first(
    offering: World,
) -> None:
    erika, otto = await offering.caseworker("erika"), await offering.caseworker("otto")
    for _ in range(5):
        await _waits(offering)
    assert await _offers(offering) == 4  # two each, and nobody is left for the fifth
    offered = sorted(str(to) for to in await _offered(erika))
    assert offered == ["None", "erika", "erika", "otto", "otto"]
    await otto.call("POST", "/presence", {"away": True})
    offering.clock.advance(seconds=40)
    await erika.call("GET", "/session")
    assert await offering.gateway.handover.watch.offer() == 2
    assert set(await _offered(erika)) == {"erika", None}


async def test_an_offer_that_nobody_takes_goes_to_the_next(offering: World) -> None:
    erika, otto = await offering.caseworker("erika"), await offering.caseworker("otto")
    await _waits(offering)
    await _offers(offering)
    [first] = await _offered(erika)
    assert await _offers(offering) == 0  # it still stands
    offering.clock.advance(seconds=30)
    assert await _offered(erika) == [None]
    assert await _offers(offering) == 1
    [second] = await _offered(erika)
    assert {first, second} == {"erika", "otto"}
    staff = {"erika": erika, "otto": otto}[str(second)]
    [case] = await staff.queue()
    status, _ = await staff.call("POST", f"/handovers/{case['id']}/decline")
    assert status == 200
    assert await offering.gateway.handover.watch.offer() == 1
    assert await _offered(erika) == [first]


async def test_a_case_for_a_team_is_offered_to_the_team(offering: World) -> None:
    erika = await offering.caseworker("erika")
    await _waits(offering)
    [case] = await erika.queue()
    await erika.claims(case["id"])
    status, moved = await erika.call("POST", f"/handovers/{case['id']}/transfer", {"team": "trade"})
    assert (status, moved["handover"]["team"]) == (200, "trade")
    assert await _offers(offering) == 0  # she is in no team
    await offering.gateway.accounts.put(
        "otto", "Herr Otto", _memberships(("kfz", "caseworker", "trade")), "geheim-123"
    )
    otto = Staff(offering.client("staff"))
    await otto.call("POST", "/session", {"username": "otto", "password": "geheim-123"})
    assert await _offers(offering) == 1
    assert await _offered(otto) == ["otto"]


async def test_nothing_is_offered_while_the_office_is_closed(offering: World) -> None:
    await offering.caseworker("erika")
    await _waits(offering)
    offering.clock.advance(hours=2)  # noon
    await offering.caseworker("erika")
    assert await offering.gateway.handover.watch.offer() == 0


def _memberships(*rows: tuple[str, str, str | None]) -> Any:
    from bot.model import Membership, Role

    return tuple(Membership(office, Role(role), team) for office, role, team in rows)


# --- hours --------------------------------------------------------------------------------


def _at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text + BERLIN)


def _closing(county: County, begin: str, end: str) -> Calendar:
    closure = Closure.model_validate({"from": begin, "to": end, "reason": "Personalversammlung"})
    offices = [office.model_copy(update={"closures": [closure]}) for office in county.offices]
    return Calendar(county.model_copy(update={"offices": offices}))


def test_a_closure_takes_part_of_a_day(county: County) -> None:
    calendar = _closing(county, "2026-11-23T09:00", "2026-11-23T11:00")
    hours = calendar.hours_of(OfficeId.KFZ, _at("2026-11-23T10:00"))
    assert (hours.open, hours.reopens_at) == (False, _at("2026-11-23T11:00"))
    for moment in ("2026-11-23T08:59", "2026-11-23T11:00"):
        assert calendar.hours_of(OfficeId.KFZ, _at(moment)).open


def test_a_closure_takes_several_days(county: County) -> None:
    calendar = _closing(county, "2026-12-23T10:00", "2027-01-04T00:00")
    hours = calendar.hours_of(OfficeId.KFZ, _at("2026-12-23T10:00"))
    assert (hours.open, hours.reopens_at) == (False, _at("2027-01-04T08:00"))


def test_holidays_of_the_land_and_bridging_days_close_the_office(county: County) -> None:
    bridging = {dt.date(2026, 5, 15): "Brückentag"}
    offices = [office.model_copy(update={"closed_on": bridging}) for office in county.offices]
    calendar = Calendar(county.model_copy(update={"offices": offices}))
    ascension = dt.datetime.fromisoformat("2026-05-14T10:00:00+02:00")
    hours = calendar.hours_of(OfficeId.KFZ, ascension)
    assert hours.reopens_at == dt.datetime.fromisoformat("2026-05-18T08:00:00+02:00")


def test_what_is_due_counts_opening_hours_alone(county: County) -> None:
    calendar = Calendar(county)
    two = dt.timedelta(hours=2)
    friday = _at("2026-11-27T11:00")
    assert calendar.after_open_hours(OfficeId.KFZ, friday, two) == _at("2026-11-30T09:00")
    night = _at("2026-11-23T20:00")
    assert calendar.after_open_hours(OfficeId.KFZ, night, two) == _at("2026-11-24T10:00")
    ever = dt.timedelta(hours=5000)
    assert calendar.after_open_hours(OfficeId.KFZ, night, ever) is None
