r"""The life of a case, as data: which moves there are, from where to where, and who makes them.

```
            request                 claim, assign
  (nothing) -------> WAITING ---------------------> CLAIMED ---> RETURNED   the bot answers again
                        ^  <------------------------   |  \----> CLOSED     by the caseworker
                 reopen |     release, hand on         |
                        |                              |   withdraw
                     MERGED <--------------------------+---------> WITHDRAWN  by the citizen
                               merge (from both)           (from both)
```
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.model import HandoverState

_WAITING = frozenset({HandoverState.WAITING})
_CLAIMED = frozenset({HandoverState.CLAIMED})
OPEN = _WAITING | _CLAIMED


class Move(StrEnum):
    """What can happen to a case that is there."""

    CLAIM = "claim"
    ASSIGN = "assign"
    RELEASE = "release"
    HAND_ON = "hand_on"
    RETURN = "return"
    CLOSE = "close"
    WITHDRAW = "withdraw"
    MERGE = "merge"
    REOPEN = "reopen"


@dataclass(frozen=True)
class Transition:
    """From which states a move leads to which."""

    sources: frozenset[HandoverState]
    target: HandoverState


TRANSITIONS: Mapping[Move, Transition] = {
    Move.CLAIM: Transition(_WAITING, HandoverState.CLAIMED),
    Move.ASSIGN: Transition(OPEN, HandoverState.CLAIMED),
    Move.RELEASE: Transition(_CLAIMED, HandoverState.WAITING),
    Move.HAND_ON: Transition(OPEN, HandoverState.WAITING),
    Move.RETURN: Transition(_CLAIMED, HandoverState.RETURNED),
    Move.CLOSE: Transition(_CLAIMED, HandoverState.CLOSED),
    Move.WITHDRAW: Transition(OPEN, HandoverState.WITHDRAWN),
    Move.MERGE: Transition(OPEN, HandoverState.MERGED),
    Move.REOPEN: Transition(frozenset({HandoverState.MERGED}), HandoverState.WAITING),
}

_NOT_OFFERED: Mapping[str, Any] = {"offered_to": None, "offered_at": None}
_NOT_SNOOZED: Mapping[str, Any] = {"snoozed_until": None, "snooze_reason": None}
CLEARED: Mapping[HandoverState, Mapping[str, Any]] = {
    HandoverState.WAITING: {
        "claimed_by": None, "claimed_at": None, "merged_into": None,
        **_NOT_OFFERED, **_NOT_SNOOZED,
    },
    HandoverState.CLAIMED: {**_NOT_OFFERED, **_NOT_SNOOZED},
}  # fmt: skip
"""What no longer holds of a case that comes into a state; the final ones keep their story."""
