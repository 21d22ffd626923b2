"""Runs work beside everything else, for as long as a gateway does."""

import asyncio
from collections.abc import AsyncIterator, Coroutine


async def beside(**works: Coroutine[object, object, None]) -> AsyncIterator[None]:
    """Keeps these going until resumed at the end, which cancels them; each by the name of its task.

    Whatever an ended work raised has been its own affair.
    """
    tasks = [asyncio.create_task(work, name=name) for name, work in works.items()]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
