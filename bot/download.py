"""Fetches large files: goes on where an earlier try stopped, checks, and never fills the disk."""

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import aiohttp
import stamina

STALL_S = 30.0
"""Seconds without a byte after which a connection counts as broken."""
_TRIES = 4
_CHUNK = 256 * 1024
_SPARE = 256 * 1024**2
"""Bytes that a download leaves free, so that the databases beside it can still write."""

Progress = Callable[[int, int | None], None]
"""Told the bytes that are there, and how many there will be where the server says so."""


class DownloadFailed(Exception):
    """A file could not be fetched; the message says why and what to do."""


def connection(stall_s: float = STALL_S) -> aiohttp.ClientSession:
    """A client that waits as long as bytes arrive, and no longer than `stall_s` for the next."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=10, sock_read=stall_s)
    return aiohttp.ClientSession(timeout=timeout)


async def download(
    client: aiohttp.ClientSession, url: str, partial: Path, progress: Progress
) -> None:
    """Fills `partial` from where it ends; broken and stalled connections are tried again.

    Raises:
        DownloadFailed: It broke off for good, or the disk has no room.
    """
    there = -1
    while True:
        try:
            await _try(client, url, partial, progress)
            return
        except aiohttp.ClientResponseError as error:
            raise DownloadFailed(f"{url} was answered with status {error.status}.") from None
        except (aiohttp.ClientError, TimeoutError) as error:
            # a bad line that still brings bytes gets a large file across in the end
            if _size(partial) > there:
                there = _size(partial)
                continue
            raise DownloadFailed(
                f"{url} broke off ({type(error).__name__}); the same command goes on from there."
            ) from None


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


async def _try(client: aiohttp.ClientSession, url: str, partial: Path, progress: Progress) -> None:
    async for attempt in stamina.retry_context(
        on=(aiohttp.ClientConnectionError, aiohttp.ClientPayloadError, TimeoutError),
        attempts=_TRIES,
        timeout=None,
        wait_initial=0.2,
    ):
        with attempt:
            await _go_on(client, url, partial, progress)


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


async def _go_on(
    client: aiohttp.ClientSession, url: str, partial: Path, progress: Progress
) -> None:
    """One request for what is missing of the file (RFC 9110, section 14)."""
    there = _size(partial)
    headers = {"Range": f"bytes={there}-"} if there else {}
    async with client.get(url, headers=headers) as answer:
        if answer.status == 416:  # nothing is missing; the checksum decides
            return
        answer.raise_for_status()
        if answer.status != 206:
            there = 0
        rest = answer.content_length
        _check_room(partial.parent, rest or 0)
        total = None if rest is None else there + rest
        with partial.open("ab" if there else "wb") as file:
            async for chunk in answer.content.iter_chunked(_CHUNK):
                file.write(chunk)
                there += len(chunk)
                progress(there, total)


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE:
        raise DownloadFailed(
            f"{folder} has {free / 1e6:.0f} MB free; the file needs {needed / 1e6:.0f} MB"
            f" and {_SPARE / 1e6:.0f} MB must stay free."
        )
