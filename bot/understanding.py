"""What a message asks for: language, crisis, personal data, then Rasa's rules, in this order."""

import dataclasses
from collections.abc import Mapping, Sequence
from typing import Any

from bot import personal_data
from bot.crisis import CrisisDetector
from bot.model import Decision, DialogueTurn, Understanding
from bot.ports import Dialogue
from translations.detection import LanguageDetection

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
    ) -> None:
        """`featured` are the services that each office offers first when it is named alone."""
        self._dialogue = dialogue
        self._detection = detection
        self._crisis = crisis
        self._featured = featured

    def language_of(self, text: str, otherwise: str | None) -> str:
        """The language of `text`, or `otherwise` where the text is too short to tell."""
        return self._detection.language_of(text, otherwise)

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
        else:
            turn = await self._turn_without_personal_data(text, spoken, deadline_s, state)
        return self._understanding(turn, spoken)

    async def _turn_without_personal_data(
        self, text: str, spoken: str, deadline_s: float, state: dict[str, Any] | None
    ) -> DialogueTurn:
        """What the rules make of the text when they cannot see whose it is."""
        personal = personal_data.find(text)
        turn = await self._dialogue.turn(personal.text, spoken, deadline_s, state)
        if personal.kinds <= personal_data.HARMLESS:
            return turn
        act = {"act": "handover", "reason": "personal_data"}
        # what the rules would have begun, a form say, has not been said and is not under way
        return dataclasses.replace(turn, acts=(act,), state=state or {})

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


def _decision(act: dict[str, Any]) -> Decision:
    if act["act"] == "say":
        return Decision(act.get("decision", Decision.SMALLTALK))
    if act["act"] == "answer" and act.get("aspect") == STATUS:
        return Decision.HANDOVER  # only a person can see how far a case is
    return _BY_ACT[act["act"]]
