"""Citizens and caseworkers who speak different languages, through the real engine."""

from tests.api.test_erasure import everything
from tests.support.world import Citizen, Staff, World, eventually

LOST = "Я загубила паспорт."
LOST_DE = "Ich habe den Pass verloren."


async def _detail(staff: Staff, case: str) -> list[dict]:
    status, detail = await staff.call("GET", f"/handovers/{case}")
    assert status == 200
    return list(detail["events"])


async def _rendered(staff: Staff, case: str, seq: int) -> dict:
    async def look() -> dict | None:
        event = next(e for e in await _detail(staff, case) if e["seq"] == seq)
        return event if event["translation"] or event["not_translated"] else None

    return await eventually(look)


async def _claimed(world: World, citizen: Citizen) -> tuple[Staff, str]:
    staff = await world.caseworker()
    await citizen.wants_a_person()
    [case] = await staff.queue()
    await staff.claims(case["id"])
    return staff, case["id"]


async def test_both_sides_read_their_own_language(bilingual: World) -> None:
    citizen = await bilingual.citizen(language="uk")
    early = await citizen.says("Добрий день, у мене є питання.")
    await citizen.until(lambda e: e.get("author") == "bot", after=early)
    staff, case = await _claimed(bilingual, citizen)
    earlier = await _rendered(staff, case, early)
    assert earlier["text"] == "Guten Tag, ich habe eine Frage."

    seq = await citizen.says(LOST)
    event = await _rendered(staff, case, seq)
    assert (event["text"], event["language"]) == (LOST_DE, "de")
    assert event["translation"] == {"of": "uk", "by": "machine", "original": LOST}
    _, feed = await staff.call("GET", "/events?after=0")
    shown = [e["event"]["text"] for e in feed["events"] if e["type"] == "message"]
    assert shown[-1] == LOST_DE
    own = next(e for e in await citizen.events() if e["seq"] == seq)
    assert (own["text"], own["translation"]) == (LOST, None)

    await staff.says(case, "Haben Sie noch eine Frage?")
    answer = (await citizen.events())[-1]
    assert (answer["text"], answer["language"]) == ("Чи є у вас ще питання?", "uk")
    assert answer["translation"]["by"] == "machine"
    assert answer["translation"]["original"] == "Haben Sie noch eine Frage?"
    assert answer["automated"] is False


async def test_templates_come_in_the_catalogues_words(bilingual: World) -> None:
    citizen = await bilingual.citizen(language="uk")
    staff, case = await _claimed(bilingual, citizen)
    _, listed = await staff.call("GET", "/templates")
    [appointment] = [t for t in listed["templates"] if t["id"] == "appointment"]
    assert appointment["fields"] == ["date", "time"]
    text = appointment["text"].format(date="30.11.2026", time="14:30")
    await staff.says(case, text)
    answer = (await citizen.events())[-1]
    assert answer["translation"] == {"of": "de", "by": "draft", "original": text}
    assert answer["language"] == "uk"
    assert "30.11.2026" in answer["text"]


async def test_how_an_answer_will_read(bilingual: World) -> None:
    citizen = await bilingual.citizen(language="uk")
    staff, case = await _claimed(bilingual, citizen)
    before = len(await citizen.events())

    async def preview(text: str) -> dict:
        status, body = await staff.call("POST", f"/handovers/{case}/preview", {"text": text})
        assert status == 200, body
        return dict(body)

    assert await preview("Haben Sie noch eine Frage?") == {
        "text": "Чи є у вас ще питання?", "language": "uk", "by": "machine",
        "german": "Haben Sie noch eine Frage?", "not_translated": None,
    }  # fmt: skip
    rejected = await preview("Der 17. Elefant von Haus 24 wiegt 221 Kilo in Raum R-1799.")
    assert rejected["language"] == "de"
    assert rejected["not_translated"]
    assert len(await citizen.events()) == before
    other = await bilingual.caseworker("otto")
    status, _ = await other.call("POST", f"/handovers/{case}/preview", {"text": "Hallo"})
    assert status == 403


async def test_what_cannot_be_translated_goes_out_in_german_and_says_so(bilingual: World) -> None:
    citizen = await bilingual.citizen(language="uk")
    staff, case = await _claimed(bilingual, citizen)
    await staff.says(case, "Der 17. Elefant von Haus 24 wiegt 221 Kilo in Raum R-1799.")
    answer = (await citizen.events())[-1]
    assert (answer["language"], answer["translation"]) == ("de", None)
    assert answer["not_translated"]
    seq = await citizen.says("Так")
    assert (await _rendered(staff, case, seq))["not_translated"] == "too_short"


async def test_without_a_package_nothing_is_lost(world: World) -> None:
    citizen = await world.citizen(language="uk")
    staff, case = await _claimed(world, citizen)
    seq = await citizen.says(LOST)
    await staff.says(case, "Wie geht es Ihnen?")
    answer = (await citizen.events())[-1]
    assert (answer["text"], answer["not_translated"]) == ("Wie geht es Ihnen?", "no_package")
    status, detail = await staff.call("GET", f"/handovers/{case}")
    assert detail["machine_translation"] is False
    assert next(e["text"] for e in detail["events"] if e["seq"] == seq) == LOST
    status, error = await staff.call("POST", f"/handovers/{case}/rendering", {"seq": seq})
    assert (status, error["error"]["code"]) == (409, "translation_unavailable")


async def test_another_wording_of_a_message(bilingual: World) -> None:
    citizen = await bilingual.citizen(language="uk")
    staff, case = await _claimed(bilingual, citizen)
    seq = await citizen.says(LOST)
    first = await _rendered(staff, case, seq)
    status, body = await staff.call("POST", f"/handovers/{case}/rendering", {"seq": seq})
    assert status == 200
    assert body["event"]["text"] != first["text"]
    assert body["event"]["translation"]["original"] == LOST
    assert (await _rendered(staff, case, seq))["text"] == body["event"]["text"]
    status, _ = await staff.call("POST", f"/handovers/{case}/rendering", {"seq": 1})
    assert status == 404


async def test_translations_are_exported_and_erased(bilingual: World) -> None:
    citizen = await bilingual.citizen(language="uk")
    staff, case = await _claimed(bilingual, citizen)
    seq = await citizen.says(LOST)
    await _rendered(staff, case, seq)
    _, export = await citizen.call("GET", "/export")
    assert [(t["seq"], t["text"]) for t in export["translations"]] == [(seq, LOST_DE)]
    assert (await citizen.call("DELETE", ""))[0] == 204
    kept = await everything(bilingual)
    assert LOST_DE not in kept
    assert LOST not in kept
    assert not bilingual.gateway.interpreter.machine._known


async def test_a_language_that_only_the_machine_speaks(bilingual: World) -> None:
    client = bilingual.client("public")
    _, listed = await client.call("GET", "/api/v1/languages")
    assert {"code": "es", "name": "Español", "direction": "ltr", "translated": "machine"} in listed[
        "languages"
    ]
    citizen = await bilingual.citizen(language="es")
    english, german = citizen.messages
    assert "You are writing with a computer program" in english["text"]
    assert "Sie schreiben mit einem Computerprogramm" in german["text"]
    staff, case = await _claimed(bilingual, citizen)
    seq = await citizen.says("Necesito el pasaporte.")
    assert (await _rendered(staff, case, seq))["text"] == "Ich brauche den Pass."
    await staff.says(case, "Haben Sie noch eine Frage?")
    [answer] = [e for e in await citizen.events() if e.get("author") == "caseworker"]
    assert (answer["text"], answer["language"]) == ("¿Tiene otra pregunta?", "es")


async def test_the_bots_german_is_followed_by_the_machines_copy(bilingual: World) -> None:
    citizen = await bilingual.citizen(language="es")
    hello = next(m for m in citizen.messages if m["language"] == "de")
    events = await citizen.until(lambda e: e.get("language") == "es")
    copy = next(e for e in events if e.get("language") == "es")
    assert copy["translation"] == {"of": "de", "by": "machine", "original": hello["text"]}
    assert (copy["author"], copy["automated"]) == ("bot", True)
    assert copy["text"].strip()


async def test_understanding_by_way_of_german(bilingual: World) -> None:
    """Spanish has no examples: only its German rendering reaches a service."""

    def script(text: str, payload: str | None) -> list[dict]:
        if text == "Ich brauche den Pass.":
            return [{"act": "answer", "service": "abh_reiseausweis", "aspect": "general"}]
        return [{"act": "say", "key": "utter_rephrase", "decision": "fallback"}]

    bilingual.dialogue.script = script
    internal = bilingual.client("internal")
    _, found = await internal.call("POST", "/understand", {"text": "Necesito el pasaporte."})
    assert (found["via"], found["decision"]) == ("translated", "answer")
    assert (found["service"], found["language"]) == ("abh_reiseausweis", "es")
    _, found = await internal.call("POST", "/understand", {"text": "Мені потрібно паспорт."})
    assert (found["via"], found["language"]) == ("translated", "uk")
    _, found = await internal.call("POST", "/understand", {"text": "Ich verstehe das nicht."})
    assert (found["via"], found["decision"]) == ("native", "fallback")
