"""What a caller says to steer the call, by small reviewed lists (`data/phone/commands/`).

A list names phrases.  An utterance counts as a command when it consists of a phrase and fillers,
or contains it with hardly a word besides; yes and no only ever count alone.  So "nein" within a
sentence is part of the sentence.  No phrase may be one that speaks of danger.
"""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from bot.yaml_files import read_yaml
from voice.by_ear.words import contains, words


class Command(StrEnum):
    """What steers a call."""

    PERSON = "person"
    CALLBACK = "callback"
    MESSAGE = "message"
    REPEAT = "repeat"
    SLOWER = "slower"
    BACK = "back"
    NEXT = "next"
    LANGUAGE = "language"
    HELP = "help"
    HANG_UP = "hang_up"
    YES = "yes"
    NO = "no"


KEYS = {
    "0": Command.PERSON,
    "7": Command.REPEAT,
    "8": Command.SLOWER,
    "9": Command.NEXT,
    "*": Command.BACK,
}
"""What these keys mean wherever they are not asked for."""

_ALONE = frozenset({Command.YES, Command.NO})


class CommandList(BaseModel):
    """The phrases of one language; `fillers` are words that change nothing."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    fillers: list[str]
    person: list[str]
    callback: list[str]
    message: list[str]
    repeat: list[str]
    slower: list[str]
    back: list[str]
    next: list[str]
    language: list[str]
    help: list[str]
    hang_up: list[str]
    yes: list[str]
    no: list[str]


class Commands:
    """Recognises commands in every language that has a list."""

    def __init__(self, lists: Mapping[str, CommandList]) -> None:
        self._fillers = {
            code: frozenset(word for filler in one.fillers for word in words(filler))
            for code, one in lists.items()
        }
        self._phrases = {
            code: [
                (command, row)
                for command in Command
                for phrase in getattr(one, command.value)
                if (row := words(phrase))
            ]
            for code, one in lists.items()
        }

    @classmethod
    def load(cls, folder: Path) -> "Commands":
        """Reads one file per language: `de.yml` and so on.

        Raises:
            pydantic.ValidationError: a list is not as `CommandList` says.
        """
        return cls(
            {
                path.stem: CommandList.model_validate(read_yaml(path))
                for path in folder.glob("*.yml")
            }
        )

    @property
    def languages(self) -> frozenset[str]:
        """The codes that have a list."""
        return frozenset(self._phrases)

    def recognise(self, text: str, language: str) -> Command | None:
        """The command that `text` is, or None; of several the longest phrase decides."""
        said = self.meant(text, language)
        phrases = self._phrases.get(language.split("-")[0], ())
        fits = [
            (len(phrase), command)
            for command, phrase in phrases
            if said == phrase
            or (
                command not in _ALONE
                and len(said) <= _most_words(phrase)
                and contains(said, phrase)
            )
        ]
        return max(fits, key=lambda fit: fit[0])[1] if fits else None

    def meant(self, text: str, language: str) -> tuple[str, ...]:
        """The words of `text` without fillers; all of them where there is nothing else."""
        said = words(text)
        fillers = self._fillers.get(language.split("-")[0], frozenset())
        return tuple(word for word in said if word not in fillers) or said


def _most_words(phrase: tuple[str, ...]) -> int:
    """How long an utterance may be that is to be no more than the phrase."""
    return len(phrase) + len(phrase) // 2 + 1
