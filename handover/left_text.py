"""What a citizen leaves with a case beside the conversation, and its German for caseworkers."""

from sqlalchemy.ext.asyncio import AsyncSession

from bot.stores.tables import HandoverRow


def add(case: HandoverRow, text: str) -> None:
    """Adds to what was left before; what is there already is not said twice."""
    if text in (case.text or ""):
        return
    case.text = f"{case.text}\n{text}" if case.text else text
    case.text_german = case.text_reason = None


async def keep(
    session: AsyncSession, handover_id: str, text: str, german: str | None, reason: str | None
) -> HandoverRow | None:
    """Keeps the German words for `text`; None where something was added to it meanwhile."""
    case = await session.get(HandoverRow, handover_id, populate_existing=True)
    if case is None or case.text != text:
        return None
    case.text_german, case.text_reason = german, reason
    await session.flush()
    return case


def join(case: HandoverRow, other: HandoverRow) -> None:
    """Adds what was left with another case of the same citizen."""
    if other.text is None:
        return
    german = [one.text_german or one.text for one in (case, other) if one.text]
    translated = case.text_german or other.text_german
    case.text = "\n".join(one.text for one in (case, other) if one.text)
    case.text_german = "\n".join(german) if translated else None
    case.text_reason = case.text_reason or other.text_reason
