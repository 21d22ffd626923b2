"""The bot as the phone line sees it: a client of the gateway's internal API.

async with BotClient.open("http://127.0.0.1:8082") as bot:
    conversation = await bot.start("de", caller="+49…")
    seq = await conversation.say("Auto ummelden", confidence=0.9)
    async for event in conversation.events(): …
"""

import asyncio
import contextlib
import datetime as dt
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import aiohttp
import stamina
from pydantic import TypeAdapter

from bot.events import Event
from bot.model import CallOutcome, HandoverKind

_EVENT: TypeAdapter[Event] = TypeAdapter(Event)
_NUMBERED = ("message", "state")
_CONNECT_S, _ANSWER_S = 1.0, 4.0
_SILENT_S = 40.0
"""Longest silence of the stream; the gateway gives a sign of life every 15 s."""
_ATTEMPTS, _TRY_FOR_S = 4, 6.0
_AGAIN_S = 0.5

R = TypeVar("R")


class BotUnavailable(Exception):
    """The gateway did not answer, or failed, after several attempts."""


class Refused(Exception):
    """The gateway understood the request and refuses it."""

    def __init__(self, code: str, details: dict[str, Any]) -> None:
        super().__init__(code)
        self.code = code
        self.details = details
        """What came beside the code; may hold what the caller said, so it is never logged."""


class _Failing(Exception):
    """An answer that trying again may mend."""


@dataclass(frozen=True)
class OfficeNow:
    """An office as it stands now, in the caller's words."""

    id: str
    name: str
    open: bool
    reopens: str | None
    """When it opens, as people say it."""


@dataclass(frozen=True)
class Target:
    """Where a caller is put through to."""

    office: str
    office_name: str
    extension: str
    name: str | None
    speaks: bool | None


@dataclass(frozen=True)
class MemoCode:
    """What opens a memo on the web, and the last day on which it does."""

    code: str
    until: dt.date


class BotClient:
    """Opens conversations."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self._http, self._base = http, base

    @classmethod
    @contextlib.asynccontextmanager
    async def open(cls, base: str) -> AsyncIterator["BotClient"]:
        """A client of the gateway at `base`, with connections of its own."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S)
        async with aiohttp.ClientSession(timeout=timeout) as http:
            yield cls(http, base.rstrip("/"))

    async def start(self, language: str, caller: str | None) -> "Conversation":
        """Begins a conversation on the phone.

        Raises:
            BotUnavailable: see there.
        """
        body = {"channel": "phone", "language": language}
        started = await self.call(
            "POST", "/api/v1/conversations", body | ({"caller": caller} if caller else {})
        )
        seen = max((message["seq"] for message in started["messages"]), default=0)
        return Conversation(self, started["id"], started["token"], seen)

    async def office(self, office: str, language: str) -> OfficeNow | None:
        """How an office stands now; None if there is no such office."""
        told = await self.call("GET", "/api/v1/status", None, {"Accept-Language": language})
        return next(
            (
                OfficeNow(office, row["short"], row["open"], row["reopens_text"])
                for row in told["offices"]
                if row["id"] == office
            ),
            None,
        )

    async def ready(self) -> bool:
        """Whether the gateway answers."""
        with contextlib.suppress(aiohttp.ClientError, TimeoutError, OSError):
            timeout = aiohttp.ClientTimeout(total=_CONNECT_S)
            async with self._http.get(f"{self._base}/healthz", timeout=timeout) as answer:
                return answer.ok
        return False

    async def call(
        self, method: str, path: str, body: object = None, headers: dict[str, str] | None = None
    ) -> Any:
        """The answer's JSON (None where it has none), tried again where that may help.

        Raises:
            BotUnavailable: all attempts failed.
            Refused: the gateway refuses.
        """

        async def once() -> Any:
            timeout = aiohttp.ClientTimeout(total=_ANSWER_S, sock_connect=_CONNECT_S)
            url = self._base + path
            async with self._http.request(
                method, url, json=body, headers=headers, timeout=timeout
            ) as answer:
                if answer.status >= 500 or answer.status == 429:
                    raise _Failing
                told = await answer.json() if answer.content_type == "application/json" else None
                if not answer.ok:
                    error = (told or {}).get("error", {})
                    raise Refused(str(error.get("code", answer.status)), error)
                return told

        return await _several_times(once)

    @contextlib.asynccontextmanager
    async def stream(
        self, path: str, headers: dict[str, str]
    ) -> AsyncIterator[AsyncIterator[dict[str, str]]]:
        """Server-sent events, each as its fields."""
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=_CONNECT_S, sock_read=_SILENT_S)
        async with self._http.get(self._base + path, headers=headers, timeout=timeout) as answer:
            if not answer.ok:
                raise _Failing
            yield _frames(answer.content)


class Conversation:
    """One caller's conversation with the bot."""

    def __init__(self, bot: BotClient, conversation_id: str, token: str, seen: int) -> None:
        self.id = conversation_id
        self._bot = bot
        self._headers = {"Authorization": f"Bearer {token}"}
        self._seen = seen
        self._saying = asyncio.Lock()

    async def say(
        self, text: str, payload: str | None = None, confidence: float | None = None
    ) -> int:
        """Sends what was said, once however often it is tried; the number of the message.

        Events wait until it has one, so that none that answers it comes before.
        """
        body: dict[str, object] = {"client_message_id": uuid.uuid4().hex, "text": text}
        if payload:
            body["payload"] = payload
        if confidence is not None:
            body["heard"] = {"confidence": round(min(max(confidence, 0.0), 1.0), 3)}
        async with self._saying:
            return int((await self._post("messages", body))["seq"])

    async def set_language(self, language: str) -> None:
        """Goes on in this language."""
        await self._post("language", {"language": language})

    async def put_through(self, office: str | None) -> Target:
        """Whom to dial.

        Raises:
            Refused: `office_closed`, `no_handover` or `nobody_to_call`.
        """
        told = await self._post("call", {"office": office} if office else {})
        return Target(
            told["office"], told["office_name"], told["extension"], told["name"], told["speaks"]
        )

    async def dialled(self, outcome: CallOutcome, extension: str) -> None:
        """How the try to put through ended."""
        await self._post("call/ended", {"outcome": outcome.value, "extension": extension})

    async def leave(
        self, kind: HandoverKind, office: str | None, phone: str | None, text: str | None
    ) -> None:
        """Asks for a call-back, or leaves a message."""
        wish = {"kind": kind.value, "office": office, "phone": phone, "text": text}
        await self._post("handover", {k: v for k, v in wish.items() if v is not None})

    async def write_down(self, service: str) -> MemoCode:
        """Has a topic written down behind a code.

        Raises:
            Refused: `nothing_to_write_down`.
        """
        told = await self._post("memos", {"service": service})
        return MemoCode(told["code"], dt.datetime.fromisoformat(told["expires_at"]).date())

    async def mail(self, service: str, address: str) -> None:
        """Has a topic mailed, once however often it is tried.

        Raises:
            Refused: `mail_off`, `nothing_to_write_down` or `invalid`.
        """
        body = {"client_message_id": uuid.uuid4().hex, "service": service, "address": address}
        await self._post("memos/mail", body)

    async def close(self) -> None:
        """Ends the conversation, and a case of it that nobody need act on any more."""
        await self._post("close", {})

    async def events(self) -> AsyncIterator[Event]:
        """Messages and changes of owner as they come, without gap; begun anew where it breaks.

        Raises:
            BotUnavailable: it could not be begun for a while.
        """
        failures = 0
        while failures < _ATTEMPTS:
            try:
                path = f"/api/v1/conversations/{self.id}/events?after={self._seen}"
                async with self._bot.stream(path, self._headers) as frames:
                    async for fields in frames:
                        failures = 0
                        if fields.get("event") == "erased":
                            return
                        if fields.get("event") in _NUMBERED:
                            yield await self._event(fields["data"])
            except (aiohttp.ClientError, TimeoutError, OSError, _Failing):
                pass
            failures += 1
            await asyncio.sleep(_AGAIN_S * failures)
        raise BotUnavailable

    async def _event(self, data: str) -> Event:
        event = _EVENT.validate_python(json.loads(data))
        self._seen = event.seq
        async with self._saying:
            return event

    async def _post(self, path: str, body: object) -> Any:
        return await self._bot.call(
            "POST", f"/api/v1/conversations/{self.id}/{path}", body, self._headers
        )


async def _several_times(once: Callable[[], Awaitable[R]]) -> R:
    try:
        async for attempt in stamina.retry_context(
            on=(aiohttp.ClientError, TimeoutError, OSError, _Failing),
            attempts=_ATTEMPTS, timeout=_TRY_FOR_S, wait_initial=0.1, wait_max=1.0,
        ):  # fmt: skip
            with attempt:
                return await once()
    except (aiohttp.ClientError, TimeoutError, OSError, _Failing):
        raise BotUnavailable from None
    raise AssertionError("one attempt at least")


async def _frames(content: aiohttp.StreamReader) -> AsyncIterator[dict[str, str]]:
    fields: dict[str, str] = {}
    async for raw in content:
        line = raw.decode().rstrip("\r\n")
        if not line:
            if fields:
                yield fields
            fields = {}
            continue
        name, _, value = line.partition(":")
        if name:
            fields[name] = value.removeprefix(" ")
