"""Puts what people write into another language: with the catalogue's words where it has them."""

from dataclasses import dataclass
from typing import Literal

from translations.languages import SOURCE, cldr_locale, further_languages
from translations.machine.gates import Reason
from translations.machine.translator import MachineTranslator
from translations.texts import Texts

By = Literal["machine", "draft", "reviewed"]
_MOST_TRUSTED_FIRST: tuple[By, ...] = ("reviewed", "draft", "machine")


@dataclass(frozen=True)
class Interpreted:
    """A text in another language and who chose the words; or the reason why there is none."""

    text: str | None
    by: By = "machine"
    reason: Reason | None = None


class Interpreter:
    """Interprets between citizens and caseworkers."""

    def __init__(self, texts: Texts, machine: MachineTranslator) -> None:
        self._texts = texts
        self.machine = machine

    def languages(self) -> list[str]:
        """The languages on offer: those with a catalogue, then those that only the machine has."""
        by_machine = self.machine.languages()
        return [
            *self._texts.written_languages,
            *(code for code in further_languages() if code in by_machine),
        ]

    def needed(self, source: str, target: str) -> bool:
        """Whether the two are different languages; Leichte Sprache is German."""
        return cldr_locale(source) != cldr_locale(target)

    def offers(self, source: str, target: str) -> bool:
        """Whether free text can be put from one language into the other."""
        return self.machine.offers(source, target)

    async def interpret(self, text: str, source: str, target: str, variant: int = 0) -> Interpreted:
        """The text in the other language.

        German sentences that the catalogue holds come in its words; anything else from the
        machine, in its wording number `variant`.
        """
        if source == SOURCE and variant == 0 and "\n" in text.strip():
            return await self._by_line(text, target)
        if source == SOURCE and variant == 0 and (known := self._texts.match(text)):
            key, values = known
            words = self._texts.words(key, target, **values)
            if words.state is not None:
                return Interpreted(words.text, "reviewed" if words.state == "reviewed" else "draft")
        rendering = await self.machine.render(text, source, target, variant)
        return Interpreted(rendering.text, "machine", rendering.reason)

    async def _by_line(self, text: str, target: str) -> Interpreted:
        """Each line as it is known best; as trustworthy as the least of them."""
        found: list[Interpreted] = []
        for line in text.strip().split("\n"):
            one = (
                await self.interpret(line, SOURCE, target)
                if line.strip()
                else Interpreted(line, "reviewed")
            )
            if one.text is None:
                return one
            found.append(one)
        by = max((one.by for one in found), key=_MOST_TRUSTED_FIRST.index)
        return Interpreted("\n".join(one.text or "" for one in found), by)
