"""The audit trail as a file that proves itself, away from the database that it came from."""

from collections.abc import AsyncIterator, Iterable
from itertools import islice

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.tables import AuditRow
from handover.audit import BATCH, START, Chain, Line, lines_after


async def exported(
    session: AsyncSession, after: int = 0, upto: int | None = None
) -> AsyncIterator[str]:
    """The lines above the number `after`, up to `upto`, as JSON lines, hashes included."""
    async for line in lines_after(session, after, upto):
        yield line.as_json() + "\n"


def verify_file(written: Iterable[str]) -> Chain:
    """Looks through exported lines, without any database.

    A file that begins after line N begins with the hash of line N, which only the database, or an
    earlier file, can confirm.  `broken_at` counts as the lines do, from the first of the file.

    Raises:
        ValueError: something in it is no line of an audit trail.
    """
    chain: Chain | None = None
    for line in _lines(written):
        chain = chain or Chain(line.id - 1, line.previous if line.id > 1 else START)
        if not chain.take(line):
            break
    return chain or Chain()


async def first_that_differs(session: AsyncSession, written: Iterable[str]) -> int | None:
    """The number of the first exported line that the database no longer holds as it was, or None.

    Raises:
        ValueError: see `verify_file`.
    """
    lines = iter(_lines(written))
    while batch := list(islice(lines, BATCH)):
        rows = await session.execute(
            select(AuditRow.id, AuditRow.hash).where(AuditRow.id.between(batch[0].id, batch[-1].id))
        )
        held = {row.id: row.hash for row in rows}
        for line in batch:
            if held.get(line.id) != line.hash:
                return line.id
    return None


def _lines(written: Iterable[str]) -> Iterable[Line]:
    return (Line.from_json(text) for text in written if text.strip())
