"""Calls in the database; each change of state is one conditional statement."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import exists, select, update
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite
from sqlalchemy.ext.asyncio import AsyncSession

from bot.model import CallState
from bot.stores.tables import CallRow, HandoverRow
from handover.call_states import CALL_TRANSITIONS, RUNNING, CallMove

_RUNS = CallRow.state.in_(RUNNING)


async def begin(
    session: AsyncSession,
    handover: HandoverRow,
    conversation_id: str,
    extension: str,
    account_id: str | None,
    at: dt.datetime,
) -> CallRow | None:
    """Lets it ring at the extension; None where its owner has just got another call.

    Of several callers who would get the same person, the database lets exactly one.
    """
    postgresql = session.get_bind().dialect.name == "postgresql"
    statement = (insert_postgresql if postgresql else insert_sqlite)(CallRow).values(
        id=str(uuid.uuid4()),
        conversation_id=conversation_id,
        handover_id=handover.id,
        extension=extension,
        account_id=account_id,
        state=CallState.RINGING,
        dialled_at=at,
    )
    call_id = await session.scalar(statement.on_conflict_do_nothing().returning(CallRow.id))
    return await session.get_one(CallRow, call_id) if call_id else None


async def move(session: AsyncSession, call: CallRow, move: CallMove, **values: Any) -> bool:
    """Makes a move, if the call still is where the move begins; `values` are set with it."""
    transition = CALL_TRANSITIONS[move]
    changed = await session.scalar(
        update(CallRow)
        .where(CallRow.id == call.id, CallRow.state == transition.source)
        .values(state=transition.target, **values)
        .returning(CallRow.id)
        .execution_options(synchronize_session=False)
    )
    await session.refresh(call)
    return changed is not None


async def hang_up(session: AsyncSession, call: CallRow, at: dt.datetime) -> None:
    """Ends a running call, be it before or after somebody answered."""
    missed = await move(session, call, CallMove.MISS, ended_at=at)
    if not missed:
        await move(session, call, CallMove.END, ended_at=at)


async def running_of(session: AsyncSession, conversation_id: str) -> CallRow | None:
    """The conversation's call that rings or goes on, or None."""
    return await session.scalar(
        select(CallRow).where(CallRow.conversation_id == conversation_id, _RUNS)
    )


async def talks_of(session: AsyncSession, handover_id: str) -> list[CallRow]:
    """The case's calls that go on."""
    rows = await session.scalars(
        select(CallRow).where(
            CallRow.handover_id == handover_id, CallRow.state == CallState.TALKING
        )
    )
    return list(rows)


async def latest_at(session: AsyncSession, conversation_id: str, extension: str) -> CallRow | None:
    """The conversation's latest call to that extension, or None."""
    return await session.scalar(
        select(CallRow)
        .where(CallRow.conversation_id == conversation_id, CallRow.extension == extension)
        .order_by(CallRow.dialled_at.desc())
        .limit(1)
    )


async def of_cases(
    session: AsyncSession, handover_ids: Collection[str]
) -> dict[str, list[CallRow]]:
    """The calls of these cases, by case, in order."""
    rows = await session.scalars(
        select(CallRow).where(CallRow.handover_id.in_(handover_ids)).order_by(CallRow.dialled_at)
    )
    found: dict[str, list[CallRow]] = defaultdict(list)
    for row in rows:
        found[row.handover_id].append(row)
    return found


async def of_case(session: AsyncSession, handover_id: str) -> Sequence[CallRow]:
    """The case's calls in order."""
    return (await of_cases(session, [handover_id])).get(handover_id, [])


async def on_the_phone(session: AsyncSession) -> set[str]:
    """The accounts whose telephones ring, or who talk, by id."""
    rows = await session.scalars(
        select(CallRow.account_id).where(CallRow.account_id.is_not(None), _RUNS)
    )
    return {row for row in rows if row}


async def lost(
    session: AsyncSession, before: dt.datetime, handover_id: str | None = None
) -> list[HandoverRow]:
    """Cases (or that one, if it is such) with a call that has rung since before that moment."""
    statement = select(HandoverRow).where(
        exists().where(
            CallRow.handover_id == HandoverRow.id,
            CallRow.state == CallState.RINGING,
            CallRow.dialled_at < before,
        )
    )
    if handover_id is not None:
        statement = statement.where(HandoverRow.id == handover_id)
    return list(await session.scalars(statement))
