"""What people were told had been done; it is held against the database afterwards."""

from dataclasses import dataclass, field
from typing import Literal

from tests.faults.client import Follower, Outages

Deed = Literal["claim", "return_to_queue", "closed"]
"""What somebody did to a case, as the audit trail calls it."""


@dataclass
class Ledger:
    """Everything that was acknowledged while one fault was tried."""

    messages: dict[str, list[str]] = field(default_factory=dict)
    """What each conversation's citizen said, in order; no text occurs in it twice."""
    replies: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """What a caseworker wrote to a case, in order, by user name and case."""
    notes: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    """Likewise what she noted."""
    deeds: list[tuple[Deed, str, str]] = field(default_factory=list)
    """Deed, user name, case."""
    cases: set[str] = field(default_factory=set)
    """All cases that were listed."""
    conflicts: int = 0
    """Claims that somebody else had won."""
    refusals: list[str] = field(default_factory=list)
    """What was refused although it should not have been."""
    citizens: dict[str, Follower] = field(default_factory=dict)
    """The stream of each conversation."""
    consoles: list[Follower] = field(default_factory=list)
    outages: Outages = field(default_factory=Outages)

    def count(self, deed: Deed) -> int:
        return sum(done == deed for done, _, _ in self.deeds)
