"""The dialogue state that travels with each turn, because Rasa remembers nothing itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from rasa.shared.core.constants import (
    ACTION_LISTEN_NAME,
    ACTION_SESSION_START_NAME,
    REQUESTED_SLOT,
)
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from bot.rasa.outline import Outline

MAX_FORM_VALUE = 100
"""Characters of one answer to a form; longer ones were never given out and are not taken in."""


@dataclass(frozen=True)
class DialogueState:
    """Where a conversation stands between two turns.

    `owed` is the aspect of a question that the bot could not answer yet, because it had to ask
    back; `answered` the aspect of the last answer, in case it should be repeated.
    """

    service: str | None = None
    owed: str | None = None
    answered: str | None = None
    last_act: str | None = None
    candidates: tuple[str, ...] = ()
    intent: str | None = None
    loop: str | None = None
    requested_slot: str | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_json(cls, given: Mapping[str, Any], outline: Outline) -> DialogueState:
        """The state that the caller sent back; whatever the domain does not know is ignored."""
        slots = given.get("slots")
        slots = slots if isinstance(slots, dict) else {}
        candidates = given.get("candidates")
        state = cls(
            service=_one_of(outline.services, slots.get("service")),
            owed=_one_of(outline.aspects, given.get("owed")),
            answered=_one_of(outline.aspects, given.get("answered")),
            last_act=_one_of(outline.reminders, given.get("last_act")),
            candidates=tuple(c for c in candidates if isinstance(c, str) and c in outline.services)
            if isinstance(candidates, list)
            else (),
            intent=_one_of(outline.intents, given.get("intent")),
        )
        return state._in_loop(given, slots, outline)

    def _in_loop(
        self, given: Mapping[str, Any], slots: Mapping[str, Any], outline: Outline
    ) -> DialogueState:
        """This state inside the form that `given` names, if it names one that can go on."""
        loop = _one_of(outline.forms, given.get("loop"))
        asked = outline.forms[loop] if loop else ()
        requested = _one_of(asked, given.get("requested_slot"))
        if requested is None:
            return self
        form = {
            name: slots[name]
            for name in asked
            if isinstance(slots.get(name), str) and len(slots[name]) <= MAX_FORM_VALUE
        }
        return DialogueState(
            **{**vars(self), "loop": loop, "requested_slot": requested, "form": form}
        )

    def as_json(self) -> dict[str, Any]:
        """What is given out; the caller needs not understand it."""
        slots = {"service": self.service, **self.form}
        return {
            "slots": {name: value for name, value in slots.items() if value is not None},
            "owed": self.owed,
            "answered": self.answered,
            "last_act": self.last_act,
            "candidates": list(self.candidates),
            "intent": self.intent,
            "loop": self.loop,
            "requested_slot": self.requested_slot,
        }

    def events(self, candidates: tuple[str, ...]) -> list[Event]:
        """What must have happened for Rasa's rules to stand where this conversation stands.

        `candidates` are the services that may be meant in the turn to come.
        """
        events: list[Event] = [
            ActionExecuted(ACTION_SESSION_START_NAME),
            SessionStarted(),
            ActionExecuted(ACTION_LISTEN_NAME),
        ]
        if self.loop:
            events += [
                UserUttered(intent={"name": self.intent}),
                ActionExecuted(self.loop),
                ActiveLoop(self.loop),
            ]
        slots: dict[str, Any] = {
            "service": self.service,
            "last_act": self.last_act,
            "candidates": list(candidates) or None,
            REQUESTED_SLOT: self.requested_slot,
            **self.form,
        }
        events += [SlotSet(name, value) for name, value in slots.items() if value is not None]
        if self.loop:
            events.append(ActionExecuted(ACTION_LISTEN_NAME))
        return events


def _one_of(known: Any, value: Any) -> str | None:
    return value if isinstance(value, str) and value in known else None
