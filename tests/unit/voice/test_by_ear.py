"""What is said of a message, and what is understood of what a caller says."""

import datetime as dt
from typing import get_args

import pytest

from bot.crisis import CrisisDetector
from bot.model import Author
from bot.parts import (
    Button,
    Buttons,
    Checklist,
    ChecklistItem,
    Contact,
    FeeItem,
    Fees,
    Link,
    Links,
    Notice,
    Number,
    Numbers,
    Offer,
    Source,
    Steps,
    Text,
)
from bot.settings import ROOT
from bot.yaml_files import read_yaml
from tests.support.phone import message, phone_line, texts
from translations.languages import all_languages
from voice.by_ear.cleaning import spoken
from voice.by_ear.commands import Command, Commands
from voice.by_ear.digits import Digits, dialable, ending, read_back
from voice.by_ear.language_names import language_named
from voice.by_ear.phrases import Key, Phrases
from voice.by_ear.portions import by_ear
from voice.speech import Pace

PHRASES = Phrases({code: texts().all_of("phone.", code) for code in all_languages()})
COMMANDS = Commands.load(ROOT / "data/phone/commands")
DIGITS = Digits.load(ROOT / "data/phone/digits.yml")
CHECKED = dt.date(2026, 11, 3)


def told(*parts: object, language: str = "de", **fields: object) -> list[list[str]]:
    portions = by_ear(message(*parts, **fields), language, PHRASES)
    return [[line.text for line in portion.lines] for portion in portions]


# --- texts


def test_every_phrase_is_written_and_used() -> None:
    written = read_yaml(ROOT / "data/texts/phone.yml")
    assert set(written) == set(get_args(Key))
    code = "".join(path.read_text("utf-8") for path in (ROOT / "voice").rglob("*.py"))
    code = code.replace((ROOT / "voice/by_ear/phrases.py").read_text("utf-8"), "")
    assert [key for key in written if f'"{key}"' not in code] == []


def test_only_what_has_no_placeholder_is_fixed() -> None:
    assert PHRASES.line("moment", "de").fixed
    assert not PHRASES.line("choice", "de", choice="Kosten", key="1").fixed
    assert len(list(PHRASES.fixed("tr"))) == len(list(PHRASES.fixed("de"))) > 40


# --- from parts to portions


def test_a_short_list_is_one_portion() -> None:
    items = [
        ChecklistItem(text="Ausweis"),
        ChecklistItem(text="Vollmacht", when="wenn Sie nicht kommen"),
    ]
    assert told(Checklist(title="Sie brauchen:", items=items)) == [
        ["Sie brauchen:", "Ausweis.", "Vollmacht, wenn Sie nicht kommen."]
    ]


def test_a_long_list_comes_in_threes() -> None:
    items = [ChecklistItem(text=f"Papier {n}") for n in range(1, 8)]
    portions = by_ear(message(Checklist(title="Papiere:", items=items)), "de", PHRASES)
    assert [len(portion.lines) for portion in portions] == [6, 4, 1]
    assert [portion.more for portion in portions] == [True, True, False]
    assert portions[0].lines[1].text == "Es sind 7 Punkte."
    assert portions[0].lines[-1].text == "Möchten Sie die nächsten Unterlagen hören?"


def test_what_follows_a_list_is_known_apart_from_it() -> None:
    items = [ChecklistItem(text=f"Papier {n}") for n in range(1, 5)]
    *_, last = by_ear(
        message(Checklist(title="Papiere:", items=items), Notice(text="Im Original.")),
        "de", PHRASES,
    )  # fmt: skip
    assert [line.text for line in last.lines[last.rest_from :]] == ["Im Original."]


def test_fees_and_steps_are_sentences() -> None:
    fees = Fees(title="Das kostet es:", items=[
        FeeItem(what="Ummeldung", amount="10,20 €", note="Bar oder Karte"), FeeItem(what="Schild"),
    ])  # fmt: skip
    assert told(fees) == [["Das kostet es:", "Ummeldung: 10,20 €. Bar oder Karte.", "Schild."]]
    steps = Steps(title="So geht es:", items=["Kommen.", "Zahlen."])
    assert told(steps) == [["So geht es:", "Schritt 1: Kommen.", "Schritt 2: Zahlen."]]


def test_opening_hours_are_told_to_who_wants_them() -> None:
    contact = Contact(
        title="Kfz-Zulassung", lines=["Musterweg 1", "12345 Musterstadt"], phone="030 23125 110",
        mail="a@b.example", hours=["Montag: 08:00–12:00"],
    )  # fmt: skip
    assert told(contact) == [
        ["Kfz-Zulassung, Musterweg 1, 12345 Musterstadt.",
         "Die Telefonnummer ist 030 23125 110.", "Möchten Sie die Öffnungszeiten hören?"],
        ["Montag: 08:00–12:00."],
    ]  # fmt: skip


def test_links_are_not_read_out() -> None:
    (lines,) = told(Links(items=[Link(title="Formular", url="https://a.example/f?x=1")]))
    assert lines == [PHRASES.text("links", "de")]


@pytest.mark.parametrize(
    ("reviewed", "expected"),
    [
        (None, ["Laut § 15 FZV, Stand 3. November.", "Vom Landkreis noch nicht geprüft."]),
        (CHECKED, ["Laut § 15 FZV, Stand 3. November."]),
    ],
)
def test_the_source_is_said_shortly(reviewed: dt.date | None, expected: list[str]) -> None:
    source = Source(
        text="Quelle: sehr lang", items=[Link(title="§ 15 FZV"), Link(title="§ 30 FZV")],
        checked_on=CHECKED, reviewed_on=reviewed,
    )  # fmt: skip
    assert told(Text(text="Ja."), source, checked_on=CHECKED) == [["Ja.", *expected]]


def test_buttons_and_offers_end_a_portion() -> None:
    buttons = Buttons(title="Mehr?", items=[Button(title="Kosten", payload="a/fees")])
    offer = Offer(office="kfz", office_name="Kfz", open=True, kinds=["chat"], text="Jetzt offen.")
    first, second = by_ear(message(Text(text="Tut mir leid."), offer, buttons), "de", PHRASES)
    assert first.offer == offer
    assert [line.text for line in first.lines] == ["Tut mir leid.", "Jetzt offen."]
    assert [option.payload for option in second.options] == ["a/fees"]


def test_numbers_come_first_slowly_and_twice() -> None:
    numbers = Numbers(title="Hilfe", items=[Number(name="Notruf", phone="112", note="kostenlos")])
    (portion,) = by_ear(message(Text(text="Gut, dass Sie schreiben."), numbers), "de", PHRASES)
    assert portion.urgent
    assert [line.text for line in portion.lines][1::3] == ["Notruf: 112.", "Notruf: 112."]
    assert [line.pace for line in portion.lines if "112" in line.text] == [Pace.SLOW, Pace.SLOW]


def test_despair_hears_numbers_and_an_offer() -> None:
    numbers = Numbers(title="Hilfe", items=[Number(name="Seelsorge", phone="116 123")])
    offer = Offer(office="kfz", office_name="Kfz", open=True, kinds=["chat"], text="Jetzt offen.")
    urgent, rest = by_ear(message(Text(text="Das belastet."), numbers, offer), "de", PHRASES)
    assert urgent.urgent
    assert [line.text for line in rest.lines] == ["Das belastet.", "Jetzt offen."]


def test_a_caseworker_is_named() -> None:
    (lines,) = told(Text(text="Kommen Sie."), author=Author.CASEWORKER, name="Frau Erika")
    assert lines == ["Eine Nachricht von Frau Erika:", "Kommen Sie."]


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("Eins\n- zwei\n• drei", "Eins. zwei. drei."),
        ("Siehe https://a.example/b?c=1 dort", "Siehe dort."),
        ("Der Pass (Original) zählt", "Der Pass, Original, zählt."),
        ("\u2068Kfz\u2069 می‌خواهم", "Kfz می‌خواهم."),
    ],
)
def test_layout_is_not_spoken(written: str, said: str) -> None:
    assert spoken(written) == said


# --- commands


@pytest.mark.parametrize(
    ("language", "said", "command"),
    [
        ("de", "Ja, bitte.", Command.YES),
        ("de", "Nein danke", Command.NO),
        ("de", "Nein, ich meine das andere Auto", None),
        ("de", "Ja und was kostet das", None),
        ("de", "Ich möchte mit einem Mitarbeiter sprechen.", Command.PERSON),
        ("de", "Mein Mitarbeiter braucht einen Aufenthaltstitel", None),
        ("de", "Noch einmal bitte", Command.REPEAT),
        ("de", "langsamer", Command.SLOWER),
        ("de", "Hilfe!", None),
        ("de", "Wie geht das?", Command.HELP),
        ("de", "Hilfe, Feuer", None),
        ("de", "Hilfe Polizei", None),
        ("de-x-leicht", "zurück", Command.BACK),
        ("en", "Could you call me back?", Command.CALLBACK),
        ("en", "I want to talk to a human", Command.PERSON),
        ("tr", "Evet, lütfen.", Command.YES),
        ("ar", "نعم", Command.YES),
        ("uk", "Хочу поговорити з людиною", Command.PERSON),
        ("ru", "Ещё раз, пожалуйста", Command.REPEAT),
        ("fa", "بله", Command.YES),
        ("pl", "Proszę oddzwonić", Command.CALLBACK),
        ("ro", "Încă o dată", Command.REPEAT),
        ("fr", "Non merci", Command.NO),
    ],
)
def test_commands(language: str, said: str, command: Command | None) -> None:
    assert COMMANDS.recognise(said, language) is command


def test_every_language_has_its_words() -> None:
    assert COMMANDS.languages == {code for code in all_languages() if "-" not in code}


def test_no_crisis_is_taken_for_a_command() -> None:
    detector = CrisisDetector.load(ROOT / "data/crisis")
    for code in sorted(COMMANDS.languages):
        listed = read_yaml(ROOT / f"data/phone/commands/{code}.yml")
        for phrase in (one for group in listed.values() for one in group):
            assert detector.detect(phrase) is None, (code, phrase)


# --- digits


@pytest.mark.parametrize(
    ("language", "said", "digits"),
    [
        ("de", "null eins sieben eins, doppel drei, einundzwanzig zwo", "017133212"),
        ("de", "0171 234 56 78", "01712345678"),
        ("de", "plus 49 171 5", "491715"),
        ("de", "+49 171 5", "00491715"),
        ("de", "meine Nummer ist dreihundert", "300"),
        ("en", "oh one seven double five twenty one", "0175521"),
        ("tr", "sıfır beş yirmibir", "0521"),
        ("fr", "zéro six quatre-vingt-dix", "0690"),
        ("ar", "صفر واحد سبعة", "017"),
        ("uk", "нуль один сім", "017"),
    ],
)
def test_spoken_digits(language: str, said: str, digits: str) -> None:
    assert DIGITS.digits_of(said, language) == digits


def test_one_digit_alone_is_a_key() -> None:
    assert DIGITS.key_of("die Eins", "de") == "1"
    assert DIGITS.key_of("eins zwei", "de") is None
    assert DIGITS.key_of("ich habe drei Kinder", "de") is None


@pytest.mark.parametrize(
    ("digits", "number"),
    [
        ("03023125110", "+493023125110"),
        ("0049301234567", "+49301234567"),
        ("+905321234567", "+905321234567"),
        ("23125110", None),
        ("0112", None),
        ("", None),
        ("0" * 20, None),
    ],
)
def test_a_number_that_can_be_dialled(digits: str, number: str | None) -> None:
    assert dialable(digits) == number


def test_numbers_are_read_back_in_groups() -> None:
    assert read_back("+493023125110") == "0 3 0, 2 3 1, 2 5 1, 1 0"
    assert read_back("+491711234567") == "0 1 7 1, 1 2 3, 4 5 6, 7"
    assert read_back("+905321234567") == "0 0 9 0, 5 3 2, 1 2 3, 4 5 6, 7"
    assert ending("+493023125999") == "9 9 9"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ("Deutsch", "de"), ("auf Türkisch bitte", "tr"), ("English", "en"), ("Türkçe", "tr"),
        ("Polnisch", None), ("ich will mein deutsches Auto ummelden", None),
    ],
)  # fmt: skip
def test_languages_by_their_names(said: str, code: str | None) -> None:
    assert language_named(said, phone_line().languages) == code
