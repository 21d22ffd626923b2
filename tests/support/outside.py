"""The other sides of notices, on loopback: a mail server, a webhook's receiver, a Zammad."""

import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web
from aiohttp.test_utils import TestServer
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from tests.support.servers import free_port

TAKEN = "250 OK"


@dataclass
class MailServer:
    """Takes mails, or answers each with the next of `answers`."""

    port: int = field(default_factory=free_port)
    answers: list[str] = field(default_factory=list)
    mails: list[bytes] = field(default_factory=list)
    encrypted: list[bool] = field(default_factory=list)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = self.answers.pop(0) if self.answers else TAKEN
        if answer == TAKEN:
            self.mails.append(envelope.original_content or b"")
            self.encrypted.append(session.ssl is not None)
        return answer

    @contextlib.contextmanager
    def up(self, **options: Any) -> Any:
        """Listens within the block."""
        controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        controller.start()
        try:
            yield self
        finally:
            controller.stop()

    def up_with_tls(self, context: ssl.SSLContext, username: str, password: str) -> Any:
        """Listens within the block, and lets nobody in but by STARTTLS and that password."""

        def known(*args: Any) -> AuthResult:
            given = args[4]
            known = (given.login.decode(), given.password.decode()) == (username, password)
            return AuthResult(success=known)

        return self.up(
            tls_context=context, require_starttls=True, authenticator=known, auth_required=True
        )


@dataclass
class Call:
    """One request as it came."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def parsed(self) -> Any:
        return json.loads(self.body)


@dataclass
class Receiver:
    """An HTTP server that writes down every call and answers as `answer` says."""

    answer: Callable[[Call], web.Response] = lambda call: web.Response(status=204)
    port: int = field(default_factory=free_port)
    calls: list[Call] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/"

    @contextlib.asynccontextmanager
    async def up(self) -> AsyncIterator["Receiver"]:
        """Listens within the block."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self._take)
        async with TestServer(app, host="127.0.0.1", port=self.port):
            yield self

    async def _take(self, request: web.Request) -> web.Response:
        call = Call(request.method, request.path, dict(request.headers), await request.read())
        self.calls.append(call)
        return self.answer(call)


class ZammadStandIn(Receiver):
    """Does what Zammad's documentation says of tickets, as far as we use it.

    It shows that we keep to that documentation, not that a Zammad does.
    """

    def __init__(self, token: str) -> None:
        super().__init__(self._answer)
        self.tickets: dict[int, dict[str, Any]] = {}
        self._token = token

    def _answer(self, call: Call) -> web.Response:
        if call.headers.get("Authorization") != f"Token token={self._token}":
            return web.json_response({"error": "Invalid token!"}, status=401)
        asked = call.parsed
        if call.method == "POST" and call.path == "/api/v1/tickets":
            if not {"title", "group", "article"} <= asked.keys() or "body" not in asked["article"]:
                return web.json_response({"error": "Missing parameter"}, status=422)
            number = 19 + len(self.tickets)
            self.tickets[number] = {"id": number, "state": "new", **asked, "notes": []}
            return web.json_response(self.tickets[number], status=201)
        number = int(call.path.removeprefix("/api/v1/tickets/"))
        if call.method != "PUT" or number not in self.tickets:
            return web.json_response({"error": "No such object"}, status=404)
        self.tickets[number]["state"] = asked["state"]
        self.tickets[number]["notes"].append(asked["article"]["body"])
        return web.json_response(self.tickets[number])
