"""The ways to a person of an office, as questions."""

from voice.by_ear.commands import Command
from voice.call.acts import (
    Act,
    AskMessage,
    AskOffice,
    CallBack,
    Choice,
    Free,
    Question,
    SeekPerson,
    Wanted,
    yes_or_no,
)
from voice.call.speaking import offered
from voice.call.state import PhoneLine


def ways_to_a_person(
    line: PhoneLine,
    language: str,
    office: str | None,
    is_open: bool,
    kinds: tuple[str, ...],
    otherwise: Act,
) -> Question:
    """Asks whether to connect now or, where nobody is there, what else to do.

    Args:
        kinds: What can be left with the office.
        otherwise: What is done if the caller wants nothing of it.
    """
    if is_open:
        asked = line.phrases.line("offer_question", language)
        return Question((asked,), yes_or_no(SeekPerson(office), otherwise))
    return instead(line, language, office, kinds, otherwise)


def instead(
    line: PhoneLine, language: str, office: str | None, kinds: tuple[str, ...], otherwise: Act
) -> Question:
    """Asks what to leave with an office that nobody can be reached in."""
    wanted: list[tuple[str, Act, Command]] = []
    if "callback" in kinds:
        title = line.phrases.text("option_callback", language)
        wanted.append((title, CallBack(office), Command.CALLBACK))
    if "message" in kinds and line.hears:
        title = line.phrases.text("option_message", language)
        wanted.append((title, AskMessage(office), Command.MESSAGE))
    choices = tuple(
        Choice(str(number), act, title, command)
        for number, (title, act, command) in enumerate(wanted, 1)
    )
    lines = (line.phrases.line("what_instead", language), *offered(line, language, choices))
    refusal = Choice("", otherwise, command=Command.NO)
    return Question(lines, (*choices, refusal), Free.MATTER)


def ask_office(line: PhoneLine, language: str, wanted: Wanted) -> Question:
    """Asks which office is wanted."""
    choices = tuple(
        Choice(str(number), act_of(wanted, office), names[language])
        for number, (office, names) in enumerate(line.offices.items(), 1)
    )
    asked = line.phrases.line("office_question", language)
    return Question((asked, *offered(line, language, choices)), choices, Free.NOTHING)


def act_of(wanted: Wanted, office: str | None) -> Act:
    """The act that fulfils a wish with an office."""
    match wanted:
        case Wanted.PERSON:
            return SeekPerson(office)
        case Wanted.CALLBACK:
            return CallBack(office)
        case Wanted.MESSAGE:
            return AskMessage(office)
        case Wanted.APPOINTMENT:
            return CallBack(office, appointment=True)


def wish_for(line: PhoneLine, wanted: Wanted, office: str | None, service: str | None) -> Act:
    """Fulfils a wish at once where the office is known, also by the service talked about."""
    if office is None and service is None and len(line.offices) > 1:
        return AskOffice(wanted)
    return act_of(wanted, office)
