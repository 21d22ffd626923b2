"""Reads the feed once for all consoles that are woken by the same change."""

import asyncio
from collections.abc import Sequence

from bot.errors import Unauthorized
from bot.model import Caseworker
from handover.accounts import Accounts
from handover.shapes import FeedEvent
from handover.views import Views

_Asked = tuple[str, int]
"""A session's secret, and the number after which the feed goes on for it."""
_Told = dict[_Asked, Sequence[FeedEvent]]


class SharedFeed:
    """The feed for many streams.

    A change wakes all consoles at once, and the database is asked once for all of them: who is
    still signed in, and what there is for each set of offices.
    """

    def __init__(self, accounts: Accounts, views: Views) -> None:
        self._accounts = accounts
        self._views = views
        self._next: tuple[set[_Asked], asyncio.Task[_Told]] | None = None

    async def after(self, token: str, after: int) -> Sequence[FeedEvent]:
        """See `Views.feed`, for whoever is signed in with the session's secret.

        Raises:
            Unauthorized: Nobody is, any longer.
        """
        if self._next is None:
            asked: set[_Asked] = set()
            self._next = asked, asyncio.create_task(self._read(asked))
        asked, reading = self._next
        asked.add((token, after))
        # whoever leaves must not take the reading from the others
        told = await asyncio.shield(reading)
        if (token, after) not in told:
            raise Unauthorized
        return told[token, after]

    async def _read(self, asked: set[_Asked]) -> _Told:
        await asyncio.sleep(0)  # the others who were woken with this one join
        # nobody joins from here on: what has begun to read could miss the change that woke him
        self._next = None
        signed_in = await self._accounts.signed_in({token for token, _ in asked})
        read: dict[tuple[tuple[str, ...], int], Sequence[FeedEvent]] = {}
        told: _Told = {}
        for token, after in asked:
            if caseworker := signed_in.get(token):
                place = _offices(caseworker), after
                if place not in read:
                    read[place] = await self._views.feed(caseworker, after)
                told[token, after] = read[place]
        return told


def _offices(caseworker: Caseworker) -> tuple[str, ...]:
    """All of him that decides what he is shown."""
    return tuple(sorted(caseworker.offices))
