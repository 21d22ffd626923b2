"""Tells another system of cases by signed calls, as Standard Webhooks describes them."""

import base64
import json
from collections.abc import Collection

from pydantic import HttpUrl, SecretStr
from standardwebhooks import Webhook

from bot.stores.tables import HandoverRow
from handover.ways import Notice, NoticeEvent, send_json


class SignedWebhook:
    """A way: one POST for each event (https://www.standardwebhooks.com)."""

    name = "webhook"
    tells_of_overdue = True

    def __init__(self, url: HttpUrl, secret: SecretStr) -> None:
        self._url = url
        self._webhook = Webhook(self.key_of(secret))

    @staticmethod
    def key_of(secret: SecretStr) -> bytes:
        """The key that a secret such as `whsec_…` stands for.

        Raises:
            ValueError: it is not base64.
        """
        return base64.b64decode(secret.get_secret_value().removeprefix("whsec_"), validate=True)

    def wants(self, event: NoticeEvent, handover: HandoverRow, known: Collection[str]) -> bool:
        """See `Way`: every event."""
        return True

    async def deliver(self, notice: Notice) -> str | None:
        """See `Way`; any answer of the 200s counts as taken."""
        body = json.dumps(_payload(notice), ensure_ascii=False)
        headers = {
            "webhook-id": notice.id,
            "webhook-timestamp": str(int(notice.sent_at.timestamp())),
            "webhook-signature": self._webhook.sign(notice.id, notice.sent_at, body),
        }
        await send_json("POST", self._url, body, headers)
        return None


def _payload(notice: Notice) -> dict[str, object]:
    return {
        "type": f"handover.{notice.event}",
        "timestamp": notice.happened_at.isoformat(),
        "data": {
            "id": notice.handover_id,
            "office": notice.office.id,
            "kind": notice.kind,
            "priority": notice.priority,
            "language": notice.language,
            "service": notice.service,
            "service_title": notice.service_title,
            "due_at": notice.due_at.isoformat() if notice.due_at else None,
            "link": notice.link,
        },
    }
