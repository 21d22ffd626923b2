"""Where a text is cut for the synthesiser."""

import pytest

from voice.speaking.sentences import (
    PAUSE_CLAUSE_MS,
    PAUSE_PARAGRAPH_MS,
    PAUSE_SENTENCE_MS,
    Sentence,
    sentences,
)


def texts(text: str, language: str = "de") -> list[str]:
    return [sentence.text for sentence in sentences(text, language)]


@pytest.mark.parametrize(
    ("language", "text", "cut"),
    [
        ("de", "Guten Tag. Worum geht es?", ["Guten Tag.", "Worum geht es?"]),
        ("de", "Bringen Sie z. B. den Pass mit. Danke.",
         ["Bringen Sie z. B. den Pass mit.", "Danke."]),
        ("de", "Ab dem 1. Juli gilt das. Und am 3.10.2026 auch.",
         ["Ab dem 1. Juli gilt das.", "Und am 3.10.2026 auch."]),
        ("de", "Das gilt ab 2026. Der 14. Lebensmonat zählt.",
         ["Das gilt ab 2026.", "Der 14. Lebensmonat zählt."]),
        ("de", "Siehe § 24 Abs. 1 Nr. 2. Mehr auf www.musterland.example. Ende.",
         ["Siehe § 24 Abs. 1 Nr. 2.", "Mehr auf www.musterland.example.", "Ende."]),
        ("de", "Fragen Sie A. Muster. „Ja.“ Gut!", ["Fragen Sie A. Muster.", "„Ja.“", "Gut!"]),
        ("de", "Zehn. Elf.", ["Zehn.", "Elf."]),
        ("pl", "Urząd ds. cudzoziemców jest otwarty. Dziękuję.",
         ["Urząd ds. cudzoziemców jest otwarty.", "Dziękuję."]),
        ("ar", "مرحباً. كيف أساعدكم؟ شكراً.", ["مرحباً.", "كيف أساعدكم؟", "شكراً."]),
        ("de", " \n– \n", []),
    ],
)  # fmt: skip
def test_cut(language: str, text: str, cut: list[str]) -> None:
    assert texts(text, language) == cut


def test_lines_are_paragraphs_and_bullets_are_not_read() -> None:
    assert sentences("Mitbringen:\n- Pass\n- Foto. Neu.", "de") == [
        Sentence("Mitbringen:", PAUSE_PARAGRAPH_MS),
        Sentence("Pass", PAUSE_PARAGRAPH_MS),
        Sentence("Foto.", PAUSE_SENTENCE_MS),
        Sentence("Neu.", PAUSE_PARAGRAPH_MS),
    ]


def test_a_long_first_sentence_begins_early_and_later_ones_stay_whole() -> None:
    long = (
        "Wenn Sie ein Auto ummelden, brauchen Sie Ihren Ausweis, die eVB-Nummer, beide Teile der"
        " Zulassungsbescheinigung und eine Bankverbindung."
    )
    first, *_, last = sentences(f"{long} {long}", "de")
    assert first == Sentence("Wenn Sie ein Auto ummelden,", PAUSE_CLAUSE_MS)
    assert last == Sentence(long, PAUSE_PARAGRAPH_MS)


def test_no_part_is_too_short_or_cut_within_an_amount() -> None:
    text = "Ja, das kostet 10,20 Euro, die Reservierung 2,60 Euro, und die Schilder kosten extra."
    assert texts(text) == [
        "Ja, das kostet 10,20 Euro,",
        "die Reservierung 2,60 Euro, und die Schilder kosten extra.",
    ]


def test_a_very_long_sentence_is_cut_where_it_breathes() -> None:
    text = ", ".join(["das ist noch ein Teil eines Satzes ohne Ende"] * 20) + "."
    cut = texts(text)
    assert " ".join(cut) == text
    assert max(map(len, cut)) <= 200
