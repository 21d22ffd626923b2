"""Calls: who is rung, who has the case, what the console is told, what is kept and erased."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.catalogue.schema import OfficeId
from bot.model import Membership, Role
from bot.retention import purge
from tests.support.auditor import auditor, lines
from tests.support.people import refused_fields
from tests.support.traces import traces
from tests.support.world import Citizen, Staff, World, eventually

CALLER = "+49 30 23125 987"


async def caller(world: World, language: str = "de", **body: object) -> Citizen:
    """Somebody on the phone."""
    return await world.citizen(
        "internal", channel="phone", language=language, caller=CALLER, **body
    )


async def desk(
    world: World, username: str = "erika", extension: str | None = "211", *languages: str
) -> Staff:
    """A caseworker at her telephone."""
    await world.gateway.accounts.put(
        username,
        f"Frau {username.title()}",
        (Membership("kfz", Role.CASEWORKER),),
        "geheim-123",
        list(languages),
        extension,
    )
    staff = Staff(world.client("staff"))
    body = {"username": username, "password": "geheim-123"}
    assert (await staff.call("POST", "/session", body))[0] == 200
    return staff


async def put_through(citizen: Citizen, office: str = "kfz") -> dict[str, Any]:
    status, dialled = await citizen.call("POST", "/call", {"office": office})
    assert status == 200, dialled
    return dict(dialled)


async def ended(citizen: Citizen, extension: str, outcome: str) -> None:
    body = {"outcome": outcome, "extension": extension}
    status, answer = await citizen.call("POST", "/call/ended", body)
    assert status == 204, answer


async def refused(citizen: Citizen, path: str, body: object) -> tuple[int, dict[str, Any]]:
    status, answer = await citizen.call("POST", path, body)
    assert status >= 400, answer
    return status, dict(answer["error"])


async def state(citizen: Citizen) -> dict[str, Any]:
    status, view = await citizen.call("GET", "")
    assert status == 200, view
    return dict(view["state"])


async def case_of(staff: Staff, citizen: Citizen, *states: str) -> dict[str, Any]:
    for name in states or ("waiting", "claimed", "closed"):
        for case in await staff.queue(name):
            if case["conversation_id"] == citizen.id:
                return case
    raise AssertionError("no such case")


# --- whom to ring -------------------------------------------------------------------------


async def test_a_caller_is_put_through_and_whoever_answers_has_the_case(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await citizen.asks("answer kfz_ummeldung fees")
    assert await put_through(citizen) == {
        "office": "kfz", "office_name": "Kfz-Zulassung", "extension": "211",
        "name": "Frau Erika", "speaks": True,
    }  # fmt: skip
    told = await state(citizen)
    assert (told["state"], told["office"]) == ("waiting", "kfz")
    assert "verbinde" in told["text"]
    case = await case_of(erika, citizen, "waiting")
    [call] = case["calls"]
    assert (case["kind"], case["caller"], case["phone"]) == ("call", CALLER, None)
    assert (call["state"], call["extension"], call["to"]["username"]) == (
        "ringing", "211", "erika",
    )  # fmt: skip
    await ended(citizen, "211", "answered")
    case = await case_of(erika, citizen, "claimed")
    assert case["claimed_by"]["username"] == "erika"
    assert [c["state"] for c in case["calls"]] == ["talking"]
    told = await state(citizen)
    assert (told["state"], told["with"]) == ("claimed", "Frau Erika")


async def test_a_lost_answer_is_asked_for_again_and_rings_nowhere_else(world: World) -> None:
    staff, citizen = await desk(world), await caller(world)
    await desk(world, "otto", "212")
    first = await put_through(citizen)
    assert await put_through(citizen) == first
    for _ in range(2):
        await ended(citizen, first["extension"], "answered")
    assert len((await case_of(staff, citizen, "claimed"))["calls"]) == 1


async def test_nobody_is_rung_who_is_away_busy_full_or_has_no_telephone(world: World) -> None:
    erika, _ = await desk(world), await desk(world, "ohne", None)
    first, second, third = [await caller(world) for _ in range(3)]
    await erika.call("POST", "/presence", {"away": True})
    assert await put_through(first) == {
        "office": "kfz", "office_name": "Kfz-Zulassung", "extension": "110",
        "name": None, "speaks": None,
    }  # fmt: skip
    await erika.call("POST", "/presence", {"away": False})
    assert (await put_through(second))["extension"] == "211"
    assert (await put_through(third))["extension"] == "110"  # hers rings already
    await ended(second, "211", "answered")
    await second.call("POST", "/close")
    fourth = await caller(world)
    assert (await put_through(fourth))["extension"] == "211"  # off the phone again
    await ended(fourth, "211", "busy")
    for citizen in [await world.citizen() for _ in range(3)]:
        await citizen.wants_a_person()
        await erika.claims((await case_of(erika, citizen, "waiting"))["id"])
    assert (await put_through(await caller(world)))["extension"] == "110"  # four cases are enough
    world.clock.advance(minutes=5)
    assert (await put_through(await caller(world)))["extension"] == "110"  # no sign of anybody


async def test_whoever_speaks_the_language_is_rung_first(world: World) -> None:
    await desk(world, "erika", "211")
    await desk(world, "olena", "213", "uk")
    citizen = await caller(world, "uk")
    assert (await put_through(citizen))["name"] == "Frau Olena"
    dialled = await put_through(await caller(world, "uk"))
    assert (dialled["name"], dialled["speaks"]) == ("Frau Erika", False)
    assert dialled["office_name"] != "Kfz-Zulassung"


async def test_two_callers_at_once_never_get_the_same_person(world: World) -> None:
    for number in range(3):
        await desk(world, f"kraft{number}", f"22{number}")
    callers = [await caller(world) for _ in range(8)]
    dialled = await asyncio.gather(*(put_through(citizen) for citizen in callers))
    own = [d["extension"] for d in dialled if d["name"]]
    assert sorted(own) == ["220", "221", "222"]
    assert [d["extension"] for d in dialled if not d["name"]] == ["110"] * 5


async def test_a_closed_office_says_when_it_opens_and_what_can_be_left(world: World) -> None:
    await desk(world)
    citizen = await caller(world)
    world.clock.advance(hours=2)  # noon
    status, error = await refused(citizen, "/call", {"office": "kfz"})
    assert (status, error["code"]) == (409, "office_closed")
    assert error["kinds"] == ["callback", "message"]
    reopens_at = dt.datetime.fromisoformat(error["reopens_at"])
    assert reopens_at == dt.datetime.fromisoformat("2026-11-23T13:00+01:00")


async def test_without_any_extension_nothing_is_left_behind(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    county = world.gateway.offices.county
    bare = world.gateway.offices.office(OfficeId.KFZ).model_copy(update={"extension": None})
    monkeypatch.setitem(world.gateway.offices._by_id, OfficeId.KFZ, bare)
    staff, citizen = await desk(world, "erika", None), await caller(world)
    assert (await put_through(citizen))["extension"] == county.switchboard_extension
    none = county.model_copy(update={"switchboard_extension": None})
    monkeypatch.setattr(world.gateway.offices, "county", none)
    second = await caller(world)
    status, error = await refused(second, "/call", {})
    assert (status, error["code"]) == (409, "nobody_to_call")
    assert error["kinds"] == ["callback", "message"]
    assert (await state(second))["state"] == "bot"
    assert [c["conversation_id"] for c in await staff.queue()] == [citizen.id]


async def test_calls_are_for_the_phone_and_the_phone_is_internal(world: World) -> None:
    citizen = await world.citizen("internal")
    assert (await refused(citizen, "/call", {}))[1]["code"] == "not_on_the_phone"
    heard = {"client_message_id": "1", "text": "hallo", "heard": {"confidence": 0.5}}
    assert list((await refused(citizen, "/messages", heard))[1]["fields"]) == ["heard"]
    on_the_phone = await caller(world)
    assert list((await refused(on_the_phone, "/handover", {}))[1]["fields"]) == ["kind"]
    assert (await refused(on_the_phone, "/handover", {"kind": "call"}))[0] == 400
    assert (await refused(on_the_phone, "/call", {"office": "xyz"}))[1]["code"] == "invalid"
    outcome = {"outcome": "answered", "extension": "211"}
    assert (await refused(on_the_phone, "/call/ended", outcome))[0] == 404
    outside = Citizen(world.client("public"), on_the_phone.id, on_the_phone.token)
    status, _ = await outside.call("POST", "/call", {})
    assert status == 404
    status, answer = await world.client("public").call(
        "POST", "/api/v1/conversations", {"caller": CALLER}
    )
    assert (status, list(answer["error"]["fields"])) == (422, ["caller"])
    on_the_phone.token = "falsch"
    assert (await refused(on_the_phone, "/call", {}))[0] == 401


# --- how it goes on -----------------------------------------------------------------------


@pytest.mark.parametrize("outcome", ["no_answer", "busy", "failed"])
async def test_when_nobody_answers_the_bot_goes_on_and_the_case_stays_one(
    world: World, outcome: str
) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    await ended(citizen, "211", outcome)
    assert (await state(citizen))["state"] == "callback"
    assert "nimmt gerade niemand ab" in (await state(citizen))["text"]
    await citizen.asks("answer kfz_ummeldung fees")  # the bot answers again
    body = {"office": "kfz", "kind": "callback", "phone": "030 23125 999"}
    assert (await citizen.call("POST", "/handover", body))[0] == 202
    [case] = await erika.queue()
    assert (case["kind"], case["phone"]) == ("callback", "030 23125 999")
    assert [(c["state"], c["outcome"]) for c in case["calls"]] == [("missed", outcome)]
    assert (await citizen.call("POST", "/close"))[0] == 200
    [case] = await erika.queue()  # hanging up takes no wish back
    assert (case["kind"], case["state"]) == ("callback", "waiting")


async def test_a_second_try_rings_at_several_and_whoever_talks_claims(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    await ended(citizen, "211", "no_answer")
    again = await put_through(citizen)
    assert (again["extension"], again["name"]) == ("110", None)
    assert (await state(citizen))["state"] == "waiting"
    await ended(citizen, "110", "answered")
    case = await case_of(erika, citizen, "waiting")
    assert [c["state"] for c in case["calls"]] == ["missed", "talking"]
    assert (await state(citizen))["state"] == "waiting"
    await citizen.call("POST", "/close")
    case = await case_of(erika, citizen, "waiting")  # whoever talked still has to write it down
    assert [c["state"] for c in case["calls"]] == ["missed", "over"]
    await erika.claims(case["id"])
    assert (await erika.call("POST", f"/handovers/{case['id']}/close", {"reason": "resolved"}))[
        0
    ] == 200


async def test_a_claimed_call_stays_claimed_when_the_caller_hangs_up(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    await ended(citizen, "211", "answered")
    await citizen.call("POST", "/close")
    case = await case_of(erika, citizen, "claimed")
    assert [c["state"] for c in case["calls"]] == ["over"]
    _, detail = await erika.call("GET", f"/handovers/{case['id']}")
    assert detail["events"][-1]["state"] == "closed"
    words = {"client_message_id": "1", "text": "Guten Tag"}
    status, answer = await erika.call("POST", f"/handovers/{case['id']}/messages", words)
    assert (status, answer["error"]["code"]) == (409, "on_the_phone")
    note = {"text": "Ruft morgen wieder an."}
    assert (await erika.call("POST", f"/handovers/{case['id']}/notes", note))[0] == 201
    closing = {"reason": "resolved"}
    status, done = await erika.call("POST", f"/handovers/{case['id']}/close", closing)
    assert (status, done["handover"]["state"]) == (200, "closed")


async def test_whoever_hangs_up_before_anybody_answers_is_no_longer_waited_for(
    world: World,
) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    await citizen.call("POST", "/close")
    assert await erika.queue() == []
    case = await case_of(erika, citizen, "closed")
    assert (case["state"], [(c["state"], c["outcome"]) for c in case["calls"]]) == (
        "withdrawn", [("missed", None)],
    )  # fmt: skip
    assert (await put_through(await caller(world)))["extension"] == "211"


async def test_closing_the_case_ends_the_call_and_the_bot_answers_who_stays(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    await ended(citizen, "211", "answered")
    case = await case_of(erika, citizen, "claimed")
    closing = {"reason": "resolved"}
    _, done = await erika.call("POST", f"/handovers/{case['id']}/close", closing)
    assert [c["state"] for c in done["handover"]["calls"]] == ["over"]
    assert (await state(citizen))["state"] == "bot"
    await citizen.asks("answer kfz_ummeldung fees")
    assert (await put_through(citizen))["extension"] == "211"  # a new case, a new call


async def test_who_has_the_case_is_rung_again(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await desk(world, "otto", "212")
    first = await put_through(citizen)
    await ended(citizen, first["extension"], "answered")
    await citizen.call("POST", "/close")
    second = await caller(world)
    owner = (await case_of(erika, citizen, "claimed"))["claimed_by"]["username"]
    other = await put_through(second)
    await ended(second, other["extension"], "no_answer")
    case = await case_of(erika, second, "waiting")
    staff = erika if owner == "erika" else await desk(world, "otto", "212")
    await staff.claims(case["id"])
    assert (await put_through(second))["extension"] == first["extension"]


async def test_what_is_said_reaches_the_console_with_how_well_it_was_understood(
    bilingual: World,
) -> None:
    erika, citizen = await desk(bilingual), await caller(bilingual, "uk")
    await put_through(citizen)
    body = {"client_message_id": "1", "text": "скільки це коштує?", "heard": {"confidence": 0.62}}
    status, accepted = await citizen.call("POST", "/messages", body)
    assert status == 202
    case = await case_of(erika, citizen)

    async def translated() -> Any:
        _, detail = await erika.call("GET", f"/handovers/{case['id']}")
        [said] = [e for e in detail["events"] if e["seq"] == accepted["seq"]]
        return said if said["translation"] else None

    said = await eventually(translated)
    assert said["heard"] == {"confidence": 0.62}
    assert said["translation"]["original"] == body["text"]
    _, fed = await erika.call("GET", "/events?after=0")
    assert {e["type"] for e in fed["events"]} == {"handover", "message"}


async def test_what_is_left_with_a_call_back_is_translated(bilingual: World) -> None:
    erika, citizen = await desk(bilingual), await caller(bilingual, "uk")
    wish = {
        "office": "kfz", "kind": "callback", "phone": "030 23125 999",
        "text": "скільки це коштує?",
    }  # fmt: skip
    assert (await citizen.call("POST", "/handover", wish))[0] == 202

    async def translated() -> Any:
        case = await case_of(erika, citizen, "waiting")
        return case if case["text_german"] or case["text_not_translated"] else None

    case = await eventually(translated)
    assert case["text"] == wish["text"]
    assert case["text_german"] != case["text"]


async def test_a_crisis_on_the_phone_gives_the_numbers_and_then_a_person(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    seq = await citizen.says("Ich will mich umbringen")
    events = await citizen.events(seq)
    assert any("112" in e["text"] for e in events if e["type"] == "message")
    assert (await state(citizen))["state"] == "waiting"
    [case] = await erika.queue()
    assert (case["kind"], case["priority"]) == ("call", "crisis")
    assert (await put_through(citizen))["extension"] == "211"
    await ended(citizen, "211", "no_answer")
    await citizen.call("POST", "/close")
    [case] = await erika.queue()  # nobody takes her for safe because she hung up
    assert (case["priority"], case["state"]) == ("crisis", "waiting")


async def test_a_voice_gateway_that_died_blocks_no_telephone(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    assert await world.gateway.handover.watch.give_up_lost_calls() == 0
    world.clock.advance(minutes=11)
    assert await world.gateway.handover.watch.give_up_lost_calls() == 1
    assert (await state(citizen))["state"] == "callback"
    await erika.call("GET", "/session")
    assert (await put_through(await caller(world)))["extension"] == "211"


async def test_nobody_is_told_that_the_office_closes_while_it_rings(world: World) -> None:
    await desk(world)
    citizen = await caller(world)
    world.clock.advance(hours=1, minutes=59)
    await put_through(citizen)
    world.clock.advance(minutes=5)
    assert await world.gateway.handover.watch.end_waiting_after_hours() == 0
    await ended(citizen, "110", "answered")
    assert (await state(citizen))["state"] == "waiting"


# --- what is kept -------------------------------------------------------------------------


async def test_the_trail_says_who_was_rung_and_not_who_called(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    await ended(citizen, "211", "answered")
    await citizen.call("POST", "/close")
    case = await case_of(erika, citizen, "claimed")
    rita = await auditor(world)
    found = [(who, what) for who, what, on in await lines(rita) if on == case["id"]]
    assert found == [
        ("phone", "call_over"), ("erika", "claim"), ("phone", "call_answered"), ("phone", "call"),
    ]  # fmt: skip
    assert CALLER not in str(await rita.call("GET", "/audit"))


async def test_the_caller_takes_her_number_along_and_erases_it(world: World, tmp_path: Any) -> None:
    await desk(world)
    citizen = await caller(world)
    await put_through(citizen)
    said = {"client_message_id": "1", "text": "Hallo", "heard": {"confidence": 0.875}}
    assert (await citizen.call("POST", "/messages", said))[0] == 202
    _, export = await citizen.call("GET", "/export")
    assert (export["caller"], export["handovers"][0]["calls"][0]["state"]) == (CALLER, "ringing")
    assert "extension" not in export["handovers"][0]["calls"][0]  # that is the caseworker's
    assert [e["heard"] for e in export["events"] if e.get("author") == "citizen"] == [
        {"confidence": 0.875}
    ]
    assert (await citizen.call("DELETE", ""))[0] == 204
    assert await traces(world, tmp_path, CALLER, "0.875") == []
    assert (await put_through(await caller(world)))["extension"] == "211"


async def test_a_call_is_kept_as_long_as_the_settings_say(world: World) -> None:
    erika, citizen = await desk(world), await caller(world)
    await put_through(citizen)
    await ended(citizen, "211", "answered")
    await citizen.call("POST", "/close")
    case = await case_of(erika, citizen, "claimed")
    await erika.call("POST", f"/handovers/{case['id']}/close", {"reason": "resolved"})
    gateway = world.gateway
    world.clock.advance(days=89)
    assert (await purge(gateway.database, world.clock, gateway.settings)).erased == {}
    world.clock.advance(days=2)
    report = await purge(gateway.database, world.clock, gateway.settings)
    assert (report.erased, report.complete) == ({"call": 1}, True)


async def test_figures_count_answered_and_missed_calls(world: World) -> None:
    lead = await world.somebody("chefin", "lead")
    await desk(world)
    answered, missed, waiting = [await caller(world) for _ in range(3)]
    await put_through(answered)
    await ended(answered, "211", "answered")
    await put_through(missed)
    await ended(missed, "110", "no_answer")
    wish = {"office": "kfz", "kind": "callback", "phone": "030 23125 999"}
    await missed.call("POST", "/handover", wish)
    await put_through(waiting)
    day = "from=2026-11-23&to=2026-11-23"
    status, figures = await lead.call("GET", f"/figures?{day}")
    assert status == 200, figures
    total = figures["total"]
    assert (total["requested"], total["calls_answered"], total["calls_missed"]) == (3, 1, 1)
    assert figures["now"]["waiting"] == {"chat": 0, "call": 1, "callback": 1, "message": 0}
    assert {g["key"]: g["requested"] for g in figures["by_kind"]} == {"call": 2, "callback": 1}
    [phone] = figures["by_channel"]
    assert (phone["key"], phone["calls_missed"]) == ("phone", 1)
    _, table = await lead.call("GET", f"/figures.csv?{day}")
    assert "Anrufe angenommen;Anrufe verpasst" in table
    assert "Telefon;Anruf;" in table


# --- extensions ---------------------------------------------------------------------------


async def test_an_extension_belongs_to_one_account(world: World) -> None:
    erika, admin = await desk(world), await world.somebody("admin", "admin")
    _, own = await erika.call("GET", "/account")
    assert own["extension"] == "211"
    new = {
        "username": "otto", "name": "Herr Otto", "password": "vier-wolken-im-mai",
        "memberships": [{"office": "kfz", "role": "caseworker"}], "languages": [],
        "capacity": None, "extension": "211",
    }  # fmt: skip
    assert list(await refused_fields(admin, "POST", "/accounts", new)) == ["extension"]
    status, _ = await admin.call("POST", "/accounts", new | {"extension": "2a"})
    assert status == 400
    status, made = await admin.call("POST", "/accounts", new | {"extension": "212"})
    assert (status, made["account"]["extension"]) == (201, "212")
    change = {k: made["account"][k] for k in ("name", "memberships", "languages", "capacity")}
    change |= {"disabled": False, "extension": None}
    status, changed = await admin.call("PUT", "/accounts/otto", change)
    assert (status, changed["account"]["extension"]) == (200, None)
    taken = change | {"extension": "211"}
    assert list(await refused_fields(admin, "PUT", "/accounts/otto", taken)) == ["extension"]
    assert await world.gateway.accounts.set_extension("otto", "213")
    assert not await world.gateway.accounts.set_extension("niemand", "214")


async def test_two_admins_who_make_the_same_account_at_once_get_one(world: World) -> None:
    admins = [await world.somebody(f"admin{n}", "admin") for n in range(4)]
    new = {
        "username": "neu", "name": "Neu", "password": "vier-wolken-im-mai", "languages": [],
        "memberships": [{"office": "kfz", "role": "caseworker"}], "capacity": None,
    }  # fmt: skip
    made = await asyncio.gather(*(admin.call("POST", "/accounts", new) for admin in admins))
    assert [status for status, _ in made].count(201) == 1
    refusals = {(status, a["error"]["code"]) for status, a in made if status != 201}
    assert refusals <= {(409, "account_taken"), (422, "invalid")}
