"""Fetches weights from the public hub or a mirror, and learns what each file must be.

A mirror is any web server with the same paths and a `SHA256SUMS` at its root, as coreutils writes
it.  The hub tells a file's digest in its answer: SHA-256 for large files, else git's own
(https://git-scm.com/book/en/v2/Git-Internals-Git-Objects).
"""

import hashlib
import re
from pathlib import Path
from urllib.parse import urljoin

import aiohttp

from bot.download import DownloadFailed, Progress, connection, digest, download
from voice.weights.manifest import WeightFile, Weights

_SHA256, _GIT = re.compile(r"[0-9a-f]{64}"), re.compile(r"[0-9a-f]{40}")
_LARGEST_SUMS = 1024**2


class WeightsRefused(Exception):
    """Weights that must not be installed; the message says why and what to do."""


class SpeechHub:
    """The hub at one address."""

    def __init__(self, address: str, stall_s: float = 30.0) -> None:
        self._address = address if address.endswith("/") else f"{address}/"
        self._stall_s = stall_s

    async def fetch(
        self, weights: Weights, folder: Path, wanted: dict[str, str], progress: Progress
    ) -> dict[str, str]:
        """Downloads all files into `folder` and checks each; those that are whole stay.

        Args:
            weights: What to fetch.
            folder: Where to; what an earlier try left there is gone on with.
            wanted: The SHA-256 by file name, as far as known from an earlier pull.
            progress: Told about the file under way.

        Returns:
            The SHA-256 of each file, by its name.

        Raises:
            WeightsRefused: The hub cannot be reached, has no digest for a file, or the file is
                another one (then it is deleted).
        """
        folder.mkdir(parents=True, exist_ok=True)
        async with connection(self._stall_s) as client:
            try:
                sums = await self._sums(client)
                return {
                    file.name: await self._one(client, file, folder, wanted, sums, progress)
                    for file in weights.files
                }
            except DownloadFailed as error:
                raise WeightsRefused(str(error)) from None
            except (aiohttp.ClientError, TimeoutError) as error:
                raise WeightsRefused(
                    f"{self._address} cannot be reached ({type(error).__name__}). Copy the files to"
                    " this machine and run: kreislotse models add FOLDER; or set"
                    " KREISLOTSE_SPEECH_MODELS_URL to a mirror of your own."
                ) from None

    async def _one(
        self,
        client: aiohttp.ClientSession,
        file: WeightFile,
        folder: Path,
        wanted: dict[str, str],
        sums: dict[str, str],
        progress: Progress,
    ) -> str:
        url = urljoin(self._address, file.path)
        told = wanted.get(file.name) or sums.get(file.path) or await _told(client, url)
        if told is None:
            raise WeightsRefused(
                f"{url} comes without a digest: put a SHA256SUMS at {self._address}, or copy the"
                " files from a source that you trust and run: kreislotse models add FOLDER."
            )
        path, partial = folder / file.name, folder / f"{file.name}.part"
        if not path.exists():
            await download(client, url, partial, progress)
            partial.replace(path)
        if told not in (digest(path), _git_digest(path)):
            path.unlink()
            raise WeightsRefused(f"{url} is not the file that it should be ({told}): deleted.")
        return digest(path)

    async def _sums(self, client: aiohttp.ClientSession) -> dict[str, str]:
        async with client.get(urljoin(self._address, "SHA256SUMS")) as answer:
            if answer.status != 200:
                return {}
            text = (await answer.content.read(_LARGEST_SUMS)).decode(errors="replace")
        rows = (line.split(maxsplit=1) for line in text.splitlines())
        return {
            row[1].strip().removeprefix("*").removeprefix("./"): row[0].lower()
            for row in rows
            if len(row) == 2 and _SHA256.fullmatch(row[0].lower())
        }


async def _told(client: aiohttp.ClientSession, url: str) -> str | None:
    """The digest that the hub itself tells; its redirect to a large file's store carries it."""
    async with client.head(url, allow_redirects=False) as answer:
        if answer.status >= 400:
            raise DownloadFailed(f"{url} was answered with status {answer.status}.")
        for header in ("X-Linked-Etag", "ETag"):
            told = answer.headers.get(header, "").removeprefix("W/").strip('"').lower()
            if _SHA256.fullmatch(told) or _GIT.fullmatch(told):
                return told
    return None


def _git_digest(path: Path) -> str:
    """Git's digest of a file's content; only small files have it, so it is read at once."""
    content = path.read_bytes() if path.stat().st_size < 64 * 1024**2 else b""
    return hashlib.sha1(b"blob %d\0" % len(content) + content, usedforsecurity=False).hexdigest()
