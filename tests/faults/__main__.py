"""`make faults`: kills gateways, PostgreSQL and Redis under people at work; what did it cost?

Exits with 1 if anything was lost, doubled, left out of the audit trail or never shown.
"""

import argparse
import asyncio
import sys
from collections.abc import Iterator, Sequence

from tests.faults.plan import LONG, SHORT, run
from tests.faults.scene import Outcome

_HEAD = (
    "fault", "conversations", "messages", "claims (lost races)", "replies", "notes",
    "released, closed", "lost", "doubled", "audit lines missing", "streams wrong", "chain",
    "longest outage, s",
)  # fmt: skip


def table(outcomes: Sequence[Outcome]) -> Iterator[str]:
    """Everything as Markdown; what is amiss below it."""
    yield f"| {' | '.join(_HEAD)} |"
    yield "|---" * len(_HEAD) + "|"
    for outcome in outcomes:
        yield f"| {' | '.join(map(str, _cells(outcome)))} |"
    for outcome in outcomes:
        verdict = outcome.verdict
        for kind in ("lost", "doubled", "unaudited", "unseen"):
            yield from (f"{outcome.name}, {kind}: {what}" for what in getattr(verdict, kind))
        yield from (f"{outcome.name}, refused: {what}" for what in outcome.ledger.refusals)


def _cells(outcome: Outcome) -> tuple[object, ...]:
    ledger, verdict = outcome.ledger, outcome.verdict
    said, replied, noted = (
        sum(map(len, kept.values())) for kept in (ledger.messages, ledger.replies, ledger.notes)
    )
    return (
        outcome.name, len(ledger.citizens), said, f"{ledger.count('claim')} ({ledger.conflicts})",
        replied, noted, f"{ledger.count('return_to_queue')}, {ledger.count('closed')}",
        len(verdict.lost), len(verdict.doubled), len(verdict.unaudited), len(verdict.unseen),
        "whole" if outcome.chain_whole else "BROKEN", f"{ledger.outages.longest_s:.1f}",
    )  # fmt: skip


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="as the tests run it")
    outcomes = asyncio.run(run(SHORT if parser.parse_args().short else LONG))
    print("\n".join(table(outcomes)))
    sys.exit(not all(outcome.clean for outcome in outcomes))
