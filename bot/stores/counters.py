"""Numbers without gaps that become visible in their order.

The first migration creates the counters `staff` and `audit`.
"""

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.tables import CounterRow


async def next_number(session: AsyncSession, name: str) -> int:
    """The next number of the counter `name`, from 1.

    Its row stays locked until commit, so that whoever reads "everything above N" never
    misses a lower number that commits later, as could happen with a sequence.
    """
    statement = (
        update(CounterRow)
        .where(CounterRow.name == name)
        .values(value=CounterRow.value + 1)
        .returning(CounterRow.value)
        .execution_options(synchronize_session=False)
    )
    return (await session.execute(statement)).scalar_one()


async def last_number(session: AsyncSession, name: str) -> int:
    """The number that the counter `name` gave out last."""
    return (
        await session.execute(select(CounterRow.value).where(CounterRow.name == name))
    ).scalar_one()
