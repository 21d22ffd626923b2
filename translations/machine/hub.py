"""Where packages come from: Argos's index, or a mirror of the county's own with the same files.

A mirror is a folder on any web server with Argos's `index.json`, the packages, and a `SHA256SUMS`
as coreutils writes it.  The public index has no checksums, so they must be told.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import aiohttp

from bot.download import DownloadFailed, Progress, connection, digest, download

_LARGEST_INDEX = 16 * 1024**2


class HubUnreachable(Exception):
    """The hub gave no usable answer; the message says what to do."""


@dataclass(frozen=True)
class Entry:
    """A package on offer."""

    name: str
    version: str
    url: str
    sha256: str | None


@dataclass(frozen=True)
class Fetched:
    """A downloaded archive with its checksum."""

    path: Path
    sha256: str


class Hub:
    """The packages at one address."""

    def __init__(self, address: str) -> None:
        self._address = address if address.endswith("/") else f"{address}/"

    async def entries(self) -> list[Entry]:
        """What is on offer.

        Raises:
            HubUnreachable: no answer, or one that is no index.
        """
        async with connection() as client:
            return await self._entries(client)

    async def fetch(
        self, name: str, folder: Path, sha256: str | None, progress: Progress
    ) -> Fetched:
        """Downloads the package `name` (such as `uk_en`) into `folder` and checks it.

        What an earlier try left is gone on with.  A file with another checksum is deleted.

        Raises:
            HubUnreachable: no answer, no such package, no checksum to check it by, or another
                file than the checksum tells.
        """
        async with connection() as client:
            entries = await self._entries(client)
            entry = next((e for e in entries if e.name == name), None)
            if entry is None:
                names = ", ".join(e.name for e in entries)
                raise HubUnreachable(f"{self._address} has no package {name}. It has: {names}")
            wanted = sha256 or entry.sha256
            if wanted is None:
                raise HubUnreachable(
                    f"{self._address} has no SHA256SUMS with {_file_of(entry)}: tell --sha256,"
                    " from a source that you trust."
                )
            folder.mkdir(parents=True, exist_ok=True)
            partial = folder / f"{_file_of(entry)}.part"
            try:
                await download(client, entry.url, partial, progress)
            except DownloadFailed as error:
                raise HubUnreachable(str(error)) from None
        if (found := digest(partial)) != wanted.lower():
            partial.unlink()
            raise HubUnreachable(
                f"{entry.url} has the SHA-256 {found}, not {wanted.lower()}: deleted."
            )
        path = partial.with_suffix("")
        partial.replace(path)
        return Fetched(path, found)

    async def _entries(self, client: aiohttp.ClientSession) -> list[Entry]:
        index = await self._text(client, "index.json")
        try:
            rows = json.loads(index)
            sums = _sums(await self._text(client, "SHA256SUMS", optional=True))
            entries = []
            for row in rows:
                if row.get("type", "translate") != "translate" or not row.get("links"):
                    continue
                url = urljoin(self._address, row["links"][0])
                file = Path(urlsplit(url).path).name
                name = f"{row['from_code']}_{row['to_code']}"
                version = str(row.get("package_version", ""))
                entries.append(Entry(name, version, url, sums.get(file)))
        except (ValueError, KeyError, AttributeError, TypeError) as error:
            raise HubUnreachable(f"{self._address}index.json is no index of packages.") from error
        return entries

    async def _text(self, client: aiohttp.ClientSession, name: str, optional: bool = False) -> str:
        try:
            async with client.get(urljoin(self._address, name)) as answer:
                if answer.status == 404 and optional:
                    return ""
                answer.raise_for_status()
                return (await answer.content.read(_LARGEST_INDEX)).decode()
        except (aiohttp.ClientError, TimeoutError, UnicodeDecodeError) as error:
            raise HubUnreachable(
                f"{self._address} cannot be reached ({type(error).__name__}). Copy the packages"
                " to this machine and run: kreislotse models add FILE…; or set"
                " KREISLOTSE_MODELS_URL to a mirror of your own."
            ) from None


def _sums(text: str) -> dict[str, str]:
    """File name to checksum."""
    rows = (line.split(maxsplit=1) for line in text.splitlines() if line.strip())
    return {name.strip().lstrip("*"): digest_ for digest_, name in rows}


def _file_of(entry: Entry) -> str:
    return Path(urlsplit(entry.url).path).name
