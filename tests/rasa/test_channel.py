"""The channel between gateway and Rasa, through HTTP, on a real server.

Words are used only where understanding them is the point; elsewhere buttons say what is meant,
so that new examples cannot break what the rules do.
"""

import asyncio
from typing import Any

import pytest

from bot.model import DialogueTurn
from tests.rasa.conftest import Dialogue, RasaServer

pytestmark = pytest.mark.rasa

GIBBERISH = "xqzwv jjkpt vvrw"
CITIZEN_NUMBER = "0176 / 555 44-33"
ASKS_OFFICE = "utter_ask_callback_form_desk"
ASKS_NUMBER = "utter_ask_callback_form_phone"
ASKS_TIME = "utter_ask_callback_form_callback_time"


def kinds(acts: list[dict[str, Any]]) -> list[str]:
    """What was done, in one word each; of sayings, which."""
    return [act["key"] if act["act"] == "say" else act["act"] for act in acts]


PERSON = {
    "de": "Mensch", "en": "person", "tr": "insan", "ar": "إنسان", "uk": "Людина", "ru": "Человек",
    "fa": "انسان", "pl": "człowiek", "ro": "om", "fr": "humain",
}  # fmt: skip
"""What the disclosure of each language tells people to type."""


@pytest.mark.parametrize("language", PERSON)
async def test_the_word_in_the_disclosure_leads_to_a_person(
    dialogue: Dialogue, language: str
) -> None:
    acts = await dialogue.say(PERSON[language])
    assert [(act["act"], act["reason"]) for act in acts] == [("handover", "requested")]


class TestAnswers:
    async def test_a_service_named_in_words_is_answered(self, dialogue: Dialogue) -> None:
        acts = await dialogue.say("Ich möchte mein Auto ummelden")
        assert acts == [{"act": "answer", "service": "kfz_ummeldung", "aspect": "general"}]

    async def test_an_aspect_named_with_the_service_is_answered(self, dialogue: Dialogue) -> None:
        acts = await dialogue.say("Was kostet es, mein Auto umzumelden?")
        assert acts == [{"act": "answer", "service": "kfz_ummeldung", "aspect": "fees"}]
        assert dialogue.last["entities"] == [{"entity": "aspect", "value": "fees"}]

    async def test_it_means_the_service_in_hand(self, dialogue: Dialogue) -> None:
        await dialogue.press("abh_einbuergerung")
        acts = await dialogue.say("Und was kostet das?")
        assert acts == [{"act": "answer", "service": "abh_einbuergerung", "aspect": "fees"}]
        acts = await dialogue.say("Wo muss ich hin?")
        assert acts == [{"act": "answer", "service": "abh_einbuergerung", "aspect": "where"}]

    async def test_something_new_is_never_it(self, dialogue: Dialogue) -> None:
        await dialogue.press("kfz_ummeldung")
        for question in ("Was kostet ein Angelschein?", "Was kostet die Currywurst in Bochum?"):
            acts = await dialogue.say(question)
            assert not [a for a in acts if a["act"] == "answer"], question
            assert "follow_up" not in {i["name"] for i in dialogue.last["ranking"]}

    async def test_after_something_else_it_is_no_longer_the_service(
        self, dialogue: Dialogue
    ) -> None:
        await dialogue.press("kfz_ummeldung")
        await dialogue.press("other_muell")
        assert kinds(await dialogue.say("Und was kostet das?")) == ["utter_which_service"]

    async def test_an_aspect_waits_for_its_service(self, dialogue: Dialogue) -> None:
        assert kinds(await dialogue.say("Was kostet das?")) == ["utter_which_service"]
        acts = await dialogue.press("jc_antrag")
        assert acts == [{"act": "answer", "service": "jc_antrag", "aspect": "fees"}]
        acts = await dialogue.press("jc_umzug")
        assert acts == [{"act": "answer", "service": "jc_umzug", "aspect": "general"}]

    async def test_the_last_answer_comes_again(self, dialogue: Dialogue) -> None:
        await dialogue.press("kfz_evb/documents")
        await dialogue.press("thanks")
        acts = await dialogue.press("repeat")
        assert kinds(acts) == ["utter_repeat", "answer"]
        assert acts[1] == {"act": "answer", "service": "kfz_evb", "aspect": "documents"}

    async def test_steps_are_offered_for_the_service_in_hand(self, dialogue: Dialogue) -> None:
        await dialogue.press("kfz_evb")
        (act,) = await dialogue.press("simpler")
        payloads = [button["payload"] for button in act["buttons"]]
        assert payloads == ["kfz_evb/documents", "kfz_evb/fees", "kfz_evb/where", "human_person"]

    async def test_other_offices_and_none(self, dialogue: Dialogue) -> None:
        (act,) = await dialogue.press("other_fuehrerschein")
        assert act == {"act": "out_of_scope", "office": "other_fuehrerschein"}
        (act,) = await dialogue.press("out_of_scope")
        assert (act["act"], act["office"]) == ("out_of_scope", None)
        assert act["key"] == "utter_out_of_scope"

    async def test_the_ranking_comes_along(self, dialogue: Dialogue) -> None:
        await dialogue.say("Auto ummelden")
        ranking = dialogue.last["ranking"]
        assert 1 < len(ranking) <= 10
        assert ranking[0]["name"] == dialogue.last["intent"]["name"] == "kfz_ummeldung"
        confidences = [intent["confidence"] for intent in ranking]
        assert confidences == sorted(confidences, reverse=True)


class TestAspects:
    """Of several aspects one is meant."""

    @pytest.mark.parametrize(
        ("text", "aspect"),
        [
            ("Welche Unterlagen brauche ich dafür?", "documents"),
            ("Bis wann muss ich die Unterlagen abgeben?", "deadline"),
            ("Wo ist das?", "where"),
            ("wo", "where"),
            ("Wie lange dauert das?", "duration"),
            ("Brauche ich einen Termin?", "appointment"),
            ("Geht das auch online?", "online"),
            ("Wohnung gewechselt", None),
            ("Zulassungsgebühren", "fees"),
            ("كم التكلفة؟", "fees"),
            ("Які документи потрібні?", "documents"),
        ],
    )
    async def test_which(self, dialogue: Dialogue, text: str, aspect: str | None) -> None:
        await dialogue.say(text)
        assert [e["value"] for e in dialogue.last["entities"]] == ([aspect] if aspect else [])


class TestSeveralQuestions:
    """In one message, each is answered."""

    async def test_a_service_and_what_it_costs(self, dialogue: Dialogue) -> None:
        acts = await dialogue.say("Wie kann ich mein Auto abmelden? Und was kostet das?")
        service = "kfz_ausserbetriebsetzung"
        assert acts == [
            {"act": "answer", "service": service, "aspect": "general"},
            {"act": "answer", "service": service, "aspect": "fees"},
        ]

    async def test_two_aspects_of_the_service_in_hand(self, dialogue: Dialogue) -> None:
        await dialogue.press("abh_einbuergerung")
        acts = await dialogue.say("Was kostet das? Und welche Unterlagen brauche ich dafür?")
        assert [act["aspect"] for act in acts] == ["fees", "documents"]
        assert {act["service"] for act in acts} == {"abh_einbuergerung"}

    async def test_a_story_with_one_question_is_one(self, dialogue: Dialogue) -> None:
        await dialogue.say("Guten Tag. Ich bin umgezogen. Muss ich mein Auto ummelden?")
        assert len(dialogue.last["acts"]) == 1


class TestOfficesAlone:
    @pytest.mark.parametrize(
        ("text", "office"),
        [("Auto", "kfz"), ("Ausländerbehörde", "abh"), ("Jobcenter", "jc")],
    )
    async def test_it_is_asked_what_of_them(
        self, dialogue: Dialogue, text: str, office: str
    ) -> None:
        assert await dialogue.say(text) == [{"act": "topic", "office": office}]

    async def test_an_appointment_alone(self, dialogue: Dialogue) -> None:
        (act,) = await dialogue.say("Ich brauche einen Termin")
        assert (act["act"], act["candidates"]) == (
            "clarify", ["kfz_termin", "abh_termin", "jc_termin"],
        )  # fmt: skip


class TestFallback:
    @pytest.mark.parametrize("text", [GIBBERISH, "こんにちは", "ქართული", "987654", "?!"])
    async def test_what_has_no_known_word_is_no_yes(self, dialogue: Dialogue, text: str) -> None:
        await dialogue.say(GIBBERISH)
        await dialogue.say(GIBBERISH)
        (kind,) = kinds(await dialogue.say(text))
        assert kind in ("offer_handover", "out_of_scope")

    async def test_twice_in_a_row_ends_with_a_person(self, dialogue: Dialogue) -> None:
        assert kinds(await dialogue.say(GIBBERISH)) == ["utter_rephrase"]
        assert dialogue.last["intent"]["name"] == "nlu_fallback"
        (offer,) = await dialogue.say(GIBBERISH)
        assert (offer["act"], offer["reason"]) == ("offer_handover", "not_understood")
        assert await dialogue.press("affirm") == [{"act": "handover", "reason": "requested"}]

    async def test_an_offer_can_be_declined(self, dialogue: Dialogue) -> None:
        await dialogue.say(GIBBERISH)
        await dialogue.say(GIBBERISH)
        assert kinds(await dialogue.press("deny")) == ["utter_offer_declined"]
        assert kinds(await dialogue.say(GIBBERISH)) == ["utter_rephrase"]

    async def test_a_success_in_between_begins_anew(self, dialogue: Dialogue) -> None:
        await dialogue.say(GIBBERISH)
        await dialogue.press("kfz_termin")
        assert kinds(await dialogue.say(GIBBERISH)) == ["utter_rephrase"]

    async def test_the_service_in_hand_is_asked_about(self, dialogue: Dialogue) -> None:
        await dialogue.press("kfz_ummeldung")
        (act,) = await dialogue.say(f"Was kostet {GIBBERISH}?")
        assert (act["act"], act["aspect"]) == ("clarify", "fees")
        assert act["candidates"][0] == "kfz_ummeldung"
        assert len(act["candidates"]) <= 3
        assert act["text"]

    @pytest.fixture
    async def asked_back(self, dialogue: Dialogue) -> Dialogue:
        """A dialogue in which the bot asked whether one certain service is meant."""
        await dialogue.press("kfz_ummeldung")
        (act,) = await dialogue.say(f"Was kostet {GIBBERISH}?")
        assert act["act"] == "clarify"
        assert dialogue.state is not None
        dialogue.state["candidates"] = ["kfz_ummeldung"]
        return dialogue

    async def test_choosing_answers_what_was_asked(self, asked_back: Dialogue) -> None:
        acts = await asked_back.press("jc_antrag")
        assert acts == [{"act": "answer", "service": "jc_antrag", "aspect": "fees"}]

    async def test_yes_takes_the_only_candidate(self, asked_back: Dialogue) -> None:
        acts = await asked_back.press("affirm")
        assert acts == [{"act": "answer", "service": "kfz_ummeldung", "aspect": "fees"}]
        assert asked_back.state is not None
        assert asked_back.state["slots"] == {"service": "kfz_ummeldung"}

    async def test_yes_to_several_asks_again(self, asked_back: Dialogue) -> None:
        assert asked_back.state is not None
        asked_back.state["candidates"] = ["kfz_ummeldung", "kfz_evb"]
        (act,) = await asked_back.press("affirm")
        assert (act["act"], act["candidates"]) == ("clarify", ["kfz_ummeldung", "kfz_evb"])

    @pytest.mark.parametrize("payload", ["none_of_these", "deny"])
    async def test_none_of_them_ends_with_a_person(
        self, asked_back: Dialogue, payload: str
    ) -> None:
        assert kinds(await asked_back.press(payload)) == ["offer_handover"]

    async def test_not_understood_again_ends_with_a_person(self, asked_back: Dialogue) -> None:
        assert kinds(await asked_back.say(GIBBERISH)) == ["offer_handover"]


class TestHandover:
    @pytest.mark.parametrize(
        ("payload", "reason"),
        [
            ("human_person", "requested"),
            ("human_complaint", "complaint"),
            ("human_own_case", "own_case"),
            ("human_legal_advice", "legal_advice"),
            ("human_submit", "submit"),
            ("human_homeless", "homeless"),
            ("human_no_money", "no_money"),
            ("human_despair", "despair"),
            ("human_not_understood", "not_understood"),
        ],
    )
    async def test_each_reason(self, dialogue: Dialogue, payload: str, reason: str) -> None:
        assert await dialogue.press(payload) == [{"act": "handover", "reason": reason}]


class TestCallback:
    async def test_office_number_and_time_over_stateless_turns(self, dialogue: Dialogue) -> None:
        (question,) = await dialogue.press("request_callback")
        assert question["key"] == ASKS_OFFICE
        (question,) = await dialogue.say("Jobcenter")
        assert question["key"] == "utter_ask_callback_form_phone"
        assert question["buttons"] == [{"title": "Abbrechen", "payload": "deny"}]
        acts = await dialogue.say("das verrate ich nicht so gern")
        assert kinds(acts)[-1:] == [ASKS_NUMBER]
        acts = await dialogue.say("123-45")
        assert kinds(acts) == ["utter_phone_invalid", ASKS_NUMBER]
        assert kinds(await dialogue.say(f"Also gut: {CITIZEN_NUMBER}")) == [ASKS_TIME]
        (act,) = await dialogue.say("Mo 10[Uhr], {phone} oder 0[was]")
        assert act == {
            "act": "handover",
            "reason": "callback",
            "kind": "callback",
            "office": "jc",
            "phone": "01765554433",
            "text": "Mo 10[Uhr], {phone} oder 0[was]",
        }
        assert dialogue.state is not None
        assert dialogue.state["loop"] is None
        assert dialogue.state["slots"] == {}, "the number must not travel on"

    async def test_a_number_at_once_needs_no_question(self, dialogue: Dialogue) -> None:
        await dialogue.press("kfz_ummeldung")
        acts = await dialogue.say("Bitte rufen Sie mich zurück unter +49 (0)151 234 56 78")
        assert kinds(acts) == [ASKS_TIME]
        assert dialogue.state is not None
        assert dialogue.state["slots"]["phone"] == "+491512345678"

    async def test_a_long_time_is_refused(self, dialogue: Dialogue) -> None:
        await dialogue.press("kfz_ummeldung")
        await dialogue.press("request_callback")
        await dialogue.say(CITIZEN_NUMBER)
        acts = await dialogue.say("gern " * 21)
        assert kinds(acts) == ["utter_too_long", ASKS_TIME]

    async def test_a_question_in_between_is_answered(self, dialogue: Dialogue) -> None:
        await dialogue.press("request_callback")
        await dialogue.press("vague_kfz")
        acts = await dialogue.say("Ich möchte mein Auto ummelden")
        assert kinds(acts) == ["answer", ASKS_NUMBER]
        assert kinds(await dialogue.say(CITIZEN_NUMBER)) == [ASKS_TIME]
        acts = await dialogue.press("jc_antrag/documents")
        assert kinds(acts) == ["answer", ASKS_TIME]
        assert kinds(await dialogue.say("egal")) == ["handover"]

    @pytest.mark.parametrize(
        ("words", "form"),
        [
            ("Könnten Sie mich bitte morgen zurückrufen?", "callback_form"),
            ("Machen Sie mir bitte einen Termin am Freitag", "appointment_form"),
            ("Kann ich Ihnen eine Nachricht dalassen?", "message_form"),
        ],
    )
    async def test_a_call_takes_over_and_leaves_nothing_half_open(
        self, dialogue: Dialogue, words: str, form: str
    ) -> None:
        await dialogue.press("jc_antrag")
        await dialogue.say(words)
        turn = DialogueTurn((), (), dialogue.state or {})
        assert turn.form == form
        dialogue.state = turn.state_without_form()
        assert kinds(await dialogue.say("nein")) == ["utter_denied"]
        acts = await dialogue.say("Und was kostet das?")
        assert acts == [{"act": "answer", "service": "jc_antrag", "aspect": "fees"}]
        assert DialogueTurn((), (), dialogue.state or {}).form is None

    @pytest.mark.parametrize("asked", ["desk", "phone", "callback_time"])
    @pytest.mark.parametrize("word", ["abbrechen", "nein", ""])
    async def test_cancelling(self, dialogue: Dialogue, asked: str, word: str) -> None:
        await dialogue.press("request_callback")
        if asked != "desk":
            await dialogue.press("vague_abh")
        if asked == "callback_time":
            await dialogue.say(CITIZEN_NUMBER)
        acts = await (dialogue.say(word) if word else dialogue.press("deny"))
        assert kinds(acts) == ["utter_form_cancelled"]
        assert dialogue.state is not None
        assert (dialogue.state["loop"], dialogue.state["slots"]) == (None, {})

    async def test_asking_for_it_again_goes_on(self, dialogue: Dialogue) -> None:
        await dialogue.press("jc_antrag")
        await dialogue.press("request_callback")
        acts = await dialogue.press("request_callback")
        assert kinds(acts) == ["utter_form_under_way", ASKS_NUMBER]
        assert kinds(await dialogue.say(CITIZEN_NUMBER)) == [ASKS_TIME]

    async def test_a_person_instead(self, dialogue: Dialogue) -> None:
        await dialogue.press("request_callback")
        assert await dialogue.press("human_person") == [{"act": "handover", "reason": "requested"}]
        assert dialogue.state is not None
        assert dialogue.state["loop"] is None


class TestMessage:
    async def test_the_office_and_any_words(self, dialogue: Dialogue) -> None:
        (question,) = await dialogue.press("leave_message")
        assert question["key"] == "utter_ask_message_form_desk"
        assert [b["payload"] for b in question["buttons"]] == [
            "vague_kfz", "vague_abh", "vague_jc", "deny",
        ]  # fmt: skip
        assert kinds(await dialogue.press("vague_abh")) == ["utter_ask_message_form_message_text"]
        (act,) = await dialogue.say("Ich möchte mein Auto ummelden, und der Titel läuft ab.")
        assert act == {
            "act": "handover",
            "reason": "message",
            "kind": "message",
            "office": "abh",
            "text": "Ich möchte mein Auto ummelden, und der Titel läuft ab.",
        }

    async def test_the_office_of_the_service_in_hand(self, dialogue: Dialogue) -> None:
        await dialogue.press("jc_umzug")
        await dialogue.press("leave_message")
        (act,) = await dialogue.say("Bitte melden Sie sich")
        assert (act["act"], act["office"]) == ("handover", None)


class TestAppointment:
    async def test_office_wish_and_number(self, dialogue: Dialogue) -> None:
        (question,) = await dialogue.press("appointment_wish")
        assert question["key"] == "utter_ask_appointment_form_desk"
        (question,) = await dialogue.press("vague_kfz")
        assert question["key"] == "utter_ask_appointment_form_appointment_time"
        (question,) = await dialogue.say("Auto ummelden, Dienstag früh")
        assert question["key"] == "utter_ask_appointment_form_phone"
        (act,) = await dialogue.say(CITIZEN_NUMBER)
        assert act == {
            "act": "handover",
            "reason": "appointment",
            "kind": "callback",
            "office": "kfz",
            "phone": "01765554433",
            "text": "Auto ummelden, Dienstag früh",
        }
        assert dialogue.state is not None
        assert "phone" not in dialogue.state["slots"]


class TestWhatComesIn:
    @pytest.mark.parametrize(
        "text",
        [
            "/restart",
            "/session_start",
            "/back",
            "  /human_person",
            "\n/human_person",
            "\u2003/human_person",
            "//human_person",
            "/ /human_person",
            "/human_person@1.0",
            '/kfz_evb{"aspect": "fees"}',
            "/",
            "///",
        ],
    )
    async def test_no_text_is_a_command(self, dialogue: Dialogue, text: str) -> None:
        await dialogue.press("kfz_ummeldung")
        await dialogue.say(text)
        assert dialogue.last["acts"]
        intent, ranking = dialogue.last["intent"], dialogue.last["ranking"]
        if text.strip("/ "):
            assert len(ranking) > 1, "a command would be certain, with nothing beside it"
            assert intent["confidence"] < 1.0
        else:
            assert (intent["name"], ranking) == ("nlu_fallback", [])

    @pytest.mark.parametrize(
        "payload",
        [
            "restart",
            "back",
            "session_start",
            "nlu_fallback",
            "/kfz_evb",
            "kfz_evb/",
            "kfz_evb/nothing",
            "kfz_nothing",
            "greet/fees",
            "kfz_evb/fees/fees",
            "",
            7,
            ["kfz_evb"],
        ],
    )
    async def test_only_known_buttons(self, dialogue: Dialogue, payload: Any) -> None:
        status, reply = await dialogue.post(text="Knopf", payload=payload)
        assert (status, reply) == (400, {"error": "bad_request"})

    async def test_the_title_of_a_button_is_not_read(self, dialogue: Dialogue) -> None:
        acts = await dialogue.press("kfz_evb/fees", title="/restart oder Unterlagen 0176 1234567")
        assert acts == [{"act": "answer", "service": "kfz_evb", "aspect": "fees"}]

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"text": None},
            {"text": ""},
            {"text": " \n"},
            {"text": 7},
            {"text": "Hallo", "state": []},
            {"text": "Hallo \ud83d"},
        ],
    )
    async def test_bad_requests(self, dialogue: Dialogue, body: dict[str, Any]) -> None:
        assert await dialogue.post(**body) == (400, {"error": "bad_request"})

    async def test_no_json(self, dialogue: Dialogue) -> None:
        for data in (b"{", b"[]", b"\xff"):
            async with dialogue.http.post(f"{dialogue.url}webhook", data=data) as response:
                assert response.status == 400

    async def test_the_limit(self, dialogue: Dialogue) -> None:
        status, _ = await dialogue.post(text="ä" * 1000)
        assert status == 200
        assert await dialogue.post(text="ä" * 1001) == (413, {"error": "text_too_long"})

    @pytest.mark.parametrize(
        "state",
        [
            {"slots": {"service": "kfz_nothing", "aspect": "fees", "last_act": "x", "new": 1}},
            {"slots": "x", "loop": 1, "last_act": {}, "candidates": "kfz_evb", "owed": []},
            {"loop": "callback_form"},
            {"loop": "callback_form", "requested_slot": "service"},
            {"loop": "message_form", "requested_slot": "desk", "slots": {"desk": "none"}},
            {"loop": "action_restart", "requested_slot": "phone"},
            {"candidates": ["kfz_nothing", 7, ["x"]], "last_act": "clarify", "intent": "restart"},
            {"loop": "callback_form", "requested_slot": "phone", "slots": {"phone": "1" * 101}},
        ],
    )
    async def test_a_state_that_is_not_ours_is_harmless(
        self, dialogue: Dialogue, state: dict[str, Any]
    ) -> None:
        dialogue.state = state
        acts = await dialogue.press("kfz_evb")
        assert acts[0] == {"act": "answer", "service": "kfz_evb", "aspect": "general"}


class TestNothingStays:
    async def test_after_many_turns(self, dialogue: Dialogue) -> None:
        for n in range(60):
            await (dialogue.press("request_callback") if n % 5 else dialogue.say(GIBBERISH))
            await dialogue.say("Ich möchte mein Auto ummelden")
            await dialogue.post(text="x" * 2000)
        assert await dialogue.held() == 0

    async def test_turns_side_by_side_do_not_mix(
        self, dialogue: Dialogue, server: RasaServer
    ) -> None:
        async def one(service: str) -> None:
            mine = Dialogue(dialogue.http, server.url)
            await mine.press(service)
            for _ in range(5):
                acts = await mine.say("Und was kostet das?")
                assert acts == [{"act": "answer", "service": service, "aspect": "fees"}]

        services = ["kfz_evb", "abh_visum", "jc_antrag", "kfz_i_kfz"]
        await asyncio.gather(*(one(service) for service in services * 4))
        assert await dialogue.held() == 0

    async def test_the_log_has_no_words(self, dialogue: Dialogue, server: RasaServer) -> None:
        await dialogue.press("request_callback")
        await dialogue.say("Wolpertinger 0176 9998887")
        await dialogue.say("0[Wolpertinger] {Wolpertinger}")
        await dialogue.say("/Wolpertinger")
        await dialogue.post(text="Wolpertinger \ud83d")
        assert "Wolpertinger" not in server.said
        assert "9998887" not in server.said.replace(" ", "")
