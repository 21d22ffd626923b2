"""A hub of weights on loopback that can drop, stall and corrupt what it serves."""

import asyncio
import hashlib
from dataclasses import dataclass, field

from aiohttp import web
from aiohttp.test_utils import TestServer


@dataclass
class BadHub:
    """Serves `files` (path to content) as the public hub does: redirects, digests, ranges.

    The digest stands in the redirect, SHA-256 for files of `large` bytes and more, else git's.
    """

    files: dict[str, bytes]
    large: int = 1000
    digests: bool = True
    sums: str | None = None
    drops: int = 0
    """So many answers end in the middle."""
    stalls: int = 0
    """So many answers stop sending in the middle and keep the connection."""
    corrupt: bool = False
    asked: list[tuple[str, str]] = field(default_factory=list)
    """Path and Range of every request for content."""

    def server(self) -> TestServer:
        app = web.Application()
        app.router.add_get("/SHA256SUMS", self._sums)
        app.router.add_get("/store/{path:.+}", self._content)
        app.router.add_get("/{path:.+}", self._redirect)
        return TestServer(app)

    async def _sums(self, request: web.Request) -> web.Response:
        return web.Response(text=self.sums) if self.sums else web.Response(status=404)

    async def _redirect(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        if path not in self.files:
            return web.Response(status=404)
        headers = {"Location": f"/store/{path}"}
        if self.digests:
            content = self.files[path]
            large = len(content) >= self.large
            headers["X-Linked-Etag"] = f'"{sha256(content) if large else git(content)}"'
        return web.Response(status=302, headers=headers)

    async def _content(self, request: web.Request) -> web.StreamResponse:
        content = self.files[request.match_info["path"]]
        self.asked.append((request.match_info["path"], request.headers.get("Range", "")))
        if self.corrupt:
            content = bytes([content[0] ^ 1]) + content[1:]
        part = request.http_range
        start = part.start or 0
        if start >= len(content):
            return web.Response(status=416)
        body = content[start:]
        answer = web.StreamResponse(
            status=206 if start else 200, headers={"Content-Length": str(len(body))}
        )
        await answer.prepare(request)
        if len(body) > 1 and (self.drops or self.stalls):
            await answer.write(body[: len(body) // 2])
            if self.stalls:
                self.stalls -= 1
                await asyncio.sleep(3)
            else:
                self.drops -= 1
            assert request.transport
            request.transport.abort()
            return answer
        await answer.write(body)
        return answer


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def git(content: bytes) -> str:
    return hashlib.sha1(b"blob %d\0" % len(content) + content).hexdigest()
