"""Limits on how often something may be asked, in memory or, with several gateways, in Redis."""

import time

import structlog
from aiohttp import web
from limits import RateLimitItemPerMinute
from limits.aio.storage import MemoryStorage, RedisStorage, Storage
from limits.aio.strategies import MovingWindowRateLimiter
from limits.errors import StorageError

from bot.errors import TooManyRequests
from bot.notify import REDIS_OPTIONS
from bot.settings import Settings

log = structlog.get_logger(__name__)


class Limits:
    """Counts what a client did in the last minute."""

    def __init__(self, settings: Settings) -> None:
        url = settings.redis_url
        storage: Storage = (
            RedisStorage(
                f"async+{url.get_secret_value()}",
                wrap_exceptions=True,
                implementation="redispy",
                **REDIS_OPTIONS,
            )
            if url
            else MemoryStorage()
        )
        self._limiter = MovingWindowRateLimiter(storage)

    async def count(self, what: str, who: str, per_minute: int) -> None:
        """Counts one use by `who`; 0 means no limit.

        Raises:
            TooManyRequests: it is one too many; says when to try again.
        """
        if per_minute == 0:
            return
        item = RateLimitItemPerMinute(per_minute)
        try:
            if await self._limiter.hit(item, what, who):
                return
            window = await self._limiter.get_window_stats(item, what, who)
        except (StorageError, OSError) as error:
            # a citizen is not turned away because the counter is out of order
            log.warning("use not counted", what=what, error=type(error).__name__)
            return
        raise TooManyRequests(max(1, round(window.reset_time - time.time())))


LIMITS = web.AppKey("limits", Limits)
