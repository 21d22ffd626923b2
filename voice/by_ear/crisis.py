"""How numbers that help at once are told: slowly, and twice."""

from bot.parts import Numbers
from voice.by_ear.cleaning import spoken
from voice.by_ear.lines import Line
from voice.by_ear.phrases import Phrases


def help_lines(numbers: Numbers, language: str, phrases: Phrases) -> tuple[Line, ...]:
    """The numbers, the second time without what is said about them."""
    told = [
        phrases.line("crisis_number", language, name=number.name, phone=number.phone).slowly()
        for number in numbers.items
    ]
    noted = []
    for line, number in zip(told, numbers.items, strict=True):
        noted.append(line)
        if number.note:
            noted.append(Line(spoken(number.note), language))
    first = phrases.line("crisis_numbers", language)
    again = phrases.line("crisis_again", language)
    return (first, *noted, again, *told)
