"""Wake-ups inside one process, and across several gateways by way of Redis."""

import asyncio
import contextlib
import json
from collections import deque
from collections.abc import AsyncIterator
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.exceptions import TimeoutError as RedisTimeout

from bot.ports import Listener, News

log = structlog.get_logger(__name__)

_MAX_SIGNS = 20
_RECONNECT_S = 1.0
_SILENCE_S = 10.0

REDIS_OPTIONS: dict[str, Any] = {
    "socket_timeout": 1.0,
    "socket_connect_timeout": 1.0,
    "health_check_interval": 15,
    "retry": Retry(NoBackoff(), 0),
}
"""A citizen waits at most a second for a Redis that does not answer; both of its uses can do
without an answer, so nothing is tried twice."""


class LocalListener:
    """A listener in this process."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._look = False
        self._signs: deque[dict[str, Any]] = deque(maxlen=_MAX_SIGNS)

    def poke(self, sign: dict[str, Any] | None) -> None:
        """Wakes the waiter, with a sign where there is one."""
        if sign is None:
            self._look = True
        else:
            self._signs.append(sign)
        self._woken.set()

    async def wait(self, timeout_s: float) -> News:
        """See `bot.ports.Listener`; after a time-out one looks, to be on the safe side."""
        try:
            await asyncio.wait_for(self._woken.wait(), timeout_s)
        except TimeoutError:
            self._look = True
        news = News(self._look, list(self._signs))
        self._look = False
        self._signs.clear()
        self._woken.clear()
        return news


class LocalNotifier:
    """Wakes listeners in this process."""

    def __init__(self) -> None:
        self._listeners: dict[str, set[LocalListener]] = {}

    async def wake(self, topic: str) -> None:
        """See `bot.ports.Notifier`."""
        self.poke(topic, None)

    async def whisper(self, topic: str, sign: dict[str, Any]) -> None:
        """See `bot.ports.Notifier`."""
        self.poke(topic, sign)

    def poke(self, topic: str, sign: dict[str, Any] | None) -> None:
        """Wakes the listeners of one topic."""
        for listener in list(self._listeners.get(topic, ())):
            listener.poke(sign)

    def rouse(self) -> None:
        """See `bot.ports.Notifier`."""
        for topic in list(self._listeners):
            self.poke(topic, None)

    @contextlib.asynccontextmanager
    async def listen(self, topic: str) -> AsyncIterator[Listener]:
        """See `bot.ports.Notifier`."""
        listener = LocalListener()
        self._listeners.setdefault(topic, set()).add(listener)
        try:
            yield listener
        finally:
            self._listeners[topic].discard(listener)
            if not self._listeners[topic]:
                del self._listeners[topic]

    async def running(self) -> AsyncIterator[None]:
        """See `bot.ports.Notifier`."""
        yield


class RedisNotifier(LocalNotifier):
    """Wakes listeners in every gateway that shares a Redis.

    A lost connection costs promptness alone: what matters is in the database, and after a
    gap everybody is woken to look there.
    """

    channel = "kreislotse:wake"

    def __init__(self, url: str) -> None:
        super().__init__()
        self._redis = Redis.from_url(url, **REDIS_OPTIONS)

    async def wake(self, topic: str) -> None:
        """See `bot.ports.Notifier`."""
        await self._publish(topic, None)

    async def whisper(self, topic: str, sign: dict[str, Any]) -> None:
        """See `bot.ports.Notifier`."""
        await self._publish(topic, sign)

    async def running(self) -> AsyncIterator[None]:
        """See `bot.ports.Notifier`."""
        relay = asyncio.create_task(self._relay(), name="redis-relay")
        try:
            yield
        finally:
            relay.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await relay
            await self._redis.aclose()

    async def _publish(self, topic: str, sign: dict[str, Any] | None) -> None:
        try:
            await self._redis.publish(self.channel, json.dumps([topic, sign]))
        except (RedisError, OSError) as error:
            log.warning("wake-up not published", error=type(error).__name__)
            self.poke(topic, sign)

    async def _relay(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as pubsub:
                    await pubsub.subscribe(self.channel)
                    self.rouse()
                    async for topic, sign in _messages(pubsub):
                        self.poke(topic, sign)
            except (RedisError, OSError) as error:
                log.warning("wake-ups interrupted", error=type(error).__name__)
                await asyncio.sleep(_RECONNECT_S)


async def _messages(pubsub: PubSub) -> AsyncIterator[tuple[str, dict[str, Any] | None]]:
    """What others publish, for as long as the connection lives.

    Silence is normal; only a ping that stays without an answer tells that nobody is there.

    Raises:
        RedisError: the connection is lost.
    """
    asked = False
    while True:
        message = await pubsub.get_message(timeout=_SILENCE_S)
        if message is not None:
            asked = False
            if message["type"] == "message":
                topic, sign = json.loads(message["data"])
                yield topic, sign
        elif asked:
            raise RedisTimeout("no answer to a ping")
        else:
            await pubsub.ping()
            asked = True
