"""What a notice to the outside says, and what a way to deliver it must be able to do."""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import aiohttp
from pydantic import HttpUrl

from bot.catalogue.schema import Office
from bot.model import HandoverKind, Priority
from bot.stores.tables import HandoverRow

TIMEOUT_S = 20.0
"""Longest time that one delivery takes; well below the shortest wait until the next try."""


NoticeEvent = Literal["requested", "closed", "due"]
"""What happened to a case that somebody outside is told of."""


@dataclass(frozen=True)
class Notice:
    """One notice with all that leaves the house: no name, no number, no word of a citizen."""

    id: str
    """The same at every try, so that the other side can tell repetitions."""
    event: NoticeEvent
    happened_at: dt.datetime
    sent_at: dt.datetime
    handover_id: str
    office: Office
    kind: HandoverKind
    priority: Priority
    language: str
    service: str | None
    service_title: str | None
    due_at: dt.datetime | None
    link: str
    """Leads to the case in the console, which asks for a sign-in."""
    reference: str | None
    """What the other side called the case when it was told of it first."""


class NotDelivered(Exception):
    """A delivery failed; `problem` is the kind of failure, without what the other side said."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Way(Protocol):
    """A way by which notices leave the house."""

    @property
    def name(self) -> str:
        """How the way is called in `NoticeRow.way`."""

    @property
    def tells_of_overdue(self) -> bool:
        """Whether it wants to hear of `due` at all."""

    def wants(self, event: NoticeEvent, handover: HandoverRow, known: Collection[str]) -> bool:
        """Whether the event goes this way; `known` are the case's events that did before."""

    async def deliver(self, notice: Notice) -> str | None:
        """Delivers the notice; returns what the other side calls the case, if anything.

        Raises:
            NotDelivered: nobody took it; it may be tried again.
        """


async def send_json(method: str, url: str | HttpUrl, body: str, headers: Mapping[str, str]) -> Any:
    """Sends JSON and returns the JSON that is answered, or None; follows no redirects.

    Raises:
        NotDelivered: no answer came, or none that says that it was taken.
    """
    headers = {"Content-Type": "application/json", "User-Agent": "Kreislotse", **headers}
    try:
        async with (
            aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT_S)) as client,
            client.request(
                method, str(url), data=body.encode(), headers=headers, allow_redirects=False
            ) as response,
        ):
            if not 200 <= response.status < 300:
                raise NotDelivered(f"http_{response.status}")
            if response.content_type != "application/json":
                return None
            return await response.json()
    except TimeoutError:
        raise NotDelivered("timeout") from None
    except aiohttp.ClientSSLError:
        raise NotDelivered("tls") from None
    except (aiohttp.ClientError, OSError):
        raise NotDelivered("unreachable") from None
    except ValueError:
        raise NotDelivered("unreadable") from None
