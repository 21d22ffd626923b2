r"""The life of a call to an extension, as data: which moves there are, and from where to where.

```
         dial             answer              end
(nothing) ----> RINGING ---------> TALKING ---------> OVER
                    \     miss
                     \-----------> MISSED   nobody answered, or the caller hung up first
```

A call is one try to put a caller through; her case (`handover.states`) may see several.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.model import CallState

RUNNING = frozenset({CallState.RINGING, CallState.TALKING})


class CallMove(StrEnum):
    """What can happen to a call that is there."""

    ANSWER = "answer"
    MISS = "miss"
    END = "end"


@dataclass(frozen=True)
class CallTransition:
    """From which state a move leads to which."""

    source: CallState
    target: CallState


CALL_TRANSITIONS: Mapping[CallMove, CallTransition] = {
    CallMove.ANSWER: CallTransition(CallState.RINGING, CallState.TALKING),
    CallMove.MISS: CallTransition(CallState.RINGING, CallState.MISSED),
    CallMove.END: CallTransition(CallState.TALKING, CallState.OVER),
}
