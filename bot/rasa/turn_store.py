"""A tracker store that hands every tracker over instead of keeping it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class SingleTurnStore(TrackerStore):
    """Holds a tracker only from its saving to its next retrieval, which takes it out.

    A turn is: the channel saves the seeded tracker, Rasa retrieves it, lets the rules run and
    saves it, the channel retrieves it.  Afterwards nothing is left, and neither is there
    after a failure in between.  Trackers are held as they are: nothing is serialised.
    """

    def __init__(
        self,
        domain: Domain | None,
        host: str | None = None,
        event_broker: EventBroker | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._trackers: dict[str, DialogueStateTracker] = {}

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Holds `tracker` until it is asked for."""
        self._trackers[tracker.sender_id] = tracker

    async def retrieve(self, sender_id: str) -> DialogueStateTracker | None:
        """Hands the tracker over, if there is one."""
        return self._trackers.pop(sender_id, None)

    async def keys(self) -> Iterable[str]:
        """The senders of the trackers held at this moment."""
        return list(self._trackers)
