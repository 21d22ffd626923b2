"""Has a file examined by ClamAV's daemon, over its socket.

The command INSTREAM is described in the manual page clamd(8): after it come chunks, each with its
length before it in four bytes (network order); one of length zero ends the stream.
"""

import asyncio
import contextlib
import struct

import structlog

from bot.errors import ScannerUnavailable

log = structlog.get_logger(__name__)

_CHUNK = 65_536
_LONGEST_ANSWER = 4096


class Clamd:
    """The daemon behind `address`: a path to its socket, or `host:port`."""

    def __init__(self, address: str, timeout_s: float) -> None:
        self._address = address
        self._timeout_s = timeout_s

    async def passes(self, content: bytes | bytearray) -> bool:
        """Whether nothing was found in the file.

        Raises:
            ScannerUnavailable: nobody answers, not in time, or not that it is clean or infected,
                as where the file is larger than the daemon's `StreamMaxLength`.
        """
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._ask(content)
        except (OSError, TimeoutError) as error:
            log.error("file not scanned", error=type(error).__name__)
            raise ScannerUnavailable from None
        if answer == b"stream: OK":
            return True
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            return False
        log.error("file not scanned", error="ERROR")
        raise ScannerUnavailable

    async def _ask(self, content: bytes | bytearray) -> bytes:
        reader, writer = await self._connect()
        try:
            writer.write(b"zINSTREAM\0")
            for start in range(0, len(content), _CHUNK):
                chunk = content[start : start + _CHUNK]
                writer.write(struct.pack("!L", len(chunk)))
                writer.write(chunk)
                await writer.drain()
            writer.write(struct.pack("!L", 0))
            await writer.drain()
            return (await reader.read(_LONGEST_ANSWER)).rstrip(b"\0\n")
        finally:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        if self._address.startswith("/"):
            return await asyncio.open_unix_connection(self._address)
        host, _, port = self._address.rpartition(":")
        if not port.isdecimal():
            raise OSError("no address")
        return await asyncio.open_connection(host.strip("[]"), int(port))
