"""What the bot does on the phone alone: words for the ear, and wishes in place of forms."""

import pytest

from bot.settings import ROOT
from bot.yaml_files import read_yaml
from tests.support.world import World

FORMS = {
    "callback_form": ("callback", "Gern, ich notiere Ihren Wunsch nach einem Rückruf."),
    "message_form": ("message", "Gern, ich nehme Ihre Nachricht auf."),
    "appointment_form": (
        "appointment",
        "Einen Termin kann ich selbst nicht vergeben. Ich gebe Ihren Wunsch weiter, und die "
        "Behörde ruft Sie zurück.",
    ),
}


def test_every_form_of_the_rules_is_known() -> None:
    domain = read_yaml(ROOT / "domain.yml")
    assert set(FORMS) == set(domain["forms"])


@pytest.mark.parametrize("form", FORMS)
async def test_on_the_phone_a_form_becomes_a_wish_and_leaves_nothing_open(
    world: World, form: str
) -> None:
    caller = await world.citizen("internal", channel="phone", language="de")
    await caller.asks("answer jc_antrag fees")
    world.dialogue.form = form
    told = await caller.asks("Könnte sich nachher jemand bei mir melden?")
    kind, text = FORMS[form]
    assert (told["wish"], told["text"]) == ({"kind": kind, "office": "jc"}, text)
    world.dialogue.form = None
    answer = await caller.asks("answer kfz_ummeldung fees")
    assert answer["wish"] is None
    after = world.dialogue.states[-1] or {}
    assert (after["loop"], after["requested_slot"], after["slots"]) == (None, None, {})


async def test_in_the_chat_a_form_goes_on(world: World) -> None:
    citizen = await world.citizen(language="de")
    world.dialogue.form = "callback_form"
    answer = await citizen.asks("answer kfz_ummeldung fees")
    assert (answer["wish"], answer["service"]) == (None, "kfz_ummeldung")
    await citizen.asks("answer kfz_ummeldung fees")
    assert (world.dialogue.states[-1] or {})["loop"] == "callback_form"


async def test_a_caller_who_wants_a_person_is_told_so_and_queued_by_the_call(world: World) -> None:
    staff = await world.caseworker()
    caller = await world.citizen("internal", channel="phone", language="de")
    await caller.asks("answer kfz_ummeldung fees")
    told = await caller.asks("handover requested")
    assert told["wish"] == {"kind": "person", "office": "kfz"}
    assert told["text"] == "Gut, ich suche einen Menschen von Kfz-Zulassung für Sie."
    assert await staff.queue() == []


async def test_callers_are_told_what_is_fit_for_the_ear(world: World) -> None:
    caller = await world.citizen("internal", channel="phone", language="de")
    assert caller.messages[0]["text"].startswith("Guten Tag! Sie sprechen mit")
    citizen = await world.citizen(language="de")
    for ask, heard, seen in (
        ("topic kfz", "Thema Kfz-Zulassung wissen?", "oder schreiben Sie Ihre Frage."),
        ("other other_bafoeg", "im Internet unter bafög.de.", "unter www.bafög.de."),
        ("Meine IBAN ist DE02 1203 0000 0000 2020 51", "Persönliches gesagt", "geschrieben"),
    ):
        assert heard in (await caller.asks(ask))["parts"][0]["text"]
        assert seen in (await citizen.asks(ask))["parts"][0]["text"]
    english = await world.citizen("internal", channel="phone", language="en")
    assert (await english.asks("topic kfz"))["parts"][0]["text"].endswith(
        "know about Vehicle registration (Kfz-Zulassung)?"
    )
