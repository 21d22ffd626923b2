"""Opens and closes tickets in a Zammad, by its REST API (https://docs.zammad.org, Tickets)."""

import json
from collections.abc import Collection

from pydantic import HttpUrl, SecretStr

from bot.model import HandoverKind, Priority
from bot.stores.tables import HandoverRow
from handover.notice_texts import NoticeTexts
from handover.ways import NotDelivered, Notice, NoticeEvent, send_json

_LATER = (HandoverKind.CALLBACK, HandoverKind.MESSAGE)
_PRIORITIES = {Priority.NORMAL: "2 normal", Priority.CRISIS: "3 high"}


class Zammad:
    """A way: a ticket for each call-back and message, closed when the case is.

    The ticket's customer is the office itself, as Zammad wants one and must not get the citizen.
    """

    name = "zammad"
    tells_of_overdue = False

    def __init__(self, url: HttpUrl, token: SecretStr, group: str, texts: NoticeTexts) -> None:
        self._tickets = f"{str(url).rstrip('/')}/api/v1/tickets"
        self._headers = {"Authorization": f"Token token={token.get_secret_value()}"}
        self._group = group
        self._texts = texts

    def wants(self, event: NoticeEvent, handover: HandoverRow, known: Collection[str]) -> bool:
        """See `Way`: one ticket per case."""
        if event == "requested":
            return handover.kind in _LATER and event not in known
        return event == "closed" and "requested" in known

    async def deliver(self, notice: Notice) -> str | None:
        """See `Way`; returns the ticket's id."""
        if notice.event == "requested":
            return await self._open(notice)
        if notice.reference is None:
            raise NotDelivered("no_ticket")  # its own notice may still be on its way
        change = {"state": "closed", "article": self._article(notice)}
        ticket = f"{self._tickets}/{notice.reference}"
        await send_json("PUT", ticket, json.dumps(change), self._headers)
        return notice.reference

    async def _open(self, notice: Notice) -> str:
        article = self._article(notice)
        ticket = {
            "title": article["subject"],
            "group": self._group,
            # found by its address, or made
            "customer_id": f"guess:{notice.office.mail}",
            "priority": _PRIORITIES[notice.priority],
            "article": article,
        }
        opened = await send_json("POST", self._tickets, json.dumps(ticket), self._headers)
        if not isinstance(opened, dict) or not isinstance(opened.get("id"), int):
            raise NotDelivered("unreadable")
        return str(opened["id"])

    def _article(self, notice: Notice) -> dict[str, object]:
        """An internal note of an agent: Zammad's triggers mail nobody because of it."""
        return {
            "subject": self._texts.subject(notice),
            "body": self._texts.body(notice),
            "content_type": "text/plain",
            "type": "note",
            "sender": "Agent",
            "internal": True,
        }
