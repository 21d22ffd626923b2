"""The citizen's API, from outside, on SQLite and PostgreSQL."""

import asyncio
from typing import Any

from tests.support.world import World, eventually
from translations.languages import all_languages


async def test_begins_with_the_disclosure(world: World) -> None:
    citizen = await world.citizen(language="de")
    first = citizen.messages[0]
    assert first["author"] == "bot"
    assert first["automated"] is True
    assert "nicht mit einem Menschen" in first["text"]
    assert first["seq"] == 1


async def test_answers_from_the_catalogue_with_source_and_date(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("answer kfz_ummeldung documents")
    assert answer["service"] == "kfz_ummeldung"
    assert answer["aspect"] == "documents"
    assert answer["automated"] is True
    assert answer["checked_on"] == "2026-11-21"
    assert answer["reviewed_on"] is None
    assert "FZV" in answer["source"]
    assert "Vom Landkreis noch nicht geprüft" in answer["text"]
    checklist = next(part for part in answer["parts"] if part["type"] == "checklist")
    assert any("Zulassungsbescheinigung Teil I" in item["text"] for item in checklist["items"])


async def test_local_costs_are_a_matter_of_the_zulassung(world: World) -> None:
    citizen = await world.citizen(language="de")
    car = await citizen.asks("answer kfz_ummeldung fees")
    assert "Schilder, Plaketten" in car["text"]
    income = await citizen.asks("answer jc_antrag fees")
    assert "Schilder" not in income["text"]
    assert income["aspect"] == "fees"


async def test_says_so_where_the_entry_is_silent(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("answer kfz_ummeldung duration")
    assert "keine geprüfte Auskunft" in answer["text"]
    assert answer["source"] is None
    assert any(part["type"] == "offer" for part in answer["parts"])


async def test_an_expired_entry_is_not_told(world: World) -> None:
    citizen = await world.citizen(language="de")
    world.clock.advance(days=60)  # beyond 2026-12-31
    answer = await citizen.asks("answer jc_regelbedarf general")
    assert "563" not in answer["text"]
    assert "31. Dezember 2026" in answer["text"]


async def test_the_same_message_id_is_one_message(world: World) -> None:
    citizen = await world.citizen()
    first = await citizen.says("answer kfz_ummeldung fees", "one")
    again = await citizen.says("answer kfz_ummeldung fees", "one")
    assert first == again
    await citizen.until(lambda e: e.get("author") == "bot", after=first)
    await citizen.says("answer kfz_ummeldung fees", "one")
    await asyncio.sleep(0.1)
    authors = [e["author"] for e in await citizen.events() if e["type"] == "message"]
    assert authors == ["bot", "citizen", "bot"]


async def test_turns_of_one_conversation_keep_their_order(world: World) -> None:
    citizen = await world.citizen()
    world.dialogue.gate.clear()
    for number in range(5):
        await citizen.says(f"answer kfz_{'ummeldung' if number % 2 else 'evb'} general")
    world.dialogue.gate.set()
    events = await eventually(
        lambda: _when(citizen.events(), lambda e: sum(m["author"] == "bot" for m in e) == 6)
    )
    services = [e["service"] for e in events if e["author"] == "bot" and e["service"]]
    assert services == ["kfz_evb", "kfz_ummeldung"] * 2 + ["kfz_evb"]


async def test_conversations_do_not_wait_for_each_other(world: World) -> None:
    slow, quick = await world.citizen(), await world.citizen()
    held = world.dialogue.gate
    held.clear()
    await slow.says("answer kfz_evb general")
    await eventually(lambda: _when(_calls(world), bool))
    open_gate = asyncio.Event()
    open_gate.set()
    world.dialogue.gate = open_gate
    assert (await quick.asks("answer kfz_evb general"))["service"] == "kfz_evb"
    assert not [e for e in await slow.events(2) if e.get("author") == "bot"]
    held.set()
    await slow.until(lambda e: e.get("author") == "bot", after=2)


async def test_text_over_the_limit_never_reaches_rasa(world: World) -> None:
    citizen = await world.citizen(language="de")
    status, body = await citizen.call(
        "POST", "/messages", {"client_message_id": "1", "text": "x" * 1001}
    )
    assert status == 422
    assert body["error"]["fields"]["text"].startswith("Ihre Nachricht ist zu lang")
    assert world.dialogue.calls == []


async def test_errors_are_told_in_the_citizens_language(world: World) -> None:
    citizen = await world.citizen(language="en")
    status, body = await citizen.call("POST", "/messages", {"client_message_id": "1", "text": " "})
    assert (status, body["error"]["code"]) == (422, "invalid")
    assert body["error"]["fields"]["text"] == "Please write something."


async def test_malformed_requests_name_the_field(world: World) -> None:
    citizen = await world.citizen()
    for body in ({"text": "x"}, {"client_message_id": "1", "text": "x", "unknown": 1}, []):
        status, answer = await citizen.call("POST", "/messages", body)
        assert (status, answer["error"]["code"]) == (400, "bad_request")
    status, _ = await citizen.client.call("POST", "/api/v1/conversations", b"{not json")
    assert status == 400
    status, _ = await citizen.client.call("POST", "/api/v1/conversations", b'"' + b"x" * 70_000)
    assert status == 413


async def test_the_id_alone_opens_nothing(world: World) -> None:
    citizen, other = await world.citizen(), await world.citizen()
    right = citizen.token
    for token in ("", "wrong", other.token, citizen.id):
        citizen.token = token
        for method, path, body in (
            ("GET", "", None), ("GET", "/events", None), ("GET", "/export", None),
            ("POST", "/messages", {"client_message_id": "1", "text": "x"}),
            ("POST", "/handover", {}), ("POST", "/language", {"language": "en"}),
            ("POST", "/feedback", {"helpful": True}), ("POST", "/close", None),
            ("POST", "/typing", None), ("DELETE", "", None),
        ):  # fmt: skip
            status, answer = await citizen.call(method, path, body)
            assert (status, answer["error"]["code"]) == (401, "unauthorized"), (method, path)
    citizen.token = right
    assert (await citizen.call("GET", ""))[0] == 200


async def test_the_phone_channel_is_internal(world: World) -> None:
    client = world.client("public")
    status, _ = await client.call("POST", "/api/v1/conversations", {"channel": "phone"})
    assert status == 422
    caller = await world.citizen("internal", channel="phone", language="de")
    answer = await caller.asks("answer kfz_ummeldung general")
    assert [part["type"] for part in answer["parts"]] == ["text", "source", "buttons"]
    assert len(answer["parts"][0]["text"].split()) <= 40


async def test_a_chosen_language_sticks_and_a_guessed_one_follows(world: World) -> None:
    chosen = await world.citizen(language="de")
    await chosen.says("What documents do I need to register my car after moving house?")
    await chosen.until(lambda e: e.get("author") == "bot", after=2)
    assert (await chosen.call("GET", ""))[1]["language"] == "de"
    guessed = await world.citizen()
    answer = await guessed.asks("What documents do I need to register my car after moving house?")
    assert answer["language"] == "en"
    assert answer["translation"]["of"] == "de"
    assert answer["translation"]["by"] == "draft"


async def test_feedback_close_and_what_comes_after(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("answer kfz_evb general")
    assert (await citizen.call("POST", "/feedback", {"seq": answer["seq"], "helpful": True}))[
        0
    ] == 204
    assert (await citizen.call("POST", "/feedback", {"seq": 999, "helpful": True}))[0] == 422
    status, state = await citizen.call("POST", "/close")
    assert (status, state["state"]) == (200, "closed")
    status, body = await citizen.call("POST", "/messages", {"client_message_id": "9", "text": "x"})
    assert (status, body["error"]["code"]) == (409, "conversation_closed")


async def test_export_holds_everything(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("answer kfz_evb general")
    comment = {"seq": answer["seq"], "helpful": False, "comment": "zu kurz"}
    await citizen.call("POST", "/feedback", comment)
    await citizen.wants_a_person()
    status, kept = await citizen.call("GET", "/export")
    assert status == 200
    assert [e["seq"] for e in kept["events"]] == list(range(1, len(kept["events"]) + 1))
    assert kept["feedback"][0]["comment"] == "zu kurz"
    assert kept["handovers"][0]["office"] == "kfz"


async def test_languages_status_and_words(world: World) -> None:
    client = world.client("public")
    _, languages = await client.call("GET", "/api/v1/languages")
    assert [row["code"] for row in languages["languages"]] == list(all_languages())
    assert {"code": "en", "name": "English"}.items() <= languages["languages"][2].items()
    _, status = await client.call("GET", "/api/v1/status")
    assert {office["id"]: office["open"] for office in status["offices"]} == {
        "kfz": True, "abh": True, "jc": True
    }  # fmt: skip
    _, german = await client.call("GET", "/api/v1/texts/de")
    _, english = await client.call("GET", "/api/v1/texts/en")
    assert german["texts"].keys() == english["texts"].keys()
    assert german["texts"] != english["texts"]
    etag = client.last_headers["ETag"]
    assert (await client.call("GET", "/api/v1/texts/en", If_None_Match=etag))[0] == 304
    assert (await client.call("GET", "/api/v1/texts/tlh"))[0] == 404


async def _when(listing, wanted):  # type: ignore[no-untyped-def]
    found = await listing
    return found if wanted(found) else None


async def _calls(world: World) -> list[str]:
    return world.dialogue.calls


def _buttons(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [b for part in message["parts"] if part["type"] == "buttons" for b in part["items"]]


async def test_what_differs_by_case_is_asked_for_first(world: World) -> None:
    citizen = await world.citizen(language="de")
    asked = await citizen.asks("answer kfz_zb_verlust documents")
    cases = [b for b in _buttons(asked) if b["payload"].startswith("case/")]
    assert len(cases) >= 2
    assert asked["source"], "what holds in all cases is told at once"
    answers = [await citizen.asks(b["title"], b["payload"]) for b in cases]
    assert {a["service"] for a in answers} == {"kfz_zb_verlust"}
    assert {a["aspect"] for a in answers} == {"documents"}
    told = [
        {item["text"] for part in a["parts"] if part["type"] == "checklist"
         for item in part["items"]}
        for a in answers
    ]  # fmt: skip
    assert told[0] != told[1]
    assert not any(b["payload"].startswith("case/") for a in answers for b in _buttons(a))
    assert world.dialogue.calls == ["answer kfz_zb_verlust documents"], "no rule is needed"


async def test_an_unknown_case_is_left_to_the_rules(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("answer kfz_evb general", "case/kfz_zb_verlust/documents/nothing")
    assert answer["author"] == "bot"
    assert len(world.dialogue.calls) == 1


async def test_an_entry_names_a_person_for_what_it_cannot_decide(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("answer abh_duldung general")
    assert "human_person/abh" in [b["payload"] for b in _buttons(answer)]


async def test_an_office_alone_is_asked_what_of_it(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("topic jc")
    assert [b["payload"] for b in _buttons(answer)][:1] == ["jc_antrag/general"]


async def test_personal_data_goes_to_a_person_and_no_further(world: World) -> None:
    citizen = await world.citizen(language="de")
    number = "DE02 1203 0000 0000 2020 51"
    answer = await citizen.asks(f"Meine neue IBAN ist {number}, bitte eintragen")
    assert "etwas sehr Persönliches" in answer["text"]
    assert number not in answer["text"]
    assert any(part["type"] in ("offer", "buttons") for part in answer["parts"])
    assert not any("1203" in call for call in world.dialogue.calls), "Rasa must not see it"
    (stored,) = [e for e in await citizen.events() if e.get("author") == "citizen"]
    assert number in stored["text"], "what was typed is kept"


async def test_despair_is_met_with_numbers_and_a_person(world: World) -> None:
    citizen = await world.citizen(language="de")
    answer = await citizen.asks("handover despair")
    assert "0800 1110111" in answer["text"]
    assert [part["type"] for part in answer["parts"]][:2] == ["text", "numbers"]
