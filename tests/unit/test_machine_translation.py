"""Sentences, masks, gates and routes of machine translation, with an engine of tables."""

import asyncio

import pytest

from translations.glossary import Glossary, Term
from translations.interpreter import Interpreter
from translations.machine import masks
from translations.machine.engine import EngineBusy, EngineFailed, FakeEngine, Pair
from translations.machine.gates import Reason, rejection
from translations.machine.sentences import pieces
from translations.machine.translator import OUTCOMES, MachineTranslator
from translations.texts import Texts

DE_UK, DE_EN, EN_UK = Pair("de", "uk"), Pair("de", "en"), Pair("en", "uk")
TERMS = Glossary((
    Term("Aufenthaltstitel", "дозвіл на перебування", ("дозв",)), Term("Jobcenter", "Jobcenter"),
))  # fmt: skip


def _translator(tables: dict[Pair, dict[str, str]], **engine: object) -> MachineTranslator:
    return MachineTranslator(FakeEngine(tables, **engine), lambda code: TERMS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Guten Tag. Wie geht es?", ["Guten Tag.", "Wie geht es?"]),
        ("Am 3. Oktober um 8 Uhr.", ["Am 3. Oktober um 8 Uhr."]),
        ("Das kostet z. B. 10 Euro. Ja.", ["Das kostet z. B. 10 Euro.", "Ja."]),
        ("- Pass\n- Foto", ["Pass", "Foto"]),
        ("1. Erstens\n\n2. Zweitens", ["Erstens", "Zweitens"]),
        ("أين أذهب؟ شكرا.", ["أين أذهب؟", "شكرا."]),
        ("Wort " * 120, 2),
        ("x" * 900, 3),
        ("12.30 – ", []),
        ("", []),
    ],
)
def test_sentences_and_what_stands_between(text: str, sentences: list[str] | int) -> None:
    parts = pieces(text)
    assert "".join(part.text for part in parts) == text
    found = [part.text for part in parts if part.translate]
    assert (len(found) if isinstance(sentences, int) else found) == sentences


@pytest.mark.parametrize(
    ("sentence", "masked", "kept"),
    [
        ("Siehe https://amt.example/a.", "Siehe ⟦0⟧.", ["https://amt.example/a"]),
        ("An info@amt.example bitte", "An ⟦0⟧ bitte", ["info@amt.example"]),
        ("Konto DE89 3704 0044 0532 0130 00", "Konto ⟦0⟧", ["DE89 3704 0044 0532 0130 00"]),
        ("Auto MU-AB 123 abmelden", "Auto ⟦0⟧ abmelden", ["MU-AB 123"]),
        ("Nach § 24 AufenthG", "Nach ⟦0⟧", ["§ 24 AufenthG"]),
        ("Zeichen 12/345-B6 nennen", "Zeichen ⟦0⟧ nennen", ["12/345-B6"]),
        ("Ihr Aufenthaltstitel gilt", "Ihr ⟦0⟧ gilt", ["дозвіл на перебування (Aufenthaltstitel)"]),
        ("Das Jobcenter hilft", "Das ⟦0⟧ hilft", ["Jobcenter"]),
        ("Guten Tag, {name}", "Guten Tag, ⟦0⟧", ["{name}"]),
        ("In 3 Wochen", "In 3 Wochen", []),
    ],
)
def test_what_is_kept_from_the_engine(sentence: str, masked: str, kept: list[str]) -> None:
    found = masks.masked(sentence, "de", "uk", TERMS, figures_too=False)
    assert (found.text, list(found.kept)) == (masked, kept)
    assert found.restored(found.text) is not None
    assert found.restored(found.text.replace("⟦0⟧", "")) == (None if kept else sentence)
    assert found.restored(f"{found.text} ⟦0⟧") is None


def test_terms_on_the_way_into_german() -> None:
    found = masks.masked("Мій Aufenthaltstitel, дозвіл на перебування", "uk", "de", TERMS, False)
    assert found.kept == ("Aufenthaltstitel", "Aufenthaltstitel")


@pytest.mark.parametrize("shape", masks.SHAPES)
def test_masks_take_the_shape_that_an_engine_likes(shape: str) -> None:
    text = "Das ist ⟦0⟧ und ⟦11⟧."
    assert masks.from_shape(masks.as_shape(text, shape), shape) == text


@pytest.mark.parametrize(
    ("sentence", "output", "target", "reason"),
    [
        ("Die Gebühr beträgt 37 Euro.", "The fee is 37 euros.", "en", None),
        ("Die Gebühr beträgt 37 Euro.", "The fee is 7 euros.", "en", Reason.NUMBERS),
        ("Am 3. Oktober ist zu.", "Closed on 3 September.", "en", Reason.NUMBERS),
        ("Ihr Zeichen ist AB-123.", "Your code is 123.", "en", Reason.NUMBERS),
        ("Siehe https://a.example jetzt", "See it now", "en", Reason.LINKS),
        ("Guten Tag", "", "en", Reason.EMPTY),
        ("Bitte warten Sie hier.", "Please ⁇ here.", "en", Reason.UNKNOWN_PIECES),
        ("Bitte bringen Sie {x} mit.", "Please bring it.", "en", Reason.MASKS),
        ("Bitte warten Sie hier auf mich.", "Wait", "en", Reason.LENGTH),
        ("Bitte warten Sie hier.", "Wait wait wait here", "en", Reason.REPETITION),
        ("Ich komme morgen wieder.", "mañamañamañamañamaña", "es", Reason.REPETITION),
        ("Bitte warten Sie hier.", "Please wait here.", "uk", Reason.SCRIPT),
        ("Bitte warten Sie hier.", "Bitte warten Sie hier.", "en", Reason.COPY),
        ("Ihr Aufenthaltstitel gilt noch.", "Ваш паспорт ще дійсний.", "uk", Reason.TERMS),
        ("Ihr Aufenthaltstitel gilt noch.", "Ваш дозвіл ще дійсний.", "uk", None),
    ],
)
def test_gates(sentence: str, output: str, target: str, reason: Reason | None) -> None:
    assert rejection(sentence, output, "de", target, TERMS) is reason


async def test_a_direct_package_is_taken_before_the_way_through_english() -> None:
    hello = "Guten Tag, wie geht es?"
    tables = {
        DE_EN: {hello: "Hello, how are you?"},
        EN_UK: {"Hello, how are you?": "Вітаю, як справи?"},
    }
    translator = _translator(tables)
    assert (await translator.render(hello, "de", "uk")).text == "Вітаю, як справи?"
    direct = _translator(tables | {DE_UK: {hello: "Добрий день, як справи?"}})
    assert (await direct.render(hello, "de", "uk")).text == "Добрий день, як справи?"
    assert (await direct.render(hello, "de-x-leicht", "uk")).text == "Добрий день, як справи?"
    assert (await direct.render(hello, "de", "fr")).reason is Reason.NO_PACKAGE


async def test_known_sentences_cost_nothing_until_they_are_forgotten() -> None:
    engine = FakeEngine({DE_UK: {"Bitte warten Sie hier.": "Зачекайте тут, будь ласка."}})
    translator = MachineTranslator(engine, lambda code: TERMS)
    for _ in range(3):
        await translator.render("Bitte warten Sie hier. Bitte warten Sie hier.", "de", "uk")
    assert engine.calls == [(DE_UK, ("Bitte warten Sie hier.",))]
    translator.forget()
    await translator.render("Bitte warten Sie hier.", "de", "uk")
    assert len(engine.calls) == 2


async def test_one_rejected_sentence_rejects_the_text_and_is_counted() -> None:
    before = OUTCOMES.labels(Reason.NUMBERS)._value.get()
    translator = _translator({DE_UK: {
        "Bitte warten Sie hier.": "Зачекайте тут, будь ласка.",
        "Das kostet 10 Euro.": "Це коштує 100 євро.", "Das kostet ⟦0⟧ Euro.": "Це коштує євро.",
    }})  # fmt: skip
    rendering = await translator.render("Bitte warten Sie hier. Das kostet 10 Euro.", "de", "uk")
    assert (rendering.text, rendering.reason) == (None, Reason.NUMBERS)
    assert OUTCOMES.labels(Reason.NUMBERS)._value.get() == before + 1


async def test_a_lost_number_is_masked_and_tried_again() -> None:
    translator = _translator({DE_UK: {
        "Das kostet 10 Euro.": "Це коштує 100 євро.", "Das kostet ⟦0⟧ Euro.": "Це коштує ⟦0⟧ євро.",
    }})  # fmt: skip
    assert (await translator.render("Das kostet 10 Euro.", "de", "uk")).text == "Це коштує 10 євро."


async def test_fragments_where_no_mask_survives() -> None:
    translator = _translator({DE_UK: {
        "Bitte bringen Sie": "Принесіть, будь ласка", "zum Termin mit.": "на прийом із собою.",
    }}, mask=None)  # fmt: skip
    rendering = await translator.render("Bitte bringen Sie 3 zum Termin mit.", "de", "uk")
    assert rendering.text == "Принесіть, будь ласка 3 на прийом із собою."


@pytest.mark.parametrize(
    ("text", "rendering"),
    [("Aufenthaltstitel", "дозвіл на перебування (Aufenthaltstitel)"), ("Danke", Reason.TOO_SHORT)],
)
async def test_a_word_alone_is_a_term_or_stays(text: str, rendering: str) -> None:
    found = await _translator({DE_UK: {}}).render(text, "de", "uk")
    assert rendering in (found.text, found.reason)


async def test_capitals_are_calmed() -> None:
    translator = _translator({DE_UK: {"Bitte warten sie hier.": "Зачекайте тут, будь ласка."}})
    rendering = await translator.render("BITTE WARTEN SIE HIER.", "de", "uk")
    assert rendering.text == "Зачекайте тут, будь ласка."


async def test_failures_have_names() -> None:
    class Failing(FakeEngine):
        error: type[Exception] = EngineBusy

        async def translate(self, *args: object, **kwargs: object) -> list[str]:
            raise self.error

    translator = MachineTranslator(Failing({DE_UK: {}}), lambda code: TERMS)
    assert (await translator.render("Bitte warten Sie.", "de", "uk")).reason is Reason.BUSY
    Failing.error = EngineFailed
    assert (await translator.render("Bitte warten Sie.", "de", "uk")).reason is Reason.FAILED
    assert (await translator.render("x" * 4001, "de", "uk")).reason is Reason.TOO_LONG


async def test_the_catalogues_words_come_before_the_machines() -> None:
    from translations.catalogues import State, Translation

    texts = Texts(
        {"templates.wait": "Einen Moment bitte.", "templates.at": "Am {date} um {time} Uhr."},
        {"uk": {
            "templates.wait": Translation("Хвилинку, будь ласка.", State.REVIEWED),
            "templates.at": Translation("{date} о {time}.", State.DRAFT),
        }},
    )  # fmt: skip
    engine = FakeEngine({DE_UK: {"Wie geht es Ihnen?": "Як ваші справи?"}})
    interpreter = Interpreter(texts, MachineTranslator(engine, lambda code: TERMS))

    async def said(text: str) -> tuple[str | None, str]:
        found = await interpreter.interpret(text, "de", "uk")
        return found.text, found.by

    assert await said("Einen Moment bitte.") == ("Хвилинку, будь ласка.", "reviewed")
    assert await said("Am 30.11.2026 um 14:30 Uhr.") == ("30.11.2026 о 14:30.", "draft")
    assert await said("Wie geht es Ihnen?\nEinen Moment bitte.") == (
        "Як ваші справи?\nХвилинку, будь ласка.", "machine",
    )  # fmt: skip
    assert engine.calls == [(DE_UK, ("Wie geht es Ihnen?",))]


async def test_many_at_once_share_what_is_known() -> None:
    translator = _translator({DE_UK: {"Bitte warten Sie.": "Зачекайте, прошу."}}, pause_s=0.01)
    found = await asyncio.gather(
        *(translator.render("Bitte warten Sie.", "de", "uk") for _ in range(50))
    )
    assert {one.text for one in found} == {"Зачекайте, прошу."}
