"""What a caller was told is written down: when it is offered, how, and what never happens."""

import asyncio
import datetime as dt
from typing import Any

import pytest

from bot.parts import (
    Button,
    Buttons,
    Checklist,
    ChecklistItem,
    FeeItem,
    Fees,
    Link,
    Number,
    Numbers,
    Offer,
    Source,
    Text,
)
from tests.support.phone import Scene, phone_line, with_fields
from voice.bot_client import BotUnavailable, Refused
from voice.call.effects import AskForCall, Listen, MailMemo, Mode, SendMessage, WriteMemo
from voice.call.errands import Errands
from voice.call.events import MemoFailed, MemoMailed, MemoWritten, NothingSaid, Timer, Uttered
from voice.call.fakes import FakeBot
from voice.call.state import Phase
from voice.speech import Pace
from voice.transcription import Reason

SERVICE = "kfz_ummeldung"
OFFER = "Soll ich Ihnen das aufschreiben?"
SHORT = Checklist(title="Sie brauchen:", items=[ChecklistItem(text=f"Papier {n}") for n in "ab"])
LONG = Checklist(title="Sie brauchen:", items=[ChecklistItem(text=f"Papier {n}") for n in "abcde"])
FEES = Fees(title="Das kostet es:", items=[FeeItem(what="Ummeldung", amount="10,20 €")])
SOURCE = Source(text="Quelle", items=[Link(title="§ 15 FZV")], checked_on=dt.date(2026, 11, 3))
MORE = Buttons(title="Mehr?", items=[Button(title="Dauer", payload=f"{SERVICE}/duration")])
UNTIL = dt.date(2026, 12, 7)


def told(*parts: Any, scene: Scene | None = None, **fields: Any) -> Scene:
    """She has asked, and hears an answer to its end."""
    scene = scene or Scene().in_german()
    scene.asks("Was brauche ich?")
    return scene.is_told(*parts, **({"service": SERVICE} | fields)).hears_all()


def asked(scene: Scene) -> str:
    """What she was asked last."""
    return "\n".join(one.text for one in scene.call.question.lines)


def deaf() -> Scene:
    """A call by keys alone."""
    scene = Scene(phone_line(hears=False)).rings().hears_all().presses("1").hears_all()
    scene.presses("1").is_sent()
    return scene.is_told(SHORT, SOURCE, MORE, service=SERVICE).hears_all()


def written(scene: Scene, code: str = "120456789") -> Scene:
    asked = next(e for e in reversed(scene.all) if isinstance(e, WriteMemo))
    return scene.happens(MemoWritten(scene.now, asked.turn, code, UNTIL))


def spelling(said: str = "") -> Scene:
    """She has agreed, and is asked for her address; and spells it."""
    scene = told(SHORT, SOURCE, MORE).says("E-Mail").hears_all().says("Ja").hears_all()
    return scene.says(said) if said else scene


# --- the offer


@pytest.mark.parametrize("parts", [(SHORT,), (SHORT, SOURCE), (FEES, SOURCE, MORE)])
def test_it_is_offered_after_a_list(parts: tuple[Any, ...]) -> None:
    scene = told(Text(text="Ummelden:"), *parts)
    assert asked(scene) == (
        f"{OFFER}\nFür „Code für die Internetseite“ drücken Sie die 1, oder sagen Sie es.\n"
        "Für „E-Mail“ drücken Sie die 2.\nFür „Nein, danke“ drücken Sie die 3."
    )
    assert scene.phase is Phase.LISTENING


def test_the_rest_of_the_answer_comes_after_it() -> None:
    scene = told(SHORT, SOURCE, MORE).says("nein")
    assert scene.said.startswith("Mehr?\nFür „Dauer“ drücken Sie die 1")
    assert "Was möchten Sie noch wissen?" in told(SHORT, SOURCE).says("nein").said


@pytest.mark.parametrize("no", ["nein", "Nein danke", "3"])
def test_no_means_no(no: str) -> None:
    scene = told(LONG, SOURCE, MORE).says("nein").hears_all()  # no further papers
    assert asked(scene).startswith(OFFER)
    scene = scene.presses("3") if no == "3" else scene.says(no)
    assert "Mehr?" in scene.said
    assert not [e for e in scene.all if isinstance(e, WriteMemo | MailMemo)]


def test_a_list_that_was_left_is_offered_too() -> None:
    scene = told(LONG, MORE)
    assert scene.says("nein").said.startswith(OFFER)  # nothing of the answer is left to be said


def test_it_is_offered_once_for_each_topic() -> None:
    scene = told(SHORT, SOURCE, MORE).says("nein").hears_all()
    told(FEES, SOURCE, MORE, scene=scene)
    assert "Mehr?" in asked(scene)
    told(SHORT, SOURCE, MORE, scene=scene, service="kfz_halterwechsel")
    assert asked(scene).startswith(OFFER)


@pytest.mark.parametrize(
    "parts",
    [
        (Text(text="Das dauert eine Woche."), SOURCE, MORE),
        (Text(text="Das weiß ich nicht."), SHORT, Offer(
            office="kfz", office_name="Kfz", open=True, kinds=["callback"], text="Jemand ist da.")),
        (SHORT, Numbers(title="Hilfe", items=[Number(name="Notruf", phone="112")])),
    ],
)  # fmt: skip
def test_it_is_not_offered_where_nothing_can_be_written(parts: tuple[Any, ...]) -> None:
    scene = told(*parts)
    assert OFFER not in " ".join(one.text for q in scene.call.script for one in q.lines)


def test_it_is_not_offered_for_what_is_no_topic_nor_without_a_web_address() -> None:
    assert OFFER not in asked(told(SHORT, service=None))
    line = with_fields(phone_line(), site="")
    assert OFFER not in asked(told(SHORT, scene=Scene(line).in_german()))


def test_whoever_asks_something_else_is_answered_as_ever() -> None:
    scene = told(SHORT, SOURCE, MORE)
    assert scene.says("Und was kostet das?").did(SendMessage).text == "Und was kostet das?"


def test_zero_and_star_count_as_ever() -> None:
    scene = told(SHORT, SOURCE, MORE)
    assert scene.presses("*").said.startswith("Sie brauchen:")
    assert asked(scene.hears_all()).startswith(OFFER)
    assert scene.presses("0").did(AskForCall)


def test_yes_asks_how_where_there_are_two_ways() -> None:
    scene = told(SHORT, SOURCE, MORE).says("Ja, gern")
    assert scene.said.startswith("Gern. Wie möchten Sie es bekommen?\nFür „Code")
    assert scene.hears_all().says("per Mail").said.startswith("Ich benutze Ihre E-Mail-Adresse nur")


def test_callers_by_keys_get_the_code() -> None:
    scene = deaf()
    assert asked(scene).startswith(OFFER)
    assert "E-Mail" not in asked(scene)
    assert scene.presses("1").did(WriteMemo).service == SERVICE


def test_without_a_mail_server_yes_means_the_code() -> None:
    scene = Scene(with_fields(phone_line(), mails=False)).in_german()
    assert "E-Mail" not in asked(told(SHORT, scene=scene))
    assert scene.says("Ja").did(WriteMemo)


# --- the code


@pytest.mark.parametrize("said", ["Code", "die Eins", "den Code für die Internetseite", "Internet"])
def test_the_code_is_said_slowly_in_groups_and_twice(said: str) -> None:
    scene = written(told(SHORT, SOURCE, MORE).says(said))
    digits = [one for one in scene.call.question.lines if one.text == "1 2 0, 4 5 6, 7 8 9."]
    assert [one.pace for one in digits] == [Pace.SLOW] * 2
    assert "www Punkt musterland Punkt example. Das geht bis zum 7. Dezember." in scene.said


def test_the_code_can_be_repeated_and_the_call_goes_on() -> None:
    scene = written(told(SHORT, SOURCE, MORE).presses("1")).hears_all()
    assert scene.presses("7").said.count("1 2 0, 4 5 6, 7 8 9.") == 2
    assert scene.hears_all().says("wiederholen").said.count("1 2 0, 4 5 6, 7 8 9.") == 2
    assert scene.is_silent().said.count("1 2 0, 4 5 6, 7 8 9.") == 2  # she was still writing
    assert scene.is_silent().said.startswith("Ich höre Sie leider immer noch nicht.")
    assert scene.presses("9").said.startswith("Mehr?")
    assert scene.hears_all().says("Und die Dauer?").did(SendMessage)


def test_what_fails_is_said() -> None:
    scene = told(SHORT, SOURCE).presses("1")
    asked = scene.did(WriteMemo)
    assert scene.happens(MemoFailed(1, asked.turn)).said.startswith("Das Aufschreiben hat leider")


def test_waiting_for_the_code_traps_nobody() -> None:
    scene = told(SHORT, SOURCE, MORE).presses("1")
    assert scene.waits_for(Timer.FILLER).said == "Einen Moment bitte."
    scene.happens(Uttered(3, 77)).happens(NothingSaid(4, 77, Reason.SILENCE))
    assert written(scene).said.startswith("Gut. Schreiben Sie bitte mit.")
    waiting = told(SHORT, SOURCE, MORE).presses("1").presses("0")
    assert waiting.did(AskForCall)
    assert written(waiting).effects == []  # she is on her way to a person
    asking = told(SHORT, SOURCE, MORE).presses("1").says("Was kostet das?")
    assert asking.did(SendMessage)
    assert written(asking).effects == []
    late = told(SHORT, SOURCE, MORE).presses("1").waits_for(Timer.PATIENCE)
    assert late.did(AskForCall)


# --- the e-mail


def test_nothing_is_asked_for_before_she_agrees() -> None:
    scene = told(SHORT, SOURCE, MORE).says("E-Mail")
    assert scene.said == (
        "Ich benutze Ihre E-Mail-Adresse nur für diese eine Nachricht. Danach wird sie gelöscht."
        " Sind Sie einverstanden?"
    )
    assert scene.hears_all().says("Nein").said == "Was möchten Sie noch wissen?"
    assert not [e for e in scene.all if isinstance(e, MailMemo)]


def test_an_address_is_spelled_read_back_and_mailed() -> None:
    scene = spelling()
    assert scene.did(Listen).mode is Mode.DIGITS
    scene.says("Anton, n wie Nordpol, at, gmx Punkt de")
    assert scene.said == (
        "Ich habe verstanden: a wie Anton, n wie Nordpol, at, gmx, Punkt, de. Ist das richtig?"
    )
    mailed = scene.hears_all().presses("1").did(MailMemo)
    assert (mailed.service, mailed.address) == (SERVICE, "an@gmx.de")
    assert "an@gmx.de" not in repr(mailed)
    scene.happens(MemoMailed(1, mailed.turn))
    assert scene.said == "Gut. Die E-Mail ist auf dem Weg.\nWas möchten Sie noch wissen?"


def test_an_address_may_come_in_pieces() -> None:
    scene = spelling("A N N")
    assert scene.said == "Bitte weiter."
    scene.hears_all().says("a at").hears_all()
    scene.says("web Punkt de")
    assert "n wie Nordpol, n wie Nordpol, a wie Anton, at, web, Punkt, de" in scene.said


def test_a_piece_that_stays_one_is_a_failed_try() -> None:
    scene = spelling("A N N")
    assert scene.is_silent().said == "Bitte buchstabieren Sie die Adresse noch einmal von vorn."
    assert scene.call.spelled == ""


def test_no_letter_with_an_accent_is_turned_into_another() -> None:
    scene = spelling("Müller at gmx Punkt de")
    assert "ü wie Übermut" in scene.said
    assert "Umlaute und Akzente gehen in einer Adresse nicht." in scene.said
    scene.hears_all().says("m u e l l e r at gmx Punkt de")
    assert "u wie Ulrich, e wie Emil" in scene.said


@pytest.mark.parametrize("wrong", ["Nein", "a at at punkt de"])
def test_after_two_failed_tries_there_is_the_code(wrong: str) -> None:
    scene = spelling("Anton at gmx Punkt de").hears_all()
    assert scene.says("nein").said == "Bitte buchstabieren Sie die Adresse noch einmal von vorn."
    scene.hears_all()
    if wrong == "Nein":
        scene.says("Anton at web Punkt de").hears_all()
    scene.says(wrong)
    assert scene.said.startswith("Mit der E-Mail-Adresse klappt es leider nicht.")
    assert scene.hears_all().presses("1").did(WriteMemo).service == SERVICE
    assert not [e for e in scene.all if isinstance(e, MailMemo)]


def test_corrections_and_commands_count_while_she_spells() -> None:
    scene = spelling("Anton at gmx Punkt de").hears_all()
    assert "b wie Berta" in scene.says("Berta Otto at gmx Punkt de").said
    assert spelling().presses("7").said.startswith("Bitte buchstabieren Sie Ihre E-Mail-Adresse.")
    assert spelling().presses("0").did(AskForCall)
    assert spelling("Mitarbeiter").did(AskForCall)


def test_whoever_speaks_instead_of_spelling_is_heard_by_the_bot() -> None:
    scene = spelling("Hilfe mein Mann schlägt mich")
    assert scene.did(SendMessage).text == "Hilfe mein Mann schlägt mich"


def test_misunderstandings_lead_to_the_code() -> None:
    scene = spelling()
    for number in (71, 72):
        scene.hears_all().happens(Uttered(scene.now, number))
        scene.happens(NothingSaid(scene.now, number, Reason.UNSURE))
    assert "Soll ich Ihnen stattdessen einen Code" in scene.said


def test_another_language_spells_by_its_own_alphabet() -> None:
    scene = Scene().rings().hears_all().presses("2").hears_all()
    scene.asks("What do I need?")
    scene.is_told(SHORT, SOURCE, language="en", service=SERVICE).hears_all()
    assert asked(scene).startswith("Shall I write that down for you?")
    scene.says("e-mail").hears_all().says("yes").hears_all()
    scene.says("alpha as in Alfa, bravo, at, gmail dot com")
    assert scene.said.startswith("I understood: a as in Alfa, b as in Bravo, at, gmail, dot, com.")


# --- on its way to the gateway


async def test_what_is_written_down_is_carried_to_the_bot() -> None:
    bot, told = FakeBot(lambda text: []), []
    talk = await bot.start("de", None)
    errands = Errands(bot, talk, told.append, "kfz")
    working = asyncio.create_task(errands.run())
    errands.send(WriteMemo(4, SERVICE), "de")
    errands.send(MailMemo(5, SERVICE, "an@gmx.de"), "de")
    await errands.done(5)
    working.cancel()
    assert talk.did == [("write_down", SERVICE), ("mail", SERVICE, "an@gmx.de")]
    written_down, mailed = told
    assert (written_down.turn, written_down.code, mailed.turn) == (4, "123456789", 5)


@pytest.mark.parametrize(
    "problem", [Refused("mail_off", {"fields": {"address": "an@gmx.de"}}), BotUnavailable()]
)
async def test_what_is_not_written_down_is_told_and_ends_no_call(
    problem: Exception, capfd: pytest.CaptureFixture[str]
) -> None:
    bot, told = FakeBot(lambda text: []), []
    talk = await bot.start("de", None)

    async def refuses(service: str, address: str) -> None:
        raise problem

    talk.mail = refuses  # type: ignore[method-assign]
    errands = Errands(bot, talk, told.append, "kfz")
    working = asyncio.create_task(errands.run())
    errands.send(MailMemo(5, SERVICE, "an@gmx.de"), "de")
    await errands.done(5)
    working.cancel()
    assert [(type(one), one.turn) for one in told] == [(MemoFailed, 5)]
    out, err = capfd.readouterr()
    assert "gmx" not in out + err
