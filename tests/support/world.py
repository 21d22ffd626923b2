"""A whole gateway in this process, and the people who use it, by way of real HTTP."""

import asyncio
import contextlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.app import Gateway
from bot.fakes import FakeClock, FakeDialogue
from tests.support.conformance import Conformance

PATIENCE_S = 10.0


class Client:
    """Calls one listener and holds every answer against the listener's own OpenAPI."""

    def __init__(self, server: TestServer, conformance: Conformance) -> None:
        self.base = str(server.make_url("")).rstrip("/")
        # the staff cookie is for an IP address here
        self.http = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self._conformance = conformance

    async def call(
        self, method: str, path: str, body: object = None, **headers: str
    ) -> tuple[int, Any]:
        """Status and body (parsed where it is JSON)."""
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.http.request(
            method, self.base + path, data=data, headers={"Accept": "application/json", **headers}
        ) as response:
            text = await response.text()
            parsed = json.loads(text) if response.content_type == "application/json" else text
            self._conformance.check(method, path, response.status, parsed)
            self.last_headers = response.headers
            return response.status, parsed


@dataclass
class Citizen:
    """A citizen with a conversation of her own."""

    client: Client
    id: str = ""
    token: str = ""
    messages: list[dict[str, Any]] = field(default_factory=list)

    async def begin(self, **body: object) -> "Citizen":
        status, started = await self.client.call("POST", "/api/v1/conversations", body)
        assert status == 201, started
        self.id, self.token, self.messages = started["id"], started["token"], started["messages"]
        return self

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        return await self.client.call(
            method, f"/api/v1/conversations/{self.id}{path}", body,
            Authorization=f"Bearer {self.token}",
        )  # fmt: skip

    async def says(
        self, text: str, message_id: str | None = None, payload: str | None = None
    ) -> int:
        body = {"client_message_id": message_id or uuid.uuid4().hex, "text": text}
        status, accepted = await self.call(
            "POST", "/messages", body | ({"payload": payload} if payload else {})
        )
        assert status == 202, accepted
        return int(accepted["seq"])

    async def asks(self, text: str, payload: str | None = None) -> dict[str, Any]:
        """Says something and returns the bot's next message."""
        seq = await self.says(text, payload=payload)
        events = await self.until(lambda e: e.get("author") == "bot", after=seq)
        return [event for event in events if event.get("author") == "bot"][-1]

    async def events(self, after: int = 0) -> list[dict[str, Any]]:
        status, listed = await self.call("GET", f"/events?after={after}")
        assert status == 200, listed
        return list(listed["events"])

    async def until(
        self, wanted: Callable[[dict[str, Any]], bool], after: int = 0
    ) -> list[dict[str, Any]]:
        """The events after that number, once one of them is wanted."""

        async def look() -> list[dict[str, Any]] | None:
            events = await self.events(after)
            return events if any(wanted(event) for event in events) else None

        return await eventually(look)

    async def wants_a_person(self, office: str = "kfz") -> None:
        status, state = await self.call("POST", "/handover", {"office": office})
        assert status == 202, state

    @contextlib.asynccontextmanager
    async def stream(self, after: int = 0) -> AsyncIterator["Stream"]:
        url = f"{self.client.base}/api/v1/conversations/{self.id}/events?after={after}"
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "text/event-stream"}
        async with self.client.http.get(url, headers=headers) as response:
            assert response.status == 200
            yield Stream(response)


@dataclass
class Stream:
    """Server-sent events as they come."""

    response: aiohttp.ClientResponse

    async def next(self) -> dict[str, str]:
        """The next event's fields; comments are skipped."""
        fields: dict[str, str] = {}
        async with asyncio.timeout(PATIENCE_S):
            while line := (await self.response.content.readline()).decode():
                name, _, value = line.rstrip("\n").partition(": ")
                if line == "\n" and fields:
                    return fields
                if name and line != "\n":
                    fields[name] = value
        raise EOFError

    async def named(self, name: str) -> dict[str, Any]:
        """The data of the next event of that name."""
        while (event := await self.next()).get("event") != name:
            pass
        return dict(json.loads(event["data"]))


@dataclass
class Staff:
    """A signed-in caseworker."""

    client: Client

    async def call(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        return await self.client.call(method, f"/api/v1{path}", body, Origin=self.client.base)

    async def queue(self, state: str = "waiting") -> list[dict[str, Any]]:
        status, listed = await self.call("GET", f"/handovers?state={state}")
        assert status == 200, listed
        return list(listed["handovers"])

    async def claims(self, handover_id: str) -> dict[str, Any]:
        status, changed = await self.call("POST", f"/handovers/{handover_id}/claim")
        assert status == 200, changed
        return dict(changed["handover"])

    async def says(self, handover_id: str, text: str, message_id: str = "1") -> int:
        body = {"client_message_id": message_id, "text": text}
        status, accepted = await self.call("POST", f"/handovers/{handover_id}/messages", body)
        assert status == 202, accepted
        return int(accepted["seq"])


class World:
    """One gateway, whose Rasa and whose time are the test's."""

    def __init__(
        self,
        gateway: Gateway,
        dialogue: FakeDialogue,
        clock: FakeClock,
        servers: dict[str, TestServer],
        conformance: dict[str, Conformance],
    ) -> None:
        self.gateway = gateway
        self.dialogue = dialogue
        self.clock = clock
        self._servers = servers
        self._conformance = conformance
        self._clients: list[Client] = []

    def client(self, listener: str) -> Client:
        client = Client(self._servers[listener], self._conformance[listener])
        self._clients.append(client)
        return client

    def application(self, listener: str) -> web.Application:
        return self._servers[listener].app

    async def citizen(self, listener: str = "public", **body: object) -> Citizen:
        return await Citizen(self.client(listener)).begin(**body)

    async def caseworker(
        self, username: str = "erika", offices: tuple[str, ...] = ("kfz",), name: str = ""
    ) -> Staff:
        return await self.somebody(username, "caseworker", offices, name)

    async def somebody(
        self, username: str, role: str, offices: tuple[str, ...] = ("kfz",), name: str = ""
    ) -> Staff:
        """Somebody of that role, signed in."""
        await self.gateway.accounts.add(
            username, name or f"Frau {username.title()}", role, list(offices), "geheim-123"
        )
        staff = Staff(self.client("staff"))
        status, body = await staff.call(
            "POST", "/session", {"username": username, "password": "geheim-123"}
        )
        assert status == 200, body
        return staff

    async def close(self) -> None:
        for client in self._clients:
            await client.http.close()


async def eventually(look: Callable[[], Awaitable[Any]]) -> Any:
    """What `look` returns, once it is neither None nor false."""
    async with asyncio.timeout(PATIENCE_S):
        while not (found := await look()):
            await asyncio.sleep(0.02)
    return found
