"""The journeys of a caller, as a table of what happens and what is said and done."""

import pytest

from bot.events import Wish
from bot.model import Author, CallOutcome, ConversationState, WishKind
from bot.parts import (
    Button,
    Buttons,
    Checklist,
    ChecklistItem,
    Notice,
    Number,
    Numbers,
    Offer,
    Text,
)
from tests.support.phone import Scene, phone_line
from voice.call.effects import (
    AskForCall,
    AskForCallback,
    Briefing,
    Dial,
    Earcon,
    Finish,
    HangUp,
    LeaveMessage,
    Listen,
    Mode,
    Outcome,
    ReportDialled,
    Say,
    SendMessage,
    SetLanguage,
    StartTimer,
    Stop,
    Switchboard,
)
from voice.call.events import (
    BargedIn,
    BotLost,
    Dialled,
    Missing,
    Noted,
    NothingSaid,
    NotRecognised,
    PersonMissing,
    PlaybackEnded,
    Resumed,
    SpeechBegan,
    Timer,
    Transcribed,
    Uttered,
)
from voice.call.state import UTTERANCE_S, Phase
from voice.media import HungUp
from voice.speech import Pace
from voice.transcription import Reason, Transcript

LIST = Checklist(
    title="Diese Unterlagen brauchen Sie:",
    items=[ChecklistItem(text=f"Papier {n}") for n in range(1, 8)],
)
MORE = Buttons(
    title="Möchten Sie mehr wissen?",
    items=[Button(title=t, payload=f"kfz_ummeldung/{t.lower()}") for t in
           ("Kosten", "Fristen", "Dauer", "Wo?")],
)  # fmt: skip
HELP = Numbers(
    title="Hier bekommen Sie sofort Hilfe:",
    items=[
        Number(name="Notruf Feuerwehr", phone="112", note="kostenlos"),
        Number(name="Telefonseelsorge", phone="0800 1110111"),
    ],
)
CLOSED = Offer(
    office="kfz", office_name="Kfz-Zulassung", open=False, reopens_text="morgen um 08:00 Uhr",
    kinds=["callback", "message"], text="Kfz-Zulassung ist gerade geschlossen.",
)  # fmt: skip


def missing(scene: Scene, why: Missing = Missing.CLOSED) -> Scene:
    asked = next(e for e in reversed(scene.all) if isinstance(e, AskForCall))
    return scene.happens(
        PersonMissing(0, asked.turn, why, "kfz", "Kfz-Zulassung", "morgen um 08:00 Uhr",
                      ("callback", "message"))
    )  # fmt: skip


# --- the beginning


def test_everybody_hears_first_that_a_computer_speaks() -> None:
    scene = Scene().rings()
    spoken = scene.did(Say)
    assert [line.language for line in spoken.lines] == ["de", "en"]
    assert "Computer" in scene.said
    assert not spoken.interruptible
    assert scene.did(Listen).mode is Mode.OFF
    for event in (BargedIn(1), Uttered(2, 1), PlaybackEnded(3, 99)):
        assert scene.happens(event).effects == []
    assert [line.language for line in scene.hears_it().did(Say).lines] == ["de", "en", "tr"]


@pytest.mark.parametrize(("key", "code"), [("1", "de"), ("2", "en"), ("3", "tr")])
def test_a_key_in_the_disclosure_counts_after_it(key: str, code: str) -> None:
    scene = Scene().rings().presses(key)
    assert scene.effects == []
    assert scene.hears_it().did(SetLanguage).language == code


def test_zero_in_the_disclosure_seeks_a_person_after_it() -> None:
    scene = Scene().rings().presses("1").presses("0").presses("2")
    assert scene.effects == []
    assert scene.hears_it().did(AskForCall).office is None


def test_the_chosen_language_tells_again_that_a_computer_speaks() -> None:
    scene = Scene().rings().hears_it().presses("3")
    assert scene.did(SetLanguage).language == "tr"
    told = scene.did(Say)
    assert {line.language for line in told.lines} == {"tr"}
    assert len(told.lines) == 2
    assert not told.interruptible
    assert len(Scene().rings().hears_it().presses("1").did(Say).lines) == 1


@pytest.mark.parametrize("said", ["Türkçe", "Auf Türkisch bitte", "Turkish"])
def test_a_language_can_be_named(said: str) -> None:
    scene = Scene().rings().hears_all().says(said)
    assert scene.did(SetLanguage).language == "tr"


def test_a_question_shows_its_language_which_is_asked_for_and_then_sent() -> None:
    scene = Scene().rings().hears_all().says("Arabamı nasıl taşırım acaba", language="tr", sure=0.9)
    assert scene.did(Say).lines[0].language == "tr"
    assert scene.did_not(SetLanguage)
    scene.hears_all().says("Evet")
    assert scene.did(SetLanguage).language == "tr"
    scene.hears_all()
    assert scene.did(SendMessage).text == "Arabamı nasıl taşırım acaba"


def test_one_language_is_not_asked_for() -> None:
    scene = Scene(phone_line(("de",))).rings()
    assert [line.language for line in scene.did(Say).lines] == ["de"]
    assert scene.hears_it().said.startswith("Worum geht es?")


def test_without_a_recogniser_keys_lead_through_everything() -> None:
    scene = Scene(phone_line(("de",), hears=False)).rings()
    assert "nur die Tasten" in scene.said
    scene.hears_it()
    assert "Für „Kfz-Zulassung“ drücken Sie die 1." in scene.said
    assert scene.did(Listen).mode is Mode.OFF
    scene.hears_all().presses("1")
    assert scene.did(SendMessage).payload == "topic/kfz"


# --- question and answer


def test_an_answer_is_told_in_portions() -> None:
    scene = Scene().in_german()
    assert scene.asks("Was brauche ich zum Ummelden?") == "Was brauche ich zum Ummelden?"
    scene.is_told(LIST, Notice(text="Alles im Original."), MORE, service="kfz_ummeldung")
    assert "Papier 3." in scene.said
    assert "Papier 4." not in scene.said
    assert scene.said.endswith("Möchten Sie die nächsten Unterlagen hören?")
    scene.hears_all().says("Ja bitte")
    assert scene.said.startswith("Papier 4.")
    scene.hears_all().presses("1")
    assert scene.said == "Papier 7.\nAlles im Original."
    assert scene.hears_it().said.startswith("Soll ich Ihnen das aufschreiben?")
    scene.hears_all().says("Nein danke")
    assert "Für „Kosten“ drücken Sie die 1" in scene.said
    assert "Wo?" not in scene.said
    scene.hears_all().presses("9")
    assert scene.said == "Für „Wo?“ drücken Sie die 1, oder sagen Sie es."


def test_who_has_heard_enough_of_a_list_hears_what_comes_after_it() -> None:
    scene = Scene().in_german()
    scene.asks("Was brauche ich?")
    scene.is_told(LIST, Notice(text="Alles im Original."), MORE).hears_all().says("Nein, danke.")
    assert scene.said.startswith("Alles im Original.\nMöchten Sie mehr wissen?")


@pytest.mark.parametrize("way", ["2", "Fristen", "die Zwei", "Fristen bitte"])
def test_a_choice_is_pressed_or_said(way: str) -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(Text(text="Gut."), MORE).hears_all()
    scene = scene.presses(way) if way.isdecimal() else scene.says(way)
    assert scene.did(SendMessage) == SendMessage("Fristen", "kfz_ummeldung/fristen")


def test_a_no_within_a_sentence_is_part_of_it() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(Text(text="Gut."), LIST).hears_all()
    said = "Nein, ich meinte das andere Auto"
    assert scene.says(said).did(SendMessage).text == said


def test_commands_steer_without_the_bot() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    first = scene.is_told(Text(text="Eins zwei drei."), LIST).said
    assert scene.hears_all().says("Noch einmal bitte").said == first
    slower = scene.hears_all().says("Langsamer").did(Say)
    assert {line.pace for line in slower.lines} == {Pace.SLOW}
    assert scene.hears_all().presses("9").said.startswith("Papier 4.")
    assert scene.hears_all().says("zurück").said == first
    assert "112" in scene.hears_all().says("Wie geht das").said
    assert "Für Deutsch" in scene.hears_all().says("andere Sprache").said


def test_a_barge_in_silences_and_its_words_count() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(Text(text="Eine lange Antwort."))
    assert scene.happens(BargedIn(5)).did(Stop) == Stop()
    assert scene.phase is Phase.LISTENING
    assert scene.asks("Was kostet das?") == "Was kostet das?"


def test_a_noise_that_cut_an_answer_off_has_it_told_again_once() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    first = scene.is_told(Text(text="Eine lange Antwort.")).said
    for number, told in ((77, first), (78, "Ich verstehe Sie gerade leider nicht.")):
        scene.happens(BargedIn(5)).happens(Uttered(6, number))
        assert scene.happens(NothingSaid(7, number, Reason.UNSURE)).said.startswith(told)


def test_the_callers_voice_does_not_cut_off_an_answer_until_she_barges_in() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(Text(text="Eine lange Antwort."))
    assert scene.happens(SpeechBegan(5)).effects == []


def test_a_short_word_beside_us_counts_if_it_steers_the_call() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    first = scene.is_told(LIST).said
    for said in ("Mhm", "Aha, gut", "ja ja", "Tschüss"):
        scene.says(said, aside=True)
        assert (scene.effects, scene.phase) == ([], Phase.SPEAKING)
    scene.says("Weiter", confidence=0.5, aside=True)
    assert scene.effects == []
    assert scene.says("Weiter", aside=True).said.startswith("Papier 4.")
    assert scene.did(Stop)
    assert scene.says("zurück", aside=True).said == first
    assert "Kfz-Zulassung" in scene.says("Mitarbeiter", aside=True).said


def test_a_short_answer_into_our_last_word_counts() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(MORE).hears_all()
    assert scene.says("vierzehn Euro", aside=True).effects == []
    scene.says("zwei", aside=True)
    assert scene.did(SendMessage).payload == "kfz_ummeldung/fristen"
    scene.is_told(LIST).hears_all()
    assert scene.says("Ja", aside=True).said.startswith("Papier 4.")


def test_an_aside_is_not_asked_about() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(LIST)
    for happened in (NothingSaid(6, 77, Reason.UNSURE), NotRecognised(6, 77)):
        scene.happens(Uttered(5, 77, aside=True))
        assert scene.happens(happened).effects == []


def test_nothing_said_into_what_must_be_heard_counts() -> None:
    scene = Scene().rings()
    assert scene.happens(Uttered(5, 77, aside=True)).effects == []


def test_an_answer_that_comes_after_the_caller_went_on_is_thrown_away() -> None:
    scene = Scene().in_german()
    scene.asks("Was kostet")
    scene.says("die Ummeldung")  # before any answer: it belongs to what was said before
    assert scene.did_not(SendMessage)
    scene.is_told(Text(text="Meinen Sie das Auto?"))
    assert scene.did_not(Say)
    assert scene.did(SendMessage).text == "Was kostet die Ummeldung"
    scene.is_sent()
    assert scene.is_told(Text(text="Zehn Euro.")).said.startswith("Zehn Euro.")


def test_noise_while_the_bot_thinks_loses_nothing() -> None:
    scene = Scene().in_german()
    scene.asks("Was kostet das?")
    scene.happens(Uttered(3, 77))
    assert scene.is_told(Text(text="Zehn Euro.")).effects == []
    assert scene.happens(NothingSaid(4, 77, Reason.SILENCE)).said.startswith("Zehn Euro.")


def test_a_transcript_that_comes_after_a_key_is_ignored() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(MORE).hears_all().happens(Uttered(3, 77)).presses("1")
    assert scene.did(SendMessage).payload == "kfz_ummeldung/kosten"
    scene.is_sent().is_told(Text(text="Zehn Euro."))
    assert scene.happens(Transcribed(4, 77, Transcript("Dauer", "de", 0.9))).effects == []


def test_two_messages_of_one_answer_are_told_as_one() -> None:
    scene = Scene().in_german()
    scene.asks("Rückmeldung")
    scene.is_told(Text(text="Gern."))
    assert scene.is_told(MORE).did(Say).turn == scene.call.turn
    assert scene.hears_all().presses("1").did(SendMessage).payload == "kfz_ummeldung/kosten"


def test_messages_that_answer_nothing_are_not_told() -> None:
    scene = Scene().in_german()
    assert scene.is_told(Text(text="Sie schreiben mit einem Computer.")).effects == []
    scene.asks("Ummelden")
    assert scene.is_told(Text(text="Zu spät"), seq=1).effects == []


def test_what_a_caseworker_writes_is_told() -> None:
    scene = Scene().in_german()
    scene.is_told(Text(text="Bitte warten."), author=Author.CASEWORKER, name="Frau Erika")
    assert scene.said.startswith("Eine Nachricht von Frau Erika:\nBitte warten.")


def test_german_for_a_foreigner_is_announced() -> None:
    scene = Scene().rings().hears_all().presses("3").hears_all()
    scene.asks("Kaç para")
    spoken = scene.is_told(Notice(text="Yalnız Almanca."), Text(text="Zehn Euro.")).did(Say)
    assert [line.language for line in spoken.lines][:2] == ["tr", "de"]
    assert "Yalnız Almanca." not in scene.said


# --- waiting, silence and misunderstandings


def test_a_slow_answer_is_bridged_and_at_last_given_up() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    assert scene.waits_for(Timer.FILLER).said == "Einen Moment bitte."
    assert scene.waits_for(Timer.FILLER).said.startswith("Ich suche noch.")
    assert scene.waits_for(Timer.PATIENCE).did(AskForCall)
    assert scene.finds().said.startswith("Das dauert leider zu lange.")


def test_the_filler_is_not_cut_off_by_the_answer() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.waits_for(Timer.FILLER).is_told(Text(text="Gut."))
    assert scene.did_not(Stop)


def test_silence_leads_to_keys_and_then_to_a_person() -> None:
    scene = Scene().in_german()
    assert scene.is_silent().said.startswith("Ich habe Sie nicht gehört.")
    assert scene.is_silent().said.startswith("Ich höre Sie leider immer noch nicht.")
    assert "Für „Kfz-Zulassung“ drücken Sie die 1" in scene.is_silent().said
    assert scene.is_silent().did(AskForCall).office is None
    assert scene.finds().said.startswith("So kommen wir nicht weiter.")


def test_silence_where_nobody_is_there_ends_the_call() -> None:
    scene = Scene().in_german().presses("0").presses("1")
    missing(scene)
    for _ in range(2):
        scene.is_silent()
    assert scene.is_silent().said.startswith("Ich höre Sie nicht mehr.")
    assert scene.hears_it().released() == HangUp()
    assert scene.did(Finish) == Finish(Outcome.FAREWELL)


def test_a_word_ends_the_row_of_silences() -> None:
    scene = Scene().in_german().is_silent().is_silent()
    scene.hears_all().asks("Ummelden")
    scene.is_told(Text(text="Gut."))
    assert scene.is_silent().said.startswith("Ich habe Sie nicht gehört.")


def reject(scene: Scene, number: int) -> Scene:
    scene.hears_all().happens(Uttered(scene.now, number))
    return scene.happens(NothingSaid(scene.now, number, Reason.UNSURE))


def test_misunderstandings_lead_to_keys_and_then_to_a_person() -> None:
    scene = Scene().in_german()
    assert reject(scene, 1).said.startswith("Das habe ich leider nicht verstanden.")
    assert "drücken Sie die 1" in reject(scene, 2).said
    assert reject(scene, 3).did(AskForCall)


def test_a_full_recogniser_is_heard_and_keys_take_over() -> None:
    scene = Scene().in_german().happens(Uttered(1, 1)).happens(NotRecognised(2, 1))
    assert scene.did(Earcon)
    assert "Bitte benutzen Sie die Tasten." in scene.said
    assert scene.did(Listen).mode is Mode.SPEECH
    scene.hears_all().happens(Uttered(3, 2)).happens(NotRecognised(4, 2))
    assert scene.did(Listen).mode is Mode.OFF
    assert scene.hears_all().presses("3").did(SendMessage).payload == "topic/jc"


def test_a_long_call_goes_on_with_a_person() -> None:
    scene = Scene().in_german()
    assert scene.waits_for(Timer.LENGTH).did(AskForCall)
    assert scene.finds().said.startswith("Wir sprechen schon lange")


def test_a_call_without_end_is_ended() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(LIST).waits_for(Timer.LENGTH)
    assert scene.did_not(Say)
    assert scene.waits_for(Timer.LAST).said.startswith("Ich muss das Gespräch jetzt beenden.")
    assert scene.hears_it().released() == HangUp()


# --- to a person


def test_an_office_is_asked_for_where_none_is_known() -> None:
    scene = Scene().in_german().presses("0")
    assert scene.said.startswith("Um welche Stelle geht es?")
    assert scene.hears_all().says("Jobcenter").did(AskForCall).office == "jc"
    again = Scene().in_german().presses("00")
    assert again.did(AskForCall).office is None


def test_the_office_of_the_service_is_not_asked_for() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    scene.is_told(Text(text="Gut."), service="kfz_ummeldung").hears_all()
    assert scene.says("Ich möchte mit einem Mitarbeiter sprechen").did(AskForCall)


def test_both_sides_are_told_before_the_transfer() -> None:
    scene = Scene().rings().hears_all().presses("3").hears_all()
    scene.asks("Araba")
    scene.is_told(Text(text="Tamam."), language="tr", service="kfz_ummeldung").hears_all()
    scene.presses("0").finds(name="Frau Erika", speaks=True)
    assert "Frau Erika" in scene.said
    told = [scene.line.phrases.text(key, "tr") for key in ("connect_speaks", "connect_wait")]
    assert [line.text for line in scene.did(Say).lines[1:]] == told
    briefing = Briefing("tr", "kfz_ummeldung", urgent=False)
    assert scene.hears_it().released() == Dial("201", briefing)
    assert scene.phase is Phase.RELEASED


def test_who_is_not_understood_there_chooses_an_interpreter() -> None:
    scene = Scene().rings().hears_all().presses("3").hears_all().presses("0").presses("2")
    scene.finds(office="abh", speaks=False).hears_all().presses("2")
    assert scene.phase is Phase.SPEAKING
    scene.hears_all().presses("1")
    wanted = scene.did(AskForCallback)
    assert (wanted.office, wanted.text) == ("abh", "Bitte mit Dolmetscher: Türkisch.")
    insisting = Scene().rings().hears_all().presses("3").hears_all().presses("01")
    insisting.finds(speaks=False).hears_all().presses("1")
    assert isinstance(insisting.released(), Dial)


def test_a_doubtful_wish_is_asked_for_before_it_has_consequences() -> None:
    scene = Scene().in_german().says("Mitarbeiter", confidence=0.4)
    assert scene.did_not(AskForCall)
    assert scene.said.startswith("Habe ich richtig verstanden?")
    assert "Um welche Stelle" in scene.hears_all().says("ja").said


def test_a_bot_that_hands_over_makes_the_call() -> None:
    scene = Scene().in_german()
    scene.asks("Kann ich jemanden sprechen, der sich auskennt?")
    scene.is_told(Text(text="Gut, ich gebe Sie weiter."))
    scene.changes_owner(ConversationState.WAITING, "jc")
    assert scene.did(AskForCall).office == "jc"
    assert scene.did(Stop)


def test_closed_is_said_before_anything_is_offered() -> None:
    scene = Scene().in_german().presses("0").presses("1")
    missing(scene)
    assert scene.said.startswith(
        "Kfz-Zulassung ist gerade geschlossen und öffnet wieder morgen um 08:00 Uhr."
    )
    assert "Für „Rückruf“ drücken Sie die 1" in scene.said


def test_an_offer_of_the_bot_becomes_a_question() -> None:
    scene = Scene().in_german()
    scene.asks("Das ist eine Beschwerde")
    scene.is_told(Text(text="Es tut mir leid."), CLOSED).hears_all()
    assert scene.says("Rückruf").said.startswith("Sollen wir Sie unter der Nummer")


def test_nobody_answers_then_the_group_then_a_call_back() -> None:
    scene = Scene().in_german().presses("01").finds().hears_it()
    scene.happens(Dialled(1, CallOutcome.NO_ANSWER))
    assert scene.did(ReportDialled) == ReportDialled(CallOutcome.NO_ANSWER, "201")
    assert scene.happens(Resumed(2)).did(AskForCall).office == "kfz"
    scene.finds(extension="110", name=None, speaks=None)
    assert scene.said == (
        "Leider nimmt dort gerade niemand ab.\nIch verbinde Sie jetzt: Kfz-Zulassung.\n"
        "Es kann kurz still sein. Bitte bleiben Sie dran."
    )
    scene.hears_it().happens(Dialled(3, CallOutcome.BUSY)).happens(Resumed(4))
    scene.finds(extension="110")
    assert scene.did(ReportDialled) == ReportDialled(CallOutcome.NO_ANSWER, "110")
    assert scene.said.startswith("Leider nimmt dort gerade niemand ab.\nWas möchten Sie")
    assert scene.hears_all().presses("1").said.startswith("Sollen wir Sie")


def test_an_answered_call_is_the_persons() -> None:
    scene = Scene().in_german().presses("01").finds().hears_it()
    scene.happens(Dialled(1, CallOutcome.ANSWERED))
    assert scene.did(Finish) == Finish(Outcome.TRANSFERRED)


def test_without_a_bot_there_is_the_switchboard() -> None:
    scene = Scene().in_german().happens(BotLost(1))
    assert scene.hears_it().released() == Switchboard()
    early = Scene().rings().happens(BotLost(1))
    assert early.effects == []
    assert early.hears_it().hears_it().released() == Switchboard()


# --- call-back and message


def test_a_call_back_to_the_number_on_the_display() -> None:
    scene = Scene().in_german().says("Bitte rufen Sie mich zurück").hears_all().presses("1")
    assert scene.said.endswith("Sie endet auf 9 9 9.")
    wanted = scene.hears_all().says("Ja").did(AskForCallback)
    assert (wanted.office, wanted.phone, wanted.text) == ("kfz", "+493023125999", None)
    scene.happens(Noted(1, wanted.turn))
    assert scene.said.startswith("Danke. Ihr Wunsch nach einem Rückruf ist notiert.")
    assert scene.happens(HungUp(2)).did(Finish) == Finish(Outcome.CALLBACK)


@pytest.mark.parametrize("way", ["keys", "voice"])
def test_a_call_back_to_another_number(way: str) -> None:
    scene = Scene().rings(caller=None).hears_all().presses("1").hears_all()
    scene.says("Rückruf").hears_all().presses("1")
    assert scene.said.startswith("Unter welcher Nummer")
    assert scene.did(Listen).mode is Mode.DIGITS
    if way == "keys":
        scene.presses("017112345").waits_for(Timer.DIGITS)
        assert scene.said.startswith("Ich habe diese Nummer: 0 1 7 1, 1 2 3, 4 5.")
        scene.hears_all().says("nein").hears_all().presses("01711234567#")
    else:
        scene.hears_all().says("null eins sieben eins, zwölf, doppel drei vier fünf sechs")
        scene.hears_all().says("falsch").hears_all()
        scene.says("null eins sieben eins eins zwei drei vier fünf sechs sieben")
    assert scene.said == "Ich habe diese Nummer: 0 1 7 1, 1 2 3, 4 5 6, 7. Ist das richtig?"
    assert scene.hears_all().presses("1").did(AskForCallback).phone == "+491711234567"


def test_a_number_that_is_none_is_asked_for_again() -> None:
    scene = Scene().rings(caller=None).hears_all().presses("1").hears_all()
    scene.says("Rückruf").hears_all().presses("1").presses("12#")
    assert scene.said.startswith("Das war keine ganze Telefonnummer.")
    assert scene.hears_all().presses("030*").said.startswith("Unter welcher Nummer")


def test_a_number_may_be_said_in_groups() -> None:
    scene = Scene().rings(caller=None).hears_all().presses("1").hears_all()
    scene.says("Rückruf").hears_all().presses("1").hears_all()
    assert scene.says("null eins sieben eins").did_not(Say)
    scene.says("eins", aside=True)
    begins = scene.happens(SpeechBegan(5)).did(StartTimer)  # nothing is read back into her words
    assert (begins.timer, begins.after_s) == (Timer.DIGITS, UTTERANCE_S)
    scene.says("zwei drei vier fünf sechs sieben")
    assert scene.said == "Ich habe diese Nummer: 0 1 7 1, 1 2 3, 4 5 6, 7. Ist das richtig?"
    scene.hears_all().says("nein").hears_all().says("null drei null")
    assert scene.waits_for(Timer.DIGITS).said.startswith("Das war keine ganze Telefonnummer.")


def test_a_number_said_with_the_wish_is_not_asked_for() -> None:
    scene = Scene().in_german()
    scene.asks("Können Sie mich unter null eins sieben eins eins zwei drei vier fünf sechs anrufen")
    scene.is_told(Text(text="Gut."), wish=Wish(kind=WishKind.CALLBACK, office="abh"))
    assert scene.said.endswith("Ich habe diese Nummer: 0 1 7 1, 1 2 3, 4 5 6. Ist das richtig?")
    assert scene.hears_all().says("Ja").did(AskForCallback).phone == "+49171123456"


def test_a_message_is_read_back_and_left() -> None:
    scene = Scene().in_german().says("Ich möchte eine Nachricht hinterlassen").hears_all()
    scene.presses("3").hears_all().says("Mein Bescheid ist falsch")
    assert scene.said == (
        "Ich habe verstanden: Mein Bescheid ist falsch. Soll ich das so weitergeben?"
    )
    left = scene.hears_all().says("Ja genau").did(LeaveMessage)
    assert (left.office, left.text) == ("jc", "Mein Bescheid ist falsch")
    assert scene.happens(Noted(1, left.turn, ok=False)).said.startswith("Das hat leider nicht")
    assert scene.hears_it().released() == Switchboard()


# --- a wish that no list of commands knows, but the bot


def wishes(kind: WishKind, office: str | None = "jc") -> Scene:
    """Somebody whose free words the bot took for a wish."""
    scene = Scene().in_german()
    scene.asks("Könnte sich nachher jemand bei mir melden?")
    return scene.is_told(Text(text="Gern, das notiere ich."), wish=Wish(kind=kind, office=office))


def test_a_call_back_is_asked_for_by_the_call_itself() -> None:
    scene = wishes(WishKind.CALLBACK)
    assert scene.said == (
        "Gern, das notiere ich.\n"
        "Sollen wir Sie unter der Nummer zurückrufen, mit der Sie gerade anrufen? "
        "Sie endet auf 9 9 9."
    )
    wanted = scene.hears_all().says("Ja").did(AskForCallback)
    assert (wanted.office, wanted.phone, wanted.text) == ("jc", "+493023125999", None)


def test_a_wish_without_an_office_asks_for_it_first() -> None:
    scene = wishes(WishKind.CALLBACK, office=None)
    assert scene.said.startswith("Gern, das notiere ich.\nUm welche Stelle geht es?")
    assert "Sie endet auf 9 9 9." in scene.hears_all().says("Ausländerbehörde").said
    assert scene.hears_all().says("Ja").did(AskForCallback).office == "abh"


@pytest.mark.parametrize("office", ["jc", None])
def test_a_wish_for_an_appointment_becomes_a_call_back_that_says_so(office: str | None) -> None:
    scene = wishes(WishKind.APPOINTMENT, office).hears_all()
    if office is None:
        scene.says("Jobcenter").hears_all()
    wanted = scene.says("Ja").did(AskForCallback)
    assert (wanted.office, wanted.text) == ("jc", "Wünscht einen Termin.")
    scene.happens(Noted(1, wanted.turn)).hears_all()
    scene.says("Rückruf").hears_all()
    assert scene.says("Ja").did(AskForCallback).text is None


def test_a_message_is_taken_by_the_call_itself() -> None:
    scene = wishes(WishKind.MESSAGE).hears_all().says("Ich komme morgen später")
    assert scene.said.startswith("Ich habe verstanden: Ich komme morgen später.")
    assert scene.hears_all().says("Ja").did(LeaveMessage).office == "jc"


def test_a_wish_for_a_person_dials_at_once() -> None:
    scene = wishes(WishKind.PERSON)
    assert (scene.did(AskForCall).office, scene.said) == ("jc", "")
    assert scene.finds().said.startswith("Ich verbinde Sie jetzt mit")


def test_a_wish_that_comes_after_the_caller_went_on_is_thrown_away() -> None:
    scene = Scene().in_german()
    scene.asks("Könnte sich nachher jemand bei mir melden?")
    scene.says("Was kostet das Ummelden?").is_told(Text(text="Gern."), wish=Wish(kind="message"))
    assert scene.said == ""
    assert scene.did(SendMessage).text.endswith("Was kostet das Ummelden?")


def test_a_wish_waits_while_the_caller_seems_to_go_on() -> None:
    scene = Scene().in_german()
    scene.asks("Könnte sich nachher jemand bei mir melden?")
    scene.happens(Uttered(1, 99)).is_told(Text(text="Gern."), wish=Wish(kind="message"))
    assert scene.said == ""
    scene.happens(NothingSaid(2, 99, Reason.UNSURE))
    assert scene.said.startswith("Gern.\nUm welche Stelle geht es?")


# --- danger


def test_danger_hears_numbers_first_slowly_and_twice_then_a_person() -> None:
    scene = Scene().in_german()
    scene.says("Ich will nicht mehr leben", confidence=0.2)
    assert scene.did(SendMessage).text == "Ich will nicht mehr leben"
    scene.is_sent().is_told(Text(text="Es ist gut, dass Sie das schreiben."), HELP)
    spoken, told = scene.did(Say), scene.said
    assert told.count("Notruf Feuerwehr: 112.") == told.count("0800 1110111") == 2
    assert "schreiben" not in told
    assert not spoken.interruptible
    assert [line.pace for line in spoken.lines if "112" in line.text] == [Pace.SLOW] * 2
    assert scene.did(AskForCall)
    scene.changes_owner(ConversationState.WAITING)
    assert scene.effects == []
    assert scene.finds().effects == []  # the numbers come first
    assert scene.hears_it().said.startswith("Ich verbinde Sie jetzt mit einem Menschen")
    assert scene.hears_it().released() == Dial("201", Briefing("de", None, urgent=True))


def test_danger_when_nobody_is_there_hears_the_plain_truth() -> None:
    scene = Scene().in_german()
    scene.asks("Ich will nicht mehr leben")
    missing(scene.is_told(HELP))
    assert scene.hears_it().said.startswith("Beim Landkreis ist jetzt niemand da.")
    assert "?" not in scene.said
    assert scene.happens(HungUp(9)).did(Finish).outcome is Outcome.HUNG_UP


def test_danger_is_told_even_if_it_comes_late() -> None:
    scene = Scene().in_german()
    scene.asks("Ich will nicht mehr leben")
    scene.waits_for(Timer.PATIENCE)
    assert "112" in scene.is_told(HELP).said


# --- the end


def test_goodbye_is_said_and_the_call_ended() -> None:
    scene = Scene().in_german().says("Auf Wiedersehen")
    assert scene.said.startswith("Auf Wiedersehen")
    assert scene.hears_it().released() == HangUp()
    assert scene.did(Finish) == Finish(Outcome.FAREWELL)


def test_a_hang_up_ends_everything() -> None:
    scene = Scene().in_german()
    scene.asks("Ummelden")
    assert scene.happens(HungUp(1)).did(Finish) == Finish(Outcome.HUNG_UP)
    assert scene.is_told(Text(text="Gut.")).effects == []
    assert scene.presses("0").effects == []
