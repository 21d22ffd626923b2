"""The adapter to Rasa: one HTTP call per turn, repeated within a deadline when Rasa fails."""

import itertools
from typing import Any

import aiohttp
import stamina
import structlog

from bot.errors import BadRequest, DialogueUnavailable
from bot.model import DialogueTurn, Ranked

log = structlog.get_logger(__name__)

_PATH = "/webhooks/kreislotse/"
_ATTEMPTS_WAIT_S = 0.2
_ATTEMPTS_WAIT_MAX_S = 2.0


class _Failed(Exception):
    """One call came to nothing; another may not."""


class RasaDialogue:
    """Sends each turn, with the dialogue's state, to any of several equal Rasa servers.

    A call has no effect in Rasa that outlasts it, so repeating it is safe.
    """

    def __init__(self, session: aiohttp.ClientSession, urls: list[str], timeout_s: float) -> None:
        self._session = session
        self._urls = itertools.cycle([url.rstrip("/") for url in urls])
        self._timeout = aiohttp.ClientTimeout(total=timeout_s, connect=1.0)

    async def turn(
        self,
        text: str,
        language: str,
        deadline_s: float,
        state: dict[str, Any] | None,
        payload: str | None = None,
    ) -> DialogueTurn:
        """See `bot.ports.Dialogue`."""
        body = {"text": text, "language": language, "state": state, "payload": payload}
        try:
            async for attempt in stamina.retry_context(
                on=_Failed,
                attempts=None,
                timeout=deadline_s,
                wait_initial=_ATTEMPTS_WAIT_S,
                wait_max=_ATTEMPTS_WAIT_MAX_S,
            ):
                with attempt:
                    return await self._call(body)
        except _Failed as error:
            raise DialogueUnavailable from error
        raise DialogueUnavailable

    async def ready(self) -> bool:
        """Whether a Rasa server with a model answers."""
        try:
            async with self._session.get(next(self._urls) + _PATH, timeout=self._timeout) as answer:
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    async def _call(self, body: dict[str, Any]) -> DialogueTurn:
        try:
            async with self._session.post(
                next(self._urls) + _PATH + "webhook", json=body, timeout=self._timeout
            ) as answer:
                if answer.status == 400:
                    raise BadRequest
                if answer.status != 200:
                    raise _Failed(f"status {answer.status}")
                return _turn(await answer.json())
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
            # the text of the error may quote the message, so only its kind is kept
            raise _Failed(type(error).__name__) from None


def _turn(answer: dict[str, Any]) -> DialogueTurn:
    if not answer["acts"]:
        raise ValueError("no act")
    aspects = [e["value"] for e in answer["entities"] if e["entity"] == "aspect"]
    return DialogueTurn(
        acts=tuple(answer["acts"]),
        ranking=tuple(Ranked(row["name"], row["confidence"]) for row in answer["ranking"]),
        state=answer["state"],
        aspect=aspects[0] if aspects else None,
    )
