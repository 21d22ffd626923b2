"""Holds a ledger against the database: what was promised must stand there, once and in order."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.counters import last_number
from bot.stores.tables import AccountRow, AuditRow, EventRow, HandoverRow, NoteRow, StaffEventRow
from tests.faults.ledger import Ledger

_RELEASES = ("return_to_queue", "closed", "returned")


@dataclass
class Verdict:
    """What was found amiss, each in words."""

    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    unaudited: list[str] = field(default_factory=list)
    unseen: list[str] = field(default_factory=list)
    """Events that a stream never showed, or showed twice."""

    @property
    def clean(self) -> bool:
        return not (self.lost or self.doubled or self.unaudited or self.unseen)


async def examine(session: AsyncSession, ledger: Ledger) -> Verdict:
    """Compares everything, the event streams excepted."""
    verdict = Verdict()
    for conversation, said in ledger.messages.items():
        stored = await _texts(session, conversation, "citizen")
        _compare(verdict, f"message of {conversation}", said, stored)
    for (username, case), said in ledger.replies.items():
        stored = await _replies(session, username, case)
        _compare(verdict, f"reply of {username} in {case}", said, stored)
    for (username, case), said in ledger.notes.items():
        stored = await _notes(session, username, case)
        _compare(verdict, f"note of {username} in {case}", said, stored)
    lines = await _lines(session, ledger.cases)
    for case in ledger.cases:
        await _examine_owners(session, verdict, case, [line for line in lines if line[2] == case])
    _examine_lines(verdict, ledger, lines)
    return verdict


async def examine_streams(session: AsyncSession, ledger: Ledger) -> list[str]:
    """Every number exactly once, on every stream; says which are missing or doubled."""
    wrong = []
    for conversation, stream in ledger.citizens.items():
        numbers = await session.scalars(
            select(EventRow.seq).where(EventRow.conversation_id == conversation)
        )
        wrong += _differences(f"stream of {conversation}", list(numbers), stream.seen)
    last = await last_number(session, "staff")
    for number, console in enumerate(ledger.consoles):
        numbers = await session.scalars(
            select(StaffEventRow.seq).where(
                StaffEventRow.seq > console.begin, StaffEventRow.seq <= last
            )
        )
        wrong += _differences(f"console {number}", list(numbers), console.seen)
    return wrong


def _differences(where: str, expected: list[int], seen: list[int]) -> list[str]:
    if seen == sorted(expected):
        return []
    missing = sorted(set(expected) - set(seen))
    twice = [number for number, times in Counter(seen).items() if times > 1]
    return [f"{where}: missing {missing[:5]}, twice {twice[:5]}, of {len(expected)}"]


def _compare(verdict: Verdict, what: str, said: list[str], stored: list[str]) -> None:
    """`stored` may hold more than was acknowledged, but nothing twice and all in its order."""
    verdict.lost += [f"{what}: {text}" for text in said if text not in stored]
    verdict.doubled += [f"{what}: {text}" for text, n in Counter(stored).items() if n > 1]
    kept = [text for text in dict.fromkeys(stored) if text in said]
    if kept != [text for text in said if text in stored]:
        verdict.lost.append(f"{what}: the order")


async def _texts(session: AsyncSession, conversation: str, author: str) -> list[str]:
    bodies = await session.scalars(
        select(EventRow.body)
        .where(EventRow.conversation_id == conversation, EventRow.author == author)
        .order_by(EventRow.seq)
    )
    return [body["text"] for body in bodies]


async def _replies(session: AsyncSession, username: str, case: str) -> list[str]:
    """What the caseworker wrote in the case; ids of her messages begin with her own."""
    writer = await session.scalar(select(AccountRow.id).where(AccountRow.username == username))
    bodies = await session.scalars(
        select(EventRow.body)
        .join(HandoverRow, HandoverRow.conversation_id == EventRow.conversation_id)
        .where(HandoverRow.id == case, EventRow.client_message_id.startswith(f"{writer}:"))
        .order_by(EventRow.seq)
    )
    return [body["text"] for body in bodies]


async def _notes(session: AsyncSession, username: str, case: str) -> list[str]:
    name = await session.scalar(select(AccountRow.name).where(AccountRow.username == username))
    rows = await session.scalars(
        select(NoteRow.text)
        .where(NoteRow.handover_id == case, NoteRow.by == name)
        .order_by(NoteRow.at)
    )
    return list(rows)


Line = tuple[str, str, str]
"""Action, actor, case."""


async def _lines(session: AsyncSession, cases: set[str]) -> list[Line]:
    rows = await session.execute(
        select(AuditRow.action, AuditRow.actor, AuditRow.subject).order_by(AuditRow.id)
    )
    return [(action, actor, case) for action, actor, case in rows if case in cases]


async def _examine_owners(
    session: AsyncSession, verdict: Verdict, case: str, lines: Iterable[Line]
) -> None:
    """Claims and releases take turns, and the last of them is how the case stands."""
    owner: str | None = None
    for action, actor, _ in lines:
        if action == "claim":
            if owner is not None:
                verdict.doubled.append(f"case {case}: {actor} claimed what {owner} held")
            owner = actor
        elif action in _RELEASES:
            if actor not in (owner, "system"):
                verdict.doubled.append(f"case {case}: {actor} released what {owner} held")
            owner = None
    row = await session.get_one(HandoverRow, case)
    holder = await session.get(AccountRow, row.claimed_by) if row.state == "claimed" else None
    held_by = holder.username if holder else None
    if owner != held_by:
        verdict.lost.append(f"case {case}: {owner} should hold it, not {held_by}")


def _examine_lines(verdict: Verdict, ledger: Ledger, lines: list[Line]) -> None:
    """As many lines as deeds that were acknowledged; more where the acknowledgement was lost."""
    promised = Counter[Line](ledger.deeds)
    for action, written in (("reply", ledger.replies), ("note", ledger.notes)):
        promised.update({(action, *key): len(texts) for key, texts in written.items()})
    verdict.unaudited += [
        f"{line}: {missing} lines" for line, missing in (promised - Counter(lines)).items()
    ]
