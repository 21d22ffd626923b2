"""From the bot to a person and back, from outside, on SQLite and PostgreSQL."""

import asyncio
import datetime as dt

import pytest

from tests.support.world import Citizen, Staff, World, eventually


async def test_the_whole_story(world: World) -> None:
    staff = await world.caseworker(name="Frau Beispiel")
    citizen = await world.citizen(language="de")
    await citizen.asks("answer kfz_ummeldung documents")
    await citizen.wants_a_person()
    state = (await citizen.events())[-1]
    assert (state["type"], state["state"], state["position"]) == ("state", "waiting", 1)

    [case] = await staff.queue()
    assert (case["office"], case["language"], case["service"]) == ("kfz", "de", "kfz_ummeldung")
    assert case["preview"] == "answer kfz_ummeldung documents"
    await staff.claims(case["id"])
    claimed = (await citizen.events())[-1]
    assert (claimed["state"], claimed["with"]) == ("claimed", "Frau Beispiel")

    await citizen.says("Sind Sie ein Mensch?")
    assert world.dialogue.calls == ["answer kfz_ummeldung documents"]
    await staff.says(case["id"], "Ja. Was brauchen Sie?")
    answer = (await citizen.events())[-1]
    assert (answer["author"], answer["automated"]) == ("caseworker", False)
    assert answer["name"] == "Frau Beispiel"
    _, detail = await staff.call("GET", f"/handovers/{case['id']}")
    assert [e["seq"] for e in detail["events"]] == [e["seq"] for e in await citizen.events()]

    status, _ = await staff.call("POST", f"/handovers/{case['id']}/return", {"to": "bot"})
    assert status == 200
    assert (await citizen.events())[-1]["state"] == "bot"
    assert (await citizen.asks("answer kfz_evb fees"))["automated"] is True


async def test_exactly_one_wins_the_claim(world: World) -> None:
    names = [f"person{n}" for n in range(4)]
    crew = [await world.caseworker(name) for name in names]
    citizen = await world.citizen()
    await citizen.wants_a_person()
    [case] = await crew[0].queue()
    results = await asyncio.gather(
        *(staff.call("POST", f"/handovers/{case['id']}/claim") for staff in crew)
    )
    won = [body for status, body in results if status == 200]
    lost = [body["error"] for status, body in results if status == 409]
    assert len(won) == 1
    assert len(lost) == 3
    winner = won[0]["handover"]["claimed_by"]["name"]
    assert {(error["code"], error["by"]) for error in lost} == {("already_claimed", winner)}
    assert [e.get("state") for e in await citizen.events()].count("claimed") == 1


async def test_claiming_twice_is_no_error_and_no_second_event(world: World) -> None:
    staff = await world.caseworker()
    citizen = await world.citizen()
    await citizen.wants_a_person()
    [case] = await staff.queue()
    await staff.claims(case["id"])
    before = await citizen.events()
    await staff.claims(case["id"])
    assert await citizen.events() == before


async def test_a_reply_that_comes_too_late_is_dropped(world: World) -> None:
    """The bot thinks; meanwhile a person takes over; the bot's words must not appear."""
    staff = await world.caseworker()
    citizen = await world.citizen()
    world.dialogue.gate.clear()
    await citizen.says("answer kfz_evb general")
    await eventually(lambda: _true(world.dialogue.calls))
    await citizen.wants_a_person()
    [case] = await staff.queue()
    await staff.claims(case["id"])
    world.dialogue.gate.set()
    await asyncio.sleep(0.2)
    bots = [e for e in await citizen.events() if e.get("author") == "bot"]
    assert len(bots) == 1  # the disclosure alone
    _, detail = await staff.call("GET", f"/handovers/{case['id']}")
    assert "answer kfz_evb general" in [e.get("text") for e in detail["events"]]


async def test_only_the_owner_may_act(world: World) -> None:
    owner, other = await world.caseworker("owner"), await world.caseworker("other")
    citizen = await world.citizen()
    await citizen.wants_a_person()
    [case] = await owner.queue()
    acts = [
        ("messages", {"client_message_id": "1", "text": "x"}),
        ("return", {"to": "bot"}), ("close", {"reason": "resolved"}), ("typing", None),
    ]  # fmt: skip
    for act, body in acts:
        status, answer = await other.call("POST", f"/handovers/{case['id']}/{act}", body)
        assert (status, answer["error"]["code"]) == (403, "not_owner"), act
    await owner.claims(case["id"])
    for act, body in acts:
        status, answer = await other.call("POST", f"/handovers/{case['id']}/{act}", body)
        assert (status, answer["error"]["code"]) == (403, "not_owner"), act


async def test_another_offices_case_does_not_exist(world: World) -> None:
    own, foreign = await world.caseworker("kurt"), await world.caseworker("anna", ("abh",))
    citizen = await world.citizen()
    await citizen.wants_a_person("kfz")
    [case] = await own.queue()
    assert await foreign.queue() == []
    for method, path in (("GET", ""), ("POST", "/claim")):
        status, body = await foreign.call(method, f"/handovers/{case['id']}{path}")
        assert (status, body["error"]["code"]) == (404, "not_found")
    _, feed = await foreign.call("GET", "/events?after=0")
    assert feed["events"] == []


async def test_replying_twice_with_one_id_is_one_message(world: World) -> None:
    staff, citizen, case = await _claimed(world)
    first = await staff.says(case, "Guten Tag", "a")
    assert await staff.says(case, "Guten Tag", "a") == first
    texts = [e.get("text") for e in await citizen.events() if e.get("author") == "caseworker"]
    assert texts == ["Guten Tag"]


async def test_back_to_the_queue_keeps_its_age_and_story(world: World) -> None:
    staff, citizen, case = await _claimed(world)
    colleague = await world.caseworker("kollege")
    world.clock.advance(minutes=3)
    await staff.call("POST", f"/handovers/{case}/return", {"to": "queue"})
    assert (await citizen.events())[-1]["state"] == "waiting"
    await citizen.says("Hallo, noch jemand da?")
    [waiting] = await colleague.queue()
    assert waiting["requested_at"].startswith("2026-11-23T09:00")
    assert waiting["preview"] == "Hallo, noch jemand da?"
    assert world.dialogue.calls == []
    await colleague.claims(case)


async def test_closing_ends_the_conversation_with_a_reason(world: World) -> None:
    staff, citizen, case = await _claimed(world)
    status, body = await staff.call("POST", f"/handovers/{case}/close", {"reason": "resolved"})
    assert (status, body["handover"]["close_reason"]) == (200, "resolved")
    assert (await citizen.events())[-1]["state"] == "closed"
    assert [h["id"] for h in await staff.queue("closed")] == [case]
    status, body = await staff.call("POST", f"/handovers/{case}/close", {"reason": "no_such"})
    assert status == 400


async def test_a_silent_claim_returns_by_itself(world: World) -> None:
    staff, citizen, case = await _claimed(world)
    world.clock.advance(minutes=6)
    assert await world.gateway.handover.watch.return_silent_claims() == 1
    assert (await citizen.events())[-1]["state"] == "waiting"
    status, body = await staff.call(
        "POST", f"/handovers/{case}/messages", {"client_message_id": "1", "text": "x"}
    )
    assert (status, body["error"]["code"]) == (403, "not_owner")


async def test_a_present_claim_stays(world: World) -> None:
    staff, _, _ = await _claimed(world)
    world.clock.advance(minutes=4)
    await staff.queue()
    world.clock.advance(minutes=4)
    assert await world.gateway.handover.watch.return_silent_claims() == 0


async def test_outside_opening_hours_nobody_is_promised(world: World) -> None:
    citizen = await world.citizen(language="de")
    world.clock.advance(hours=12)
    status, body = await citizen.call("POST", "/handover", {"office": "kfz"})
    assert (status, body["error"]["code"]) == (409, "office_closed")
    assert body["error"]["reopens_at"] == "2026-11-24T08:00:00+01:00"
    assert body["error"]["kinds"] == ["callback", "message"]
    offer = await citizen.asks("handover requested")
    assert "Mit welcher Stelle" in offer["text"]
    closed = await citizen.asks("Kfz-Zulassung", payload="human_person/kfz")
    part = next(p for p in closed["parts"] if p["type"] == "offer")
    assert (part["open"], part["kinds"]) == (False, ["callback", "message"])
    assert "öffnet wieder morgen um 08:00 Uhr" in part["text"]


async def test_a_callback_needs_a_number_and_leaves_the_bot_in_charge(world: World) -> None:
    citizen = await world.citizen(language="de")
    world.clock.advance(hours=12)
    for phone in (None, "12", "ruf mich an", "+" + "1" * 16):
        body = {"office": "kfz", "kind": "callback", "phone": phone}
        status, answer = await citizen.call("POST", "/handover", body)
        assert (status, list(answer["error"]["fields"])) == (422, ["phone"])
    body = {"office": "kfz", "kind": "callback", "phone": "030 23125 999", "text": "nachmittags"}
    status, state = await citizen.call("POST", "/handover", body)
    assert (status, state["state"]) == (202, "callback")
    assert (await citizen.asks("answer kfz_evb fees"))["service"] == "kfz_evb"
    staff = await world.caseworker()
    [case] = await staff.queue()
    assert (case["kind"], case["phone"], case["text"]) == (
        "callback",
        "030 23125 999",
        "nachmittags",
    )


async def test_the_form_leaves_a_callback(world: World) -> None:
    staff = await world.caseworker()
    citizen = await world.citizen(language="de")
    await citizen.asks("callback 03023125999")
    [case] = await staff.queue()
    assert (case["kind"], case["phone"], case["text"]) == ("callback", "03023125999", "morgens")


async def test_the_forms_leave_messages_and_appointment_wishes(world: World) -> None:
    staff = await world.caseworker(offices=("kfz", "jc"))
    writes, wishes = await world.citizen(language="de"), await world.citizen(language="de")
    await writes.asks("message jc")
    await wishes.asks("appointment kfz")
    cases = {case["office"]: case for case in await staff.queue()}
    assert (cases["jc"]["kind"], cases["jc"]["text"]) == ("message", "Guten Tag")
    assert (cases["kfz"]["kind"], cases["kfz"]["phone"]) == ("callback", "03023125999")
    assert cases["kfz"]["reason"] == "appointment"


async def test_crisis_gives_numbers_at_once_and_goes_first(world: World) -> None:
    staff = await world.caseworker(offices=("kfz", "jc"))
    ordinary, urgent = await world.citizen(), await world.citizen(language="de")
    await ordinary.wants_a_person("kfz")
    world.clock.advance(seconds=30)
    answer = await urgent.asks("Ich will nicht mehr leben")
    assert "0800 1110111" in answer["text"]
    assert world.dialogue.calls == []
    queue = await staff.queue()
    assert [case["priority"] for case in queue] == ["crisis", "normal"]
    assert (await urgent.events())[-1]["state"] == "waiting"


async def test_crisis_at_night_never_shows_a_waiting_state(world: World) -> None:
    staff = await world.caseworker()
    citizen = await world.citizen(language="de")
    world.clock.advance(hours=12)
    answer = await citizen.asks("Ich will nicht mehr leben")
    assert "0800 1110111" in answer["text"]
    assert "waiting" not in [e.get("state") for e in await citizen.events()]
    world.clock.advance(hours=10)
    staff = await world.caseworker("frueh")
    assert (await staff.queue())[0]["priority"] == "crisis"


async def test_crisis_while_a_person_is_there_still_gives_numbers(world: World) -> None:
    staff, citizen, _ = await _claimed(world)
    await citizen.says("Ich will nicht mehr leben")
    assert any("0800 1110111" in e.get("text", "") for e in await citizen.events())
    assert (await staff.queue("claimed"))[0]["priority"] == "crisis"
    assert (await citizen.call("GET", ""))[1]["state"]["state"] == "claimed"


async def test_crisis_waits_for_nothing(world: World) -> None:
    """Neither for Rasa, nor for what was asked before."""
    citizen = await world.citizen(language="de")
    world.dialogue.gate.clear()
    await citizen.says("answer kfz_evb general")
    await citizen.says("Ich will nicht mehr leben")
    answer = (await citizen.until(lambda e: "0800 1110111" in e.get("text", "")))[-1]
    assert answer
    world.dialogue.gate.set()


async def test_crisis_leaves_the_case_what_it_is(world: World) -> None:
    staff = await world.caseworker(offices=("jc",))
    citizen = await world.citizen(language="de")
    body = {"office": "jc", "kind": "callback", "phone": "030 23125 999", "text": "nachmittags"}
    await citizen.call("POST", "/handover", body)
    await citizen.asks("Ich will nicht mehr leben")
    [case] = await staff.queue()
    assert (case["priority"], case["kind"]) == ("crisis", "callback")
    assert (case["phone"], case["text"]) == ("030 23125 999", "nachmittags")
    told = [e.get("text", "") for e in await citizen.events()]
    assert any("wird jetzt dazu gerufen" in text for text in told)
    assert not any("liest sie dort niemand" in text for text in told)


async def test_a_callback_leaves_open_questions_to_the_bot(world: World) -> None:
    citizen = await world.citizen()
    world.dialogue.gate.clear()
    await citizen.says("answer kfz_evb general")
    await eventually(lambda: _true(world.dialogue.calls))
    body = {"office": "kfz", "kind": "callback", "phone": "030 23125 999"}
    await citizen.call("POST", "/handover", body)
    world.dialogue.gate.set()
    await citizen.until(lambda e: e.get("service") == "kfz_evb")


async def test_crisis_words_in_a_refused_wish_are_not_refused(world: World) -> None:
    citizen = await world.citizen(language="de")
    world.clock.advance(hours=12)
    body = {"office": "kfz", "text": "Ich will nicht mehr leben"}
    status, state = await citizen.call("POST", "/handover", body)
    assert (status, state["state"]) == (202, "callback")
    assert any("0800 1110111" in e.get("text", "") for e in await citizen.events())


async def test_a_second_cry_reaches_who_has_come_meanwhile(world: World) -> None:
    citizen = await world.citizen(language="de")
    await citizen.asks("Ich will nicht mehr leben")
    assert (await citizen.call("GET", ""))[1]["state"]["state"] == "callback"
    await world.caseworker()
    await citizen.asks("Ich will nicht mehr leben")
    assert (await citizen.call("GET", ""))[1]["state"]["state"] == "waiting"


async def test_crisis_in_feedback_does_not_reopen(world: World) -> None:
    citizen = await world.citizen(language="de")
    await citizen.call("POST", "/close")
    body = {"helpful": False, "comment": "Ich will nicht mehr leben"}
    assert (await citizen.call("POST", "/feedback", body))[0] == 204
    assert "0800 1110111" in (await citizen.events())[-1]["text"]
    assert (await citizen.call("GET", ""))[1]["state"]["state"] == "closed"


async def test_crisis_in_what_is_left_for_a_person(world: World) -> None:
    staff = await world.caseworker()
    citizen = await world.citizen(language="de")
    body = {"office": "kfz", "kind": "message", "text": "Ich will nicht mehr leben"}
    assert (await citizen.call("POST", "/handover", body))[0] == 202
    assert any("0800 1110111" in e.get("text", "") for e in await citizen.events())
    [case] = await staff.queue()
    assert (case["priority"], case["kind"]) == ("crisis", "message")


async def test_crisis_with_nobody_present_shows_no_waiting(world: World) -> None:
    citizen = await world.citizen(language="de")  # open, but nobody has signed in
    await citizen.asks("Ich will nicht mehr leben")
    assert "waiting" not in [e.get("state") for e in await citizen.events()]


async def test_a_second_wish_loses_nothing_of_the_first(world: World) -> None:
    staff = await world.caseworker(offices=("jc",))
    other = await world.caseworker("otto", ("kfz",))
    citizen = await world.citizen()
    body = {"office": "jc", "kind": "callback", "phone": "030 23125 999", "text": "nachmittags"}
    await citizen.call("POST", "/handover", body)
    _, before = await staff.call("GET", "/handovers?state=waiting")
    await citizen.wants_a_person("kfz")
    [case] = await other.queue()
    assert (case["phone"], case["text"]) == ("030 23125 999", "nachmittags")
    await citizen.says("nur fuer kfz bestimmt")
    # the office that it left is told that it is gone, and nothing else
    _, feed = await staff.call("GET", f"/events?after={before['seq']}")
    assert [event["type"] for event in feed["events"]] == ["gone"]
    _, feed = await staff.call("GET", "/events?after=0")
    assert "nur fuer kfz" not in str(feed)
    assert {event["type"] for event in feed["events"]} == {"gone"}


async def test_after_hours_nobody_is_left_waiting(world: World) -> None:
    staff = await world.caseworker()
    waiting, claimed = await world.citizen(language="de"), await world.citizen(language="de")
    await claimed.wants_a_person()
    [case] = await staff.queue()
    await staff.claims(case["id"])
    await waiting.wants_a_person()
    world.clock.advance(hours=8)
    assert await world.gateway.handover.watch.return_silent_claims() == 1
    assert await world.gateway.handover.watch.end_waiting_after_hours() == 1
    for citizen in (waiting, claimed):
        state = (await citizen.events())[-1]
        assert (state["state"], state["reopens_at"]) == ("callback", "2026-11-24T08:00:00+01:00")
        assert "niemand mehr da" in state["text"]
        assert (await citizen.asks("answer kfz_evb fees"))["service"] == "kfz_evb"
    assert len(await staff.queue()) == 2


async def test_waiting_is_estimated_from_recent_pickups_only(world: World) -> None:
    staff = await world.caseworker()
    for minutes in (2, 4, 9):
        citizen = await world.citizen()
        await citizen.wants_a_person()
        assert (await citizen.events())[-1]["wait_s"] is None
        world.clock.advance(minutes=minutes)
        [case] = await staff.queue()
        await staff.claims(case["id"])
        await staff.call("POST", f"/handovers/{case['id']}/close", {"reason": "resolved"})
    citizen = await world.citizen()
    await citizen.wants_a_person()
    state = (await citizen.events())[-1]
    assert (state["position"], state["wait_s"]) == (1, 240)


async def test_ending_the_conversation_leaves_the_queue(world: World) -> None:
    staff = await world.caseworker()
    citizen = await world.citizen()
    await citizen.wants_a_person()
    await citizen.call("POST", "/close")
    assert await staff.queue() == []


async def test_snapshot_and_feed_make_the_next_snapshot(world: World) -> None:
    staff = await world.caseworker()
    first, second = await world.citizen(), await world.citizen()
    await first.wants_a_person()
    _, snapshot = await staff.call("GET", "/handovers?state=waiting")
    cases = {case["id"]: case for case in snapshot["handovers"]}
    await second.wants_a_person()
    await first.says("Ich warte")
    await staff.claims(next(iter(cases)))
    _, feed = await staff.call("GET", f"/events?after={snapshot['seq']}")
    assert [e["seq"] for e in feed["events"]] == list(
        range(snapshot["seq"] + 1, snapshot["seq"] + 1 + len(feed["events"]))
    )
    for event in feed["events"]:
        if event["type"] == "handover":
            cases[event["handover"]["id"]] = event["handover"]
    waiting = [case for case in cases.values() if case["state"] == "waiting"]
    assert waiting == await staff.queue()
    told = [e["event"] for e in feed["events"] if e["type"] == "message"]
    assert [e.get("state") or e["text"] for e in told] == ["waiting", "Ich warte", "claimed"]


@pytest.mark.parametrize(
    ("at", "open_", "reopens"),
    [
        ("2026-11-23T07:59:59+01:00", False, "2026-11-23T08:00:00+01:00"),
        ("2026-11-23T12:30:00+01:00", False, "2026-11-23T13:00:00+01:00"),
        ("2026-11-25T12:00:00+01:00", False, "2026-11-26T08:00:00+01:00"),
        ("2026-12-24T12:00:00+01:00", False, "2026-12-24T13:00:00+01:00"),
        ("2026-12-25T10:00:00+01:00", False, "2026-12-28T08:00:00+01:00"),
        ("2026-10-31T10:00:00+01:00", False, "2026-11-02T08:00:00+01:00"),
        ("2026-11-26T17:29:59+01:00", True, None),
    ],
)
async def test_hours_know_breaks_weekends_and_holidays(
    world: World, at: str, open_: bool, reopens: str | None
) -> None:
    world.clock.advance(seconds=(dt.datetime.fromisoformat(at) - world.clock.now()).total_seconds())
    _, status = await world.client("public").call("GET", "/api/v1/status")
    office = status["offices"][0]
    assert (office["open"], office["reopens_at"]) == (open_, reopens)


async def _claimed(world: World) -> tuple[Staff, Citizen, str]:
    staff = await world.caseworker()
    citizen = await world.citizen(language="de")
    await citizen.wants_a_person()
    [case] = await staff.queue()
    await staff.claims(case["id"])
    return staff, citizen, case["id"]


async def _true(value: object) -> object:
    return value
