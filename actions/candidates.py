"""What "yes" means after the bot asked which services may be meant."""

from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher


class TakeCandidate(Action):
    """Answers the one candidate, or asks again where there were several."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "action_take_candidate"

    def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> list[EventType]:
        """Says the act; the service of a single candidate becomes the one in hand."""
        candidates = tracker.get_slot("candidates") or []
        if len(candidates) != 1:
            dispatcher.utter_message(response="utter_clarify")
            return []
        dispatcher.utter_message(response="utter_answer")
        return [
            SlotSet("service", candidates[0]),
            SlotSet("aspect", tracker.get_slot("aspect") or "general"),
        ]
