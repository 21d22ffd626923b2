"""What every operation on one conversation does first: whose it is, how often, in what words."""

import functools
from collections.abc import Callable

from aiohttp import web

from bot.conversation import Conversations
from bot.errors import KreislotseError, Unauthorized
from bot.http import LANGUAGE, SETTINGS, Handler, storable
from bot.stores.conversations import hashed
from bot.web.limits import LIMITS

CONVERSATIONS = web.AppKey("conversations", Conversations)


def named_by(request: web.Request) -> tuple[str, str | None]:
    """The conversation's id and the token that came with the request.

    Raises:
        Unauthorized: no conversation can have such an id.
    """
    if not storable(request.match_info["id"]):
        raise Unauthorized
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else None
    return request.match_info["id"], bearer


def in_her_language(handler: Handler) -> Handler:
    """Tells errors in the conversation's language, which is looked up only when there is one."""

    @functools.wraps(handler)
    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Unauthorized:
            raise
        except KreislotseError:
            conversations = request.config_dict[CONVERSATIONS]
            request[LANGUAGE] = await conversations.language_of(*named_by(request))
            raise

    return handle


def limited(what: str) -> Callable[[Handler], Handler]:
    """Counts requests by token; those with the same `what` count together."""

    def limit(handler: Handler) -> Handler:
        @functools.wraps(handler)
        async def handle(request: web.Request) -> web.StreamResponse:
            _, token = named_by(request)
            await request.config_dict[LIMITS].count(
                what, hashed(token or ""), request.config_dict[SETTINGS].messages_per_minute
            )
            return await handler(request)

        return handle

    return limit
