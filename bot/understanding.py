"""What a message asks for: language, crisis, then Rasa's rules, in this order."""

from typing import Any

from bot.crisis import CrisisDetector
from bot.model import Decision, DialogueTurn, Understanding
from bot.ports import Dialogue
from translations.detection import LanguageDetection

_BY_ACT = {
    "answer": Decision.ANSWER,
    "clarify": Decision.CLARIFY,
    "out_of_scope": Decision.OUT_OF_SCOPE,
    "offer_handover": Decision.HANDOVER,
    "handover": Decision.HANDOVER,
}


class Understander:
    """Understands one message; the same code serves turns and the measuring of them."""

    def __init__(
        self, dialogue: Dialogue, detection: LanguageDetection, crisis: CrisisDetector
    ) -> None:
        self._dialogue = dialogue
        self._detection = detection
        self._crisis = crisis

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
        turn = await self._dialogue.turn(text, spoken, deadline_s, state, payload)
        return _understanding(turn, spoken)


def _understanding(turn: DialogueTurn, language: str) -> Understanding:
    act = next((a for a in turn.acts if a["act"] != "say"), turn.acts[0])
    return Understanding(
        decision=_decision(act),
        language=language,
        service=act.get("service") if act["act"] == "answer" else None,
        aspect=act.get("aspect") or turn.aspect,
        candidates=tuple(act.get("candidates", ())),
        confidence=turn.confidence,
        turn=turn,
    )


def _decision(act: dict[str, Any]) -> Decision:
    if act["act"] == "say":
        return Decision(act.get("decision", Decision.SMALLTALK))
    return _BY_ACT[act["act"]]
