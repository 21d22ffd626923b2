"""What a message asks for: language, crisis, personal data, then Rasa's rules, in this order."""

import asyncio
import dataclasses
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from bot import personal_data
from bot.crisis import CrisisDetector
from bot.model import Decision, DialogueTurn, Understanding
from bot.ports import Dialogue
from translations.detection import LanguageDetection
from translations.languages import SOURCE, cldr_locale
from translations.machine.translator import MachineTranslator

_TRANSLATION_S = 3.0
"""A citizen who waits for an answer is not kept longer for a second reading."""
STATUS = "status"
"""The aspect of those who ask how far their own case is."""

_BY_ACT = {
    "answer": Decision.ANSWER,
    "clarify": Decision.CLARIFY,
    "topic": Decision.CLARIFY,
    "out_of_scope": Decision.OUT_OF_SCOPE,
    "offer_handover": Decision.HANDOVER,
    "handover": Decision.HANDOVER,
}


class Understander:
    """Understands one message; the same code serves turns and the measuring of them."""

    def __init__(
        self,
        dialogue: Dialogue,
        detection: LanguageDetection,
        crisis: CrisisDetector,
        featured: Mapping[str, Sequence[str]],
        machine: MachineTranslator,
        trained: Collection[str],
    ) -> None:
        """`featured` are the services that each office offers first when it is named alone.

        `trained` are the languages that Rasa has examples of; others are understood by way of
        `machine` alone.
        """
        self._machine = machine
        self._trained = trained
        self._dialogue = dialogue
        self._detection = detection
        self._crisis = crisis
        self._featured = featured

    def language_of(self, text: str, otherwise: str | None) -> str:
        """The language of `text`, or `otherwise` where the text is too short to tell."""
        return self._detection.language_of(text, otherwise)

    def is_foreign(self, text: str) -> bool:
        """Whether `text` is in a language that is not on offer."""
        return self._detection.is_foreign(text)

    def crisis_of(self, text: str) -> str | None:
        """The kind of crisis that `text` speaks of, or None."""
        return self._crisis.detect(text)

    async def understand(
        self,
        text: str,
        spoken: str,
        deadline_s: float,
        state: dict[str, Any] | None = None,
        payload: str | None = None,
    ) -> Understanding:
        """Understands `text`, written in the language `spoken`, in the dialogue's `state`.

        `payload` is that of the pressed button, whose title the text then is; `deadline_s` is how
        long Rasa is waited for.

        Raises:
            DialogueUnavailable: Rasa did not answer; a crisis is recognised all the same.
        """
        if payload is None and (kind := self.crisis_of(text)):
            return Understanding(Decision.CRISIS, spoken, crisis=kind, confidence=1.0)
        in_form = bool(state and state.get("loop"))
        if payload or in_form:  # what a form gathers is for a person, who needs all of it
            turn = await self._dialogue.turn(text, spoken, deadline_s, state, payload)
            return self._understanding(turn, spoken)
        personal = personal_data.find(text)  # the rules need not see whose it is
        turn = await self._dialogue.turn(personal.text, spoken, deadline_s, state)
        if not personal.kinds <= personal_data.HARMLESS:
            act = {"act": "handover", "reason": "personal_data"}
            # what the rules would have begun, a form say, has not been said and is not under way
            turn = dataclasses.replace(turn, acts=(act,), state=state or {})
            return self._understanding(turn, spoken)
        native = self._understanding(turn, spoken)
        return await self._by_translation(personal.text, native, deadline_s, state) or native

    async def _by_translation(
        self,
        text: str,
        native: Understanding,
        deadline_s: float,
        state: dict[str, Any] | None,
    ) -> Understanding | None:
        """What the German rendering asks for, where that is better than the native reading."""
        spoken = cldr_locale(native.language)
        known = spoken in self._trained
        unsure = native.decision in (Decision.FALLBACK, Decision.CLARIFY) or not known
        if spoken == SOURCE or not unsure or not self._machine.offers(spoken, SOURCE):
            return None
        try:
            async with asyncio.timeout(min(_TRANSLATION_S, deadline_s)):
                german = (await self._machine.render(text, spoken, SOURCE)).text
        except TimeoutError:
            return None
        if german is None:
            return None
        if kind := self.crisis_of(german):
            return Understanding(
                Decision.CRISIS, native.language, crisis=kind, confidence=1.0, via="translated"
            )
        turn = await self._dialogue.turn(german, SOURCE, deadline_s, state)
        other = self._understanding(turn, native.language)
        if not known and other.decision is not Decision.FALLBACK:
            return dataclasses.replace(other, via="translated")
        if _certainty(other) > _certainty(native):
            return dataclasses.replace(other, via="translated")
        return None

    def _understanding(self, turn: DialogueTurn, language: str) -> Understanding:
        act = next((a for a in turn.acts if a["act"] != "say"), turn.acts[0])
        candidates = (
            self._featured.get(act["office"], ())
            if act["act"] == "topic"
            else act.get("candidates", ())
        )
        return Understanding(
            decision=_decision(act),
            language=language,
            service=act.get("service") if _decision(act) is Decision.ANSWER else None,
            aspect=act.get("aspect") or turn.aspect,
            candidates=tuple(candidates),
            confidence=turn.confidence,
            turn=turn,
        )


def _certainty(found: Understanding) -> tuple[int, float]:
    """Orders two readings of one message: what asks back or gives up comes last."""
    rank = {Decision.FALLBACK: 0, Decision.CLARIFY: 1}.get(found.decision, 2)
    return rank, found.confidence


def _decision(act: dict[str, Any]) -> Decision:
    if act["act"] == "say":
        return Decision(act.get("decision", Decision.SMALLTALK))
    if act["act"] == "answer" and act.get("aspect") == STATUS:
        return Decision.HANDOVER  # only a person can see how far a case is
    return _BY_ACT[act["act"]]
