"""Several questions in one message."""

import pytest

from bot.rasa.questions import questions_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Wie melde ich mein Auto um? Und was kostet das?",
         ["Wie melde ich mein Auto um?", "Und was kostet das?"]),
        ("was kostet ummelden und welche unterlagen brauche ich",
         ["was kostet ummelden", "welche unterlagen brauche ich"]),
        ("How do I renew my permit, and how much is it?",
         ["How do I renew my permit", "how much is it?"]),
        ("ما هي الرسوم؟ أين أذهب اليوم؟", ["ما هي الرسوم؟", "أين أذهب اليوم؟"]),
        ("Auto und Anhänger ummelden", ["Auto und Anhänger ummelden"]),
        ("Hallo. Ich bin neu hier. Darf ich arbeiten?",
         ["Hallo. Ich bin neu hier. Darf ich arbeiten?"]),
        ("Was? Wie?", []),
        ("", []),
    ],
)  # fmt: skip
def test_they_are_told_apart(text: str, parts: list[str]) -> None:
    assert questions_of(text) == parts
