"""Runs the project's custom actions inside the Rasa server, so that no action server is needed."""

from __future__ import annotations

from rasa_sdk.executor import ActionExecutor
from rasa_sdk.interfaces import ActionExecutionRejection, ActionNotFoundException
from sanic import response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.rasa.logs import logger

ACTIONS_PACKAGE = "actions"


class ActionEndpoint:
    """Answers Rasa's calls for custom actions, in the protocol of an action server."""

    def __init__(self) -> None:
        self._executor = ActionExecutor()
        self._executor.register_package(ACTIONS_PACKAGE)

    async def handle(self, request: Request) -> HTTPResponse:
        """Runs the action that is called for."""
        try:
            return response.json(await self._executor.run(request.json))
        except ActionExecutionRejection as error:
            return _refusal(400, "rejected", error.action_name)
        except ActionNotFoundException as error:
            return _refusal(404, "not_found", error.action_name)
        except Exception:
            logger.exception("a custom action failed")
            return _refusal(500, "failed", None)


def _refusal(status: int, error: str, action: str | None) -> HTTPResponse:
    return response.json({"error": error, "action_name": action}, status=status)
