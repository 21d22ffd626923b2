"""What caseworkers do with a case beyond claiming, answering and ending it."""

import datetime as dt
from typing import Any

import pytest

from tests.support.world import Citizen, Staff, World, eventually


async def _waiting(world: World, office: str = "kfz", **body: object) -> tuple[Citizen, str]:
    """A citizen who waits for a person, and her case."""
    citizen = await world.citizen(**body)
    await citizen.says("hallo")
    await citizen.until(lambda e: e.get("author") == "bot" and e["seq"] > 2)
    await citizen.wants_a_person(office)
    return citizen, await _case_of(world, citizen)


async def _case_of(world: World, citizen: Citizen) -> str:
    staff = await world.caseworker("sieht-alles", ("kfz", "abh", "jc"))
    cases = await staff.queue() + await staff.queue("claimed")
    return next(c["id"] for c in cases if c["conversation_id"] == citizen.id)


async def _does(staff: Staff, case: str, what: str, body: object = None) -> dict[str, Any]:
    status, answer = await staff.call("POST", f"/handovers/{case}/{what}", body)
    assert status in (200, 201), answer
    return dict(answer)


async def _refused(staff: Staff, case: str, what: str, body: object = None) -> str:
    status, answer = await staff.call("POST", f"/handovers/{case}/{what}", body)
    assert status >= 400, answer
    return str(answer["error"]["code"])


async def _detail(staff: Staff, case: str) -> dict[str, Any]:
    status, detail = await staff.call("GET", f"/handovers/{case}")
    assert status == 200, detail
    return dict(detail)


async def _state(citizen: Citizen) -> dict[str, Any]:
    status, view = await citizen.call("GET", "")
    assert status == 200, view
    return dict(view["state"])


async def test_a_colleague_gets_the_case_with_the_note(world: World) -> None:
    citizen, case = await _waiting(world)
    erika, otto = await world.caseworker("erika"), await world.caseworker("otto", name="Herr Otto")
    await erika.claims(case)
    moved = await _does(
        erika, case, "transfer", {"caseworker": "otto", "note": "Kennt den Vorgang schon."}
    )
    assert moved["handover"]["claimed_by"]["username"] == "otto"
    assert (await _state(citizen))["with"] == "Herr Otto"
    assert await _refused(erika, case, "messages", {"client_message_id": "1", "text": "x"}) == (
        "not_owner"
    )
    detail = await _detail(otto, case)
    assert [(n["by"], n["text"]) for n in detail["notes"]] == [
        ("Frau Erika", "Kennt den Vorgang schon.")
    ]
    said = [e.get("text") for e in await citizen.events()]
    assert "Kennt den Vorgang schon." not in said
    await otto.says(case, "Guten Tag")


async def test_nobody_gets_a_case_who_is_not_there(world: World) -> None:
    _, case = await _waiting(world)
    erika = await world.caseworker("erika")
    otto, _abh = await world.caseworker("otto"), await world.caseworker("anna", ("abh",))
    await erika.claims(case)
    assert await _refused(erika, case, "transfer", {"caseworker": "niemand"}) == "invalid"
    assert await _refused(erika, case, "transfer", {"caseworker": "anna"}) == "nobody_there"
    status, me = await otto.call("POST", "/presence", {"away": True})
    assert (status, me["away"]) == (200, True)
    assert await _refused(erika, case, "transfer", {"caseworker": "otto"}) == "nobody_there"
    await otto.call("POST", "/presence", {"away": False})
    world.clock.advance(minutes=3)
    assert await _refused(erika, case, "transfer", {"caseworker": "otto"}) == "nobody_there"
    assert (await _detail(erika, case))["handover"]["claimed_by"]["username"] == "erika"


async def test_another_office_gets_the_case_and_the_first_loses_sight_of_it(world: World) -> None:
    citizen, case = await _waiting(world)
    erika, anna = await world.caseworker("erika"), await world.caseworker("anna", ("abh",))
    assert (await anna.call("GET", f"/handovers/{case}"))[0] == 404
    await erika.claims(case)
    status, before = await erika.call("GET", "/events?after=0")
    assert status == 200
    moved = await _does(erika, case, "transfer", {"office": "abh", "note": "Aufenthalt"})
    assert moved == {"handover": None}  # nothing is left for her to see
    assert (await erika.call("GET", f"/handovers/{case}"))[0] == 404
    _, after = await erika.call("GET", f"/events?after={before['events'][-1]['seq']}")
    assert {e["type"] for e in after["events"]} == {"gone"}
    assert [c["id"] for c in await anna.queue()] == [case]
    assert (await _state(citizen))["office"] == "abh"
    seq = await citizen.says("und jetzt?")
    await anna.claims(case)
    assert seq in [e["seq"] for e in (await _detail(anna, case))["events"]]
    assert await _refused(anna, case, "transfer", {"office": "xyz"}) == "invalid"
    assert await _refused(anna, case, "transfer", {}) == "invalid"
    assert await _refused(anna, case, "transfer", {"team": "gibt-es-nicht"}) == "invalid"


async def test_who_leads_an_office_may_take_a_case_from_a_caseworker(world: World) -> None:
    _, case = await _waiting(world)
    erika, otto = await world.caseworker("erika"), await world.caseworker("otto")
    lead = await world.somebody("chefin", "lead", ("kfz",))
    await erika.claims(case)
    assert await _refused(otto, case, "return", {"to": "queue"}) == "not_owner"
    assert await _refused(otto, case, "transfer", {"caseworker": "otto"}) == "not_owner"
    await _does(lead, case, "transfer", {"caseworker": "otto"})
    await _does(lead, case, "return", {"to": "queue"})
    assert [c["id"] for c in await erika.queue()] == [case]


async def test_a_case_that_was_put_aside_stays_its_owners(world: World) -> None:
    citizen, case = await _waiting(world)
    erika = await world.caseworker("erika")
    await erika.claims(case)
    until = (world.clock.now() + dt.timedelta(days=2)).isoformat()
    changed = await _does(erika, case, "snooze", {"until": until, "reason": "documents"})
    assert changed["handover"]["snooze_reason"] == "documents"
    told = [e for e in await citizen.events() if e["type"] == "state"][-1]
    assert "25. November 2026" in told["text"]
    assert dt.datetime.fromisoformat(told["snoozed_until"]) == dt.datetime.fromisoformat(until)
    world.clock.advance(hours=1)
    assert await world.gateway.handover.watch.return_silent_claims() == 0
    await citizen.says("Hier sind die Unterlagen")  # she need not wait until then
    back = await world.caseworker("otto")
    view = (await _detail(back, case))["handover"]
    assert view["snoozed_until"] is None
    assert view["claimed_by"]["username"] == "erika"
    world.clock.advance(hours=1)
    assert await world.gateway.handover.watch.return_silent_claims() == 1


async def test_a_case_comes_back_when_its_time_has_come(world: World) -> None:
    _, case = await _waiting(world)
    erika = await world.caseworker("erika")
    await erika.claims(case)
    now = world.clock.now()
    for until in (now - dt.timedelta(hours=1), now + dt.timedelta(days=400)):
        code = await _refused(erika, case, "snooze", {"until": until.isoformat()})
        assert code == "invalid"
    until = (now + dt.timedelta(hours=3)).isoformat()
    await _does(erika, case, "snooze", {"until": until, "reason": "appointment"})
    assert await world.gateway.handover.watch.wake_snoozed() == 0
    world.clock.advance(hours=4)
    assert await world.gateway.handover.watch.wake_snoozed() == 1
    assert await world.gateway.handover.watch.return_silent_claims() == 0
    assert (await _detail(erika, case))["handover"]["snoozed_until"] is None


async def test_a_citizen_who_wrote_twice_has_one_case(world: World) -> None:
    first, case = await _waiting(world)
    second, other = await _waiting(world)
    erika, otto = await world.caseworker("erika"), await world.caseworker("otto")
    await erika.claims(case)
    assert await _refused(otto, other, "merge", {"into": case}) == "not_owner"
    assert await _refused(erika, case, "merge", {"into": case}) == "cannot_merge"
    merged = await _does(erika, other, "merge", {"into": case})
    assert merged["handover"]["id"] == case
    assert (await _state(second))["state"] == "claimed"
    assert await erika.queue() == []

    seq = await second.says("noch eine Frage")
    detail = await _detail(erika, case)
    [also] = detail["also"]
    assert also["conversation_id"] == second.id
    assert seq in [e["seq"] for e in also["events"]]
    _, feed = await erika.call("GET", "/events?after=0")
    assert feed["events"][-1]["conversation_id"] == second.id

    await erika.says(case, "Ich antworte in beiden.")
    for citizen in (first, second):
        texts = [e["text"] for e in await citizen.events() if e.get("author") == "caseworker"]
        assert texts == ["Ich antworte in beiden."]
    await _does(erika, case, "close", {"reason": "resolved"})
    assert [(await _state(c))["state"] for c in (first, second)] == ["closed", "closed"]


@pytest.mark.parametrize("how", ["erases", "closes"])
async def test_the_other_case_lives_on_when_the_one_it_went_into_is_gone(
    world: World, how: str
) -> None:
    first, case = await _waiting(world)
    second, other = await _waiting(world)
    erika = await world.caseworker("erika")
    await erika.claims(case)
    await _does(erika, other, "merge", {"into": case})
    seq = await second.says("bin ich noch da?")
    if how == "erases":
        assert (await first.call("DELETE", ""))[0] == 204
    else:
        assert (await first.call("POST", "/close"))[0] == 200
    assert await world.gateway.handover.watch.reopen_orphans() == 1
    assert await world.gateway.handover.watch.reopen_orphans() == 0
    [again] = await erika.queue()
    assert again["id"] == other
    assert (await _state(second))["state"] == "waiting"
    await erika.claims(other)
    assert seq in [e["seq"] for e in (await _detail(erika, other))["events"]]


async def test_notes_and_tries_stand_in_the_file(world: World) -> None:
    citizen = await world.citizen()
    body = {"office": "kfz", "kind": "callback", "phone": "030 23125 999"}
    assert (await citizen.call("POST", "/handover", body))[0] == 202
    case = await _case_of(world, citizen)
    erika, otto = await world.caseworker("erika"), await world.caseworker("otto")
    [waiting] = await erika.queue()
    # asked on Monday at ten: eight opening hours end on Wednesday at eleven thirty
    assert waiting["due_at"] == "2026-11-24T10:30:00Z"
    assert await _refused(erika, case, "attempts", {"outcome": "no_answer"}) == "not_owner"
    await erika.claims(case)
    await _does(erika, case, "attempts", {"outcome": "no_answer", "note": "Mailbox war voll"})
    changed = await _does(erika, case, "attempts", {"outcome": "reached"})
    assert [a["outcome"] for a in changed["handover"]["attempts"]] == ["no_answer", "reached"]
    written = await _does(otto, case, "notes", {"text": "Ruft nachmittags zurück."})
    assert written["note"]["by"] == "Frau Otto"
    assert await _refused(otto, case, "notes", {"text": "  "}) == "invalid"
    _, feed = await erika.call("GET", "/events?after=0")
    assert [e["note"]["text"] for e in feed["events"] if e["type"] == "note"] == [
        "Ruft nachmittags zurück."
    ]


async def test_both_sides_see_how_far_the_other_has_read(world: World) -> None:
    citizen, case = await _waiting(world)
    erika, otto = await world.caseworker("erika"), await world.caseworker("otto")
    await erika.claims(case)
    seq = await erika.says(case, "Guten Tag")
    assert (await citizen.call("POST", "/read", {"seq": seq}))[0] == 204
    assert (await citizen.call("POST", "/read", {"seq": 1}))[0] == 204  # never goes back
    assert (await _detail(erika, case))["handover"]["citizen_read_seq"] == seq
    assert (await citizen.call("POST", "/read", {"seq": 10**6}))[0] == 204
    last = (await _detail(erika, case))["handover"]
    assert last["citizen_read_seq"] == last["last_seq"]

    async with citizen.stream(after=seq) as stream:
        assert (await erika.call("POST", f"/handovers/{case}/read", {"seq": seq}))[0] == 204
        assert await stream.named("read") == {"type": "read", "seq": seq}
    assert await _refused(otto, case, "read", {"seq": seq}) == "not_owner"
    assert (await citizen.call("GET", ""))[1]["read_seq"] == seq


async def test_the_catalogue_answers_for_the_caseworker_in_the_citizens_words(
    world: World,
) -> None:
    citizen, case = await _waiting(world, language="uk")
    await citizen.says("answer kfz_ummeldung fees")
    erika = await world.caseworker("erika")
    status, found = await erika.call("GET", f"/handovers/{case}/suggestions")
    assert status == 200
    assert found["question"] == "answer kfz_ummeldung fees"
    best = found["suggestions"][0]
    assert (best["service"], best["aspect"]) == ("kfz_ummeldung", "fees")
    assert best["source"]
    assert best["checked_on"]
    assert "> " not in best["text"]  # a person has no buttons
    await erika.claims(case)
    answers = {"service": best["service"], "aspect": best["aspect"]}
    body = {"client_message_id": "1", "text": best["text"], "answers": answers}
    assert (await erika.call("POST", f"/handovers/{case}/messages", body))[0] == 202
    altered = body | {"client_message_id": "2", "text": best["text"] + " Bitte pünktlich."}
    assert (await erika.call("POST", f"/handovers/{case}/messages", altered))[0] == 202
    sent = [e for e in await citizen.events() if e.get("author") == "caseworker"]
    assert (sent[0]["language"], sent[0]["translation"]["by"]) == ("uk", "draft")
    assert sent[0]["translation"]["original"] == best["text"]
    assert sent[0]["automated"] is False
    assert sent[0]["source"] == best["source"]
    assert sent[1]["language"] == "de"  # her own words are no longer the catalogue's


async def test_cases_are_found_by_what_was_said_in_ones_own_offices_alone(world: World) -> None:
    citizen, case = await _waiting(world)
    await citizen.says("Mein 100%_Fahrzeugbrief ist verschwunden")
    erika, anna = await world.caseworker("erika"), await world.caseworker("anna", ("abh",))
    await _does(erika, case, "notes", {"text": "Zweitschrift beantragt"})

    async def found(staff: Staff, q: str) -> list[tuple[str, str | None]]:
        status, result = await staff.call("GET", f"/search?q={q}")
        assert status == 200, result
        return [(f["handover"]["id"], f.get("excerpt")) for f in result["found"]]

    excerpt = "Mein 100%_Fahrzeugbrief ist verschwunden"
    assert await found(erika, "fahrzeugBRIEF") == [(case, excerpt)]
    assert await found(erika, "100%25_") == [(case, excerpt)]
    assert await found(erika, "10%25_0") == []
    assert await found(erika, "zweitschrift") == [(case, "Zweitschrift beantragt")]
    assert [c for c, _ in await found(erika, citizen.id)] == [case]
    assert await found(anna, "fahrzeugbrief") == []
    assert (await erika.call("GET", "/search?q=x"))[0] == 400


async def test_colleagues_are_shown_with_what_they_speak_and_have_to_do(world: World) -> None:
    _, case = await _waiting(world)
    erika, _otto = await world.caseworker("erika"), await world.caseworker("otto", ("kfz", "abh"))
    await world.caseworker("anna", ("abh",))
    await erika.claims(case)
    status, listed = await erika.call("GET", "/colleagues")
    assert status == 200
    shown = {
        c["username"]: (c["offices"], c["present"], c["open_cases"]) for c in listed["colleagues"]
    }
    assert shown["erika"] == (["kfz"], True, 1)
    assert shown["otto"] == (["kfz"], True, 0)
    assert "anna" not in shown


async def test_an_office_has_templates_of_its_own(world: World) -> None:
    erika = await world.caseworker("erika")
    _, kfz = await erika.call("GET", "/templates?office=kfz")
    _, everything = await erika.call("GET", "/templates")
    names = [t["id"] for t in kfz["templates"]]
    assert names[0].startswith("kfz_")
    assert "greeting" in names
    assert not [n for n in names if n.startswith(("abh_", "jc_"))]
    assert len(names) < len(everything["templates"])
    assert (await erika.call("GET", "/templates?office=xyz"))[0] == 400


async def test_what_both_say_at_once_is_told_to_both(world: World) -> None:
    citizen, case = await _waiting(world)
    erika = await world.caseworker("erika")
    await erika.claims(case)
    await erika.says(case, "Wie kann ich helfen?")
    await citizen.says("Mit dem Brief")

    async def shown() -> bool:
        texts = [e.get("text") for e in (await _detail(erika, case))["events"]]
        return texts[-2:] == ["Wie kann ich helfen?", "Mit dem Brief"]

    assert await eventually(shown)
