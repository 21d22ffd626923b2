"""Our REST channel: a turn with its dialogue state in, acts and the new state out.

POST /webhooks/kreislotse/webhook   one turn
POST /webhooks/kreislotse/actions   Rasa's own calls for custom actions
GET  /webhooks/kreislotse/          whether the model is there
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import InputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.rasa.action_endpoint import ActionEndpoint
from bot.rasa.logs import TurnLog, logger, within_turn
from bot.rasa.outline import Outline
from bot.rasa.state import DialogueState
from bot.rasa.turn import AskingBack, TurnRunner


class Refused(Exception):
    """A request that does not become a turn."""

    def __init__(self, status: int, code: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code


@dataclass(frozen=True)
class TurnRequest:
    """A request that has been checked."""

    text: str
    button: tuple[str, str | None] | None
    state: DialogueState

    @classmethod
    def read(cls, body: Any, outline: Outline, text_limit: int) -> TurnRequest:
        """The turn that `body` asks for.

        Raises:
            Refused: with the status and the code to answer.
        """
        if not isinstance(body, dict):
            raise Refused(400, "bad_request")
        text, payload, state = body.get("text"), body.get("payload"), body.get("state")
        if not isinstance(text, str) or not (text.strip() or payload) or not _is_unicode(text):
            raise Refused(400, "bad_request")
        if len(text) > text_limit:
            raise Refused(413, "text_too_long")
        if not isinstance(state, (dict, type(None))):
            raise Refused(400, "bad_request")
        return cls(text, _button(payload, outline), DialogueState.from_json(state or {}, outline))


class KreislotseInput(InputChannel):
    """The channel that the gateway uses.  Configured in credentials.yml."""

    def __init__(self, text_limit: int, asking_back: AskingBack) -> None:
        self._text_limit = text_limit
        self._asking_back = asking_back
        self._outline: tuple[str, Outline] | None = None

    @classmethod
    def name(cls) -> str:
        """The channel's name, which is part of its address."""
        return "kreislotse"

    @classmethod
    def from_credentials(cls, credentials: dict[str, Any] | None) -> KreislotseInput:
        """The channel as configured."""
        options = credentials or {}
        return cls(
            text_limit=int(options.get("text_limit", 1000)),
            asking_back=AskingBack(
                most=int(options.get("candidates", 3)),
                floor=float(options.get("candidate_floor", 0.06)),
            ),
        )

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        """The routes of the channel."""
        routes = Blueprint(self.name())

        @routes.route("/", methods=["GET"])
        async def health(request: Request) -> HTTPResponse:
            return await _health(request.app.ctx.agent)

        @routes.route("/webhook", methods=["POST"])
        async def turn(request: Request) -> HTTPResponse:
            with within_turn() as log:
                return await self._turn(request, on_new_message, log)

        actions = ActionEndpoint()

        @routes.route("/actions", methods=["POST"])
        async def action(request: Request) -> HTTPResponse:
            with within_turn():
                return await actions.handle(request)

        return routes

    async def _turn(
        self, request: Request, handle: Callable[[UserMessage], Awaitable[Any]], log: TurnLog
    ) -> HTTPResponse:
        agent: Agent = request.app.ctx.agent
        try:
            outline = self._outline_of(agent)
            asked = TurnRequest.read(_body(request), outline, self._text_limit)
            runner = TurnRunner(agent, outline, self._asking_back, handle)
            turn = await runner.run(asked.text, asked.button, asked.state)
        except Refused as refused:
            return response.json({"error": refused.code}, status=refused.status)
        except Exception:
            logger.exception("a turn failed")
            return response.json({"error": "failed"}, status=500)
        if log.failed:
            # Rasa goes on with the rules as if the action that failed had done nothing.
            return response.json({"error": "failed"}, status=500)
        if not turn.acts:
            return response.json({"error": "no_reply"}, status=500)
        return response.json(turn.as_json())

    def _outline_of(self, agent: Agent) -> Outline:
        """The outline of the model in use, which may be replaced while we run."""
        if not agent.is_ready():
            raise Refused(503, "not_ready")
        model = agent.model_id
        if self._outline is None or self._outline[0] != model:
            self._outline = (model, Outline.of(agent.domain))
        return self._outline[1]


async def _health(agent: Agent) -> HTTPResponse:
    """Says which model serves, and how many dialogues are held: none but those being handled."""
    if not agent.is_ready():
        return response.json({"status": "not_ready"}, status=503)
    held = len(list(await agent.tracker_store.keys()))
    return response.json({"status": "ok", "model": agent.model_id, "dialogues": held})


def _body(request: Request) -> Any:
    try:
        return request.json
    except Exception:
        raise Refused(400, "bad_request") from None


def _is_unicode(text: str) -> bool:
    """Whether `text` is free of halves of characters, which JSON can carry but nobody write."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _button(payload: Any, outline: Outline) -> tuple[str, str | None] | None:
    if payload is None:
        return None
    button = outline.payload(payload) if isinstance(payload, str) else None
    if button is None:
        raise Refused(400, "bad_request")
    return button
