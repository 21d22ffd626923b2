"""A real OpenID provider in a process of its own, and a browser that walks to it and back."""

import contextlib
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import aiohttp

from tests.support.servers import free_port

CLIENT_ID, CLIENT_SECRET = "kreislotse", "only-for-tests"
_SCRIPT = Path(__file__).with_suffix(".mjs")
_MOST_STEPS = 10


@dataclass(frozen=True)
class IdentityProvider:
    """The provider, by its address."""

    issuer: str

    async def vouches_for(self, tamper: str | None = None, **claims: object) -> None:
        """Signs this person in there from now on; `tamper`: what it does wrong, by name."""
        async with (
            aiohttp.ClientSession() as http,
            http.put(f"{self.issuer}/test", json={"claims": claims, "tamper": tamper}) as response,
        ):
            assert response.status == 204


@contextlib.contextmanager
def identity_provider() -> Iterator[IdentityProvider]:
    port = free_port()
    process = subprocess.Popen(
        ["node", str(_SCRIPT), str(port)], stdout=subprocess.PIPE, stderr=sys.stderr, text=True
    )
    try:
        assert process.stdout is not None
        while (line := process.stdout.readline()).strip() != "ready":
            assert line, f"the provider ended with {process.wait()}"
        yield IdentityProvider(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.wait(10)


class Browser:
    """Follows redirects one by one, with the cookies of both sides."""

    def __init__(self, http: aiohttp.ClientSession, base: str) -> None:
        self.http = http
        self.base = base

    async def go(self, address: str) -> str | None:
        """Where that address sends on to; None: it is a page."""
        async with self.http.get(address, allow_redirects=False) as response:
            if response.status not in (302, 303):
                return None
            location = response.headers["Location"]
            return str(response.url.join(aiohttp.client.URL(location)))

    async def come_back(self) -> str:
        """Goes to the provider; the address at which it sends the browser back to us."""
        address = f"{self.base}/api/v1/openid/start"
        for _ in range(_MOST_STEPS):
            sent = await self.go(address)
            assert sent is not None, address
            if urlsplit(sent).path == "/api/v1/openid/callback":
                return sent
            address = sent
        raise AssertionError("the provider never sends the browser back")

    async def sign_in(self) -> str:
        """Goes there and back; where we send the browser in the end, without our own address."""
        sent = await self.go(await self.come_back())
        assert sent is not None
        return sent.removeprefix(self.base)


@contextlib.asynccontextmanager
async def browser(base: str) -> AsyncIterator[Browser]:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        yield Browser(http, base)


def parameter(address: str, name: str) -> str:
    """One parameter of an address."""
    return parse_qs(urlsplit(address).query)[name][0]
