"""One turn: state and message in, acts and new state out, nothing kept."""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.constants import REQUESTED_SLOT
from rasa.shared.core.events import Event
from rasa.shared.core.trackers import DialogueStateTracker

from bot.rasa.acts import Act, UtteranceCollector, read_acts
from bot.rasa.outline import Outline
from bot.rasa.questions import questions_of
from bot.rasa.state import DialogueState
from bot.rasa.understanding import (
    ASPECT,
    ParseData,
    aspect_of,
    intent_of,
    is_uncertain,
    pressed,
    ranking_of,
    understand,
)

Handle = Callable[[UserMessage], Awaitable[Any]]

FOLLOW_UP = "follow_up"
LEAVE_THE_SUBJECT = frozenset({"clarify", "topic", "rephrase", "out_of_scope"})
"""After these "it" is no longer the service that was spoken of before."""
OWE_AN_ANSWER = frozenset({"clarify", "rephrase", "which_service"})
"""After these the aspect that was asked about is still to be answered."""


@dataclass(frozen=True)
class AskingBack:
    """Which services are offered when no intent is certain."""

    most: int
    floor: float
    """The probability that a service needs to be offered."""


@dataclass(frozen=True)
class Turn:
    """What Rasa made of one message."""

    acts: list[Act]
    parsed: ParseData
    state: DialogueState

    def as_json(self) -> dict[str, Any]:
        """The response of the channel."""
        return {
            "acts": self.acts,
            "intent": {
                "name": intent_of(self.parsed),
                "confidence": float(self.parsed["intent"]["confidence"]),
            },
            "ranking": ranking_of(self.parsed),
            "entities": [
                {"entity": e["entity"], "value": e["value"]}
                for e in self.parsed["entities"]
                if e["entity"] == ASPECT
            ],
            "state": self.state.as_json(),
        }


@dataclass(frozen=True)
class TurnRunner:
    """Runs turns on a loaded agent."""

    agent: Agent
    outline: Outline
    asking_back: AskingBack
    handle: Handle
    most_questions: int = 3
    """Of one message, so that nobody gets a wall of answers."""

    async def run(
        self, text: str, button: tuple[str, str | None] | None, state: DialogueState
    ) -> Turn:
        """Takes `state` one message further: a text, or a button that was pressed."""
        if button:
            return await self._run(pressed(*button), state)
        turns = await self._several(text, state)
        if not turns:
            return await self._run(await understand(self.agent, text), state)
        return Turn(_joined(turns), turns[0].parsed, turns[-1].state)

    async def _several(self, text: str, state: DialogueState) -> list[Turn]:
        """The turns of the questions that `text` consists of; none if it is best taken whole.

        Each must be understood for itself, the first as one about a service; what is said
        around a question belongs to it.
        """
        parts = questions_of(text) if state.loop is None else []
        if len(parts) < 2:
            return []
        readings = [await understand(self.agent, part) for part in parts[: self.most_questions]]
        asked = {(intent_of(parsed), aspect_of(parsed)) for parsed in readings}
        answerable = self.outline.services | {FOLLOW_UP}
        if intent_of(readings[0]) == FOLLOW_UP and state.service is None:
            return []
        if len(asked) < 2 or not all(intent_of(parsed) in answerable for parsed in readings):
            return []
        turns: list[Turn] = []
        for parsed in readings:
            turns.append(await self._run(parsed, turns[-1].state if turns else state))
        return turns

    async def _run(self, parsed: ParseData, state: DialogueState) -> Turn:
        candidates = self._candidates(parsed, state)
        parsed = self._with_aspect_of_before(parsed, state)
        collector = UtteranceCollector()
        message = UserMessage(
            parsed["text"],
            collector,
            sender_id=uuid.uuid4().hex,
            parse_data=parsed,
            input_channel=collector.name(),
        )
        tracker = await self._let_rules_run(message, state.events(candidates))
        acts = read_acts(
            collector.utterances,
            self.agent.domain.responses,
            tracker.current_slot_values(),
            lambda payload: self.outline.payload(payload) is not None,
        )
        return Turn(acts, parsed, self._next_state(state, parsed, tracker, acts))

    def _with_aspect_of_before(self, parsed: ParseData, state: DialogueState) -> ParseData:
        """`parsed`, with an aspect named earlier if this message goes on with that."""
        if aspect_of(parsed) is not None:
            return parsed
        intent = intent_of(parsed)
        goes_on = intent in self.outline.services or intent == "affirm" or is_uncertain(parsed)
        earlier = state.owed if goes_on else state.answered if intent == "repeat" else None
        if earlier is None:
            return parsed
        return {**parsed, "entities": [*parsed["entities"], {"entity": ASPECT, "value": earlier}]}

    def _candidates(self, parsed: ParseData, state: DialogueState) -> tuple[str, ...]:
        """The services that may be meant: of this message, or still those of the one before.

        A question about an aspect may also be one about the service in hand, in words that no
        follow-up of the training data has.
        """
        if not is_uncertain(parsed):
            return state.candidates
        in_hand = [state.service] if state.service and aspect_of(parsed) else []
        ranked = [
            i["name"]
            for i in ranking_of(parsed)
            if i["name"] in self.outline.services and i["confidence"] >= self.asking_back.floor
        ]
        return tuple(dict.fromkeys(in_hand + ranked))[: self.asking_back.most]

    async def _let_rules_run(
        self, message: UserMessage, events: list[Event]
    ) -> DialogueStateTracker:
        """Rasa's own handling of `message` on a tracker that exists only meanwhile."""
        store = self.agent.tracker_store
        seeded = DialogueStateTracker.from_events(
            message.sender_id, events, self.agent.domain.slots
        )
        await store.save(seeded)
        try:
            await self.handle(message)
        finally:
            tracker = await store.retrieve(message.sender_id)
        return tracker or seeded

    def _next_state(
        self,
        state: DialogueState,
        parsed: ParseData,
        tracker: DialogueStateTracker,
        acts: list[Act],
    ) -> DialogueState:
        done = [_name(act) for act in acts]
        slots = tracker.current_slot_values()
        loop = tracker.active_loop_name
        owes = not OWE_AN_ANSWER.isdisjoint(done)
        return DialogueState(
            service=None if not LEAVE_THE_SUBJECT.isdisjoint(done) else slots["service"],
            owed=slots["aspect"] if owes else None,
            answered=slots["aspect"] if "answer" in done else state.answered,
            last_act=next((name for name in done if name in self.outline.reminders), None),
            candidates=tuple(slots["candidates"] or ()) if "clarify" in done else (),
            intent=(state.intent or intent_of(parsed)) if loop else None,
            loop=loop,
            requested_slot=slots[REQUESTED_SLOT] if loop else None,
            form={n: slots[n] for n in self.outline.forms.get(loop, ()) if slots[n] is not None},
        )


def _joined(turns: Sequence[Turn]) -> list[Act]:
    """The acts of all `turns`, each once."""
    acts: list[Act] = []
    for turn in turns:
        acts += [act for act in turn.acts if act not in acts]
    return acts


def _name(act: Act) -> str:
    """What was done; of something merely said, what it said."""
    return str(act["key"]).removeprefix("utter_") if act["act"] == "say" else str(act["act"])
