"""Which language a conversation goes on in: the browser's, the citizen's, never by accident."""

from tests.support.world import World

UK = "Я хочу зареєструвати машину"


async def _language(world: World, citizen: object) -> str:
    _, view = await citizen.call("GET", "")  # type: ignore[attr-defined]
    return str(view["language"])


async def test_the_first_message_decides_where_nothing_was_chosen(world: World) -> None:
    citizen = await world.citizen()
    answer = await citizen.asks(UK)
    assert answer["language"] == "uk"
    assert await _language(world, citizen) == "uk"


async def test_a_foreign_word_does_not_switch_and_a_sentence_does(world: World) -> None:
    citizen = await world.citizen()
    await citizen.asks("Ich möchte mein Auto ummelden")
    assert (await citizen.asks("спасибо"))["language"] == "de"
    assert (await citizen.asks("Termin Ausländerbehörde please"))["language"] == "de"
    assert (await citizen.asks(UK))["language"] == "uk"


async def test_a_chosen_language_stays_and_the_other_is_offered_once(world: World) -> None:
    citizen = await world.citizen(language="de")
    seq = await citizen.says(UK)
    events = await citizen.until(lambda e: e.get("author") == "system", after=seq)
    answer, offer = (next(e for e in events if e["author"] == a) for a in ("bot", "system"))
    assert (answer["language"], offer["language"]) == ("de", "uk")
    [buttons] = [part for part in offer["parts"] if part["type"] == "buttons"]
    assert [b["payload"] for b in buttons["items"]] == ["language/uk", "language/de"]
    assert [b["title"] for b in buttons["items"]] == ["Українська", "Sprache nicht wechseln"]

    again = await citizen.says(UK)
    await citizen.until(lambda e: e.get("author") == "bot", after=again)
    assert all(e.get("author") != "system" for e in await citizen.events(again))

    hello = await citizen.asks("Українська", payload="language/uk")
    assert hello["language"] == "uk"
    assert (await citizen.asks("answer kfz_evb general"))["language"] == "uk"
    assert await _language(world, citizen) == "uk"


async def test_german_is_no_other_language_than_leichte_sprache(world: World) -> None:
    citizen = await world.citizen(language="de-x-leicht")
    seq = await citizen.says("Ich möchte mein Auto ummelden")
    events = await citizen.until(lambda e: e.get("author") == "bot", after=seq)
    assert [e.get("language") for e in events if e.get("author") == "bot"] == ["de-x-leicht"]
    assert all(e.get("author") != "system" for e in events)


async def test_a_switch_says_again_that_a_machine_answers(world: World) -> None:
    citizen = await world.citizen(language="de")
    status, _ = await citizen.call("POST", "/language", {"language": "ar"})
    assert status == 200
    hello = (await citizen.events())[-1]
    assert (hello["language"], hello["author"]) == ("ar", "bot")
    await citizen.call("POST", "/language", {"language": "ar"})
    assert (await citizen.events())[-1]["seq"] == hello["seq"]


async def test_an_honest_sentence_where_nobody_speaks_it(world: World) -> None:
    world.dialogue.script = lambda text, payload: [
        {"act": "say", "key": "utter_rephrase", "decision": "fallback"}
    ]
    citizen = await world.citizen()
    answer = await citizen.asks("Xin chào, tôi cần gia hạn giấy phép cư trú")
    assert "In dieser Sprache kann ich leider nicht antworten" in answer["text"]
    assert "Українська" in answer["text"]
    assert (await citizen.asks("Blub blub blub blub"))["text"].startswith("Das habe ich leider")


async def test_right_to_left_keeps_figures_in_order(world: World) -> None:
    citizen = await world.citizen(language="ar")
    answer = await citizen.asks("answer kfz_ummeldung fees")
    assert answer["language"] == "ar"
    assert "\u2066i-Kfz\u2069" in answer["text"] or "\u2066" in answer["text"]
