"""What the checks of translations find, and what they let pass."""

import pytest

from translations import checks, figures
from translations.direction import bare, isolated
from translations.glossary import Glossary, Term

TERMS = Glossary((
    Term("Aufenthaltstitel", "дозвіл на перебування", ("дозвол",)),
    Term("Zulassung", "реєстрація", ("реєстрац",)),
    Term("Zulassungsbescheinigung Teil II", "свідоцтво про реєстрацію, частина II", ("свідоцт",)),
))  # fmt: skip


def _rules(german: str, translation: str, language: str = "uk", key: str = "x.y") -> list[str]:
    return [f.rule for f in checks.findings(key, german, translation, language, TERMS)]


@pytest.mark.parametrize(
    ("german", "translation", "language", "rules"),
    [
        ("Es kostet 10,20 Euro.", "Це коштує 10,20 євро.", "uk", []),
        ("Es kostet 10,20 Euro.", "Це коштує 10,30 євро.", "uk", ["numbers"]),
        ("Es kostet 10,20 Euro.", "It costs 10.20 euros.", "en", []),
        ("Es kostet 50.700 Euro.", "It costs 50,700 euros.", "en", []),
        ("Es kostet 50.700 Euro.", "Це коштує 50\u00a0700 євро.", "uk", []),
        ("Es kostet 10 Euro.", "Це коштує 10.", "uk", ["euro"]),
        ("Bis 1. Juli 2026", "Until 1 July 2026", "en", []),
        ("Bis 1.7.2026", "Until 1 July 2026", "en", []),
        ("Bis 1. Juli 2026", "Until 1 June 2026", "en", ["numbers"]),
        ("Bis 1. Juli 2026", "До 1 липня 2026", "uk", []),
        ("Bis 1. Juli 2026", "До 1 червня 2026", "uk", ["numbers"]),
        ("In 3 Monaten", "You may 3 months", "en", []),
        ("Im März 2026", "w marcu 2026", "pl", []),
        ("Bis 4. März 2027", "4 Mart 2027'ye kadar", "tr", []),
        ("Bis 4. März 2027", "حتى 4 مارس 2027", "ar", []),
        ("Bis 4. März 2027", "حتى ٤ مارس 2027", "ar", ["script", "numbers"]),
        ("Guten Tag, {name}!", "Добрий день!", "uk", ["placeholders"]),
        ("Siehe https://amt.example/a.", "Див. https://amt.example/b.", "uk", ["links"]),
        ("Nach § 24 AufenthG", "За § 24 AufenthG", "uk", []),
        ("Nach § 24 AufenthG", "За § 24", "uk", ["laws"]),
        ("Zulassungsbescheinigung Teil II", "свідоцтво, частина I", "uk", ["laws"]),
        ("Zulassungsbescheinigung Teil II", "свідоцтво, частина II (Teil II)", "uk", []),
        ("Ihr Aufenthaltstitel", "Ваш документ", "uk", ["glossary"]),
        ("Ihr Aufenthaltstitel", "щодо дозволу", "uk", []),
        ("Ihres Aufenthaltstitels", "Ваш Aufenthaltstitel", "uk", []),
        ("Bitte den Pass mitbringen.", "Bitte bringen Sie Ihren alten Pass mit.", "uk", ["script"]),
        ("Guten Tag", "Добрый день, это мы", "uk", ["letters"]),
        ("Guten Tag", "سلام\u200f", "fa", ["hidden"]),
        ("Guten Tag", "سلام ي", "fa", ["letters"]),
    ],
)  # fmt: skip
def test_findings(german: str, translation: str, language: str, rules: list[str]) -> None:
    assert sorted(_rules(german, translation, language)) == sorted(rules)


def test_buttons_and_titles_are_short() -> None:
    assert _rules("Ja", "т" * 61, key="utter_x.buttons.0") == ["length"]
    assert _rules("Ja", "т" * 61, key="bot.aspect_fees") == ["length"]
    assert _rules("Ja", "т" * 111, key="service.kfz_evb.title") == ["length"]
    assert _rules("Ja", "т" * 61) == []


@pytest.mark.parametrize(
    ("text", "rules"),
    [
        ("Sie brauchen einen Termin. Rufen Sie an.", []),
        ("Der Aufenthalts-Titel ist ein Papier.", []),
        ("Die Fahrzeugzulassungsbehörde hilft.", ["word"]),
        ("Das ist die Karte des Amtes.", ["genitive"]),
        ("Sie könnten anrufen.", ["subjunctive"]),
        ("Wenn Sie am Montag nicht kommen können dann rufen Sie bitte vorher bei uns im Amt an.",
         ["sentence"]),
    ],
)  # fmt: skip
def test_leichte_sprache(text: str, rules: list[str]) -> None:
    found = checks.findings("x.y", "Text", text, "de-x-leicht", Glossary())
    assert [f.rule for f in found] == rules


def test_the_longest_of_overlapping_terms_counts() -> None:
    found = [term.german for _, term in TERMS.occurring("Die Zulassungsbescheinigung Teil II")]
    assert found == ["Zulassungsbescheinigung Teil II"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("اتصل على 0800 1110111.", "اتصل على [0800 1110111]."),
        ("الرسوم 44–47 يورو", "الرسوم [44–47] يورو"),
        ("لوحة MU-AB 123 هنا", "لوحة [MU-AB 123] هنا"),
        ("تصريح (Aufenthaltstitel) هنا", "تصريح ([Aufenthaltstitel]) هنا"),
        ("خلال 24 شهرا", "خلال 24 شهرا"),
        ("لا شيء", "لا شيء"),
    ],
)
def test_latin_runs_are_isolated_in_right_to_left_text(text: str, shown: str) -> None:
    marked = isolated(text)
    assert marked.replace("\u2066", "[").replace("\u2069", "]") == shown
    assert bare(marked) == text
    assert isolated(marked) == marked


def test_numbers_by_value() -> None:
    assert figures.numbers("am 24.2.2022, § 24, 1.000,50 Euro, {count}", "de") == {
        "24": 2, "2": 1, "2022": 1, "1000.50": 1,
    }  # fmt: skip
