"""What identifies a person or a case is found, and what only looks like it is not."""

import pytest

from bot.personal_data import HARMLESS, find


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Meine neue IBAN lautet DE02 1203 0000 0000 2020 51, bitte eintragen", "account"),
        ("DE00 1234 5678 9012 3456 78", "account"),
        ("de02120300000000202051", "account"),
        ("Konto AT61 1904 3002 3457 3201", "account"),
        ("Steuer-ID 86 095 742 719", "tax_number"),
        ("meine rentennummer 65 170839 J 008", "insurance_number"),
        ("BG 12345//0012345", "case_number"),
        ("Kundennummer 123A456789", "case_number"),
        ("Mein Aktenzeichen ist 33.2-4711/26", "case_number"),
        ("Az.: 33-4711", "case_number"),
        ("case number: K/2026/118", "case_number"),
        ("Ausweisnummer L01X00T47", "document_number"),
        ("Schreiben Sie an erika@muster.example", "mail"),
    ],
)
def test_it_is_found_and_removed(text: str, kind: str) -> None:
    found = find(text)
    assert found.kinds == {kind}
    numbers = {word for word in text.split() if sum(map(str.isdecimal, word)) > 2}
    assert not numbers & set(found.text.split())


@pytest.mark.parametrize(
    "text",
    [
        "Ich ziehe am 1.12.2026 um, was kostet das?",
        "Mein Kennzeichen ist M-AB 1234",
        "Rufen Sie mich an: 0176 / 555 44-33",
        "Was steht in § 22 SGB II?",
        "kann ich mit az 2020 anmelden",
        "AT 12 34 FAHRZEUG GESUCHT",
        "FAHRZEUGE",
        "Ich bekomme 563,00 Euro und zahle 1.200 Euro Miete",
        "",
    ],
)
def test_what_is_ordinary_stays(text: str) -> None:
    found = find(text)
    assert (found.kinds, found.text) == (frozenset(), text)


def test_all_of_several_is_removed() -> None:
    found = find("IBAN DE02 1203 0000 0000 2020 51, mail a@b.example, BG 12345//0012345")
    assert found.kinds == {"account", "mail", "case_number"}
    assert not any(map(str.isdecimal, found.text))
    assert found.kinds - HARMLESS
