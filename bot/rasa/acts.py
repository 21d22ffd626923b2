"""Turns what the rules uttered into dialogue acts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from rasa.core.channels.channel import OutputChannel

Act = dict[str, Any]

_SLOT = re.compile(r"\{(\w+)\}")


class UtteranceCollector(OutputChannel):
    """Output channel that keeps each utterance whole, with the name of its response."""

    def __init__(self) -> None:
        self.utterances: list[dict[str, Any]] = []

    @classmethod
    def name(cls) -> str:
        """The channel's name, for wordings of its own."""
        return "kreislotse"

    async def send_response(self, recipient_id: str, message: dict[str, Any]) -> None:
        """Keeps `message`."""
        self.utterances.append(message)


def read_acts(
    utterances: Sequence[Mapping[str, Any]],
    responses: Mapping[str, Sequence[Mapping[str, Any]]],
    slots: Mapping[str, Any],
    may_be_sent: Callable[[str], bool],
) -> list[Act]:
    """The acts that `utterances` stand for, one for each.

    The fields of an act come from the response's template and the slots themselves: Rasa fills
    templates as text, where an empty slot reads "None" and a list its Python form.  Buttons
    that would not be accepted back are left out.
    """
    acts: list[Act] = []
    for utterance in utterances:
        key = utterance["utter_action"]
        template = responses[key][0].get("custom") or {"act": "say"}
        act: Act = {name: _filled(value, slots) for name, value in template.items()}
        if utterance.get("text"):
            act |= {"key": key, "text": utterance["text"]}
        buttons = [
            {"title": b["title"], "payload": b["payload"]}
            for b in utterance.get("buttons") or []
            if may_be_sent(b["payload"])
        ]
        if buttons:
            act["buttons"] = buttons
        acts.append(act)
    return acts


def _filled(value: Any, slots: Mapping[str, Any]) -> Any:
    slot = _SLOT.fullmatch(value) if isinstance(value, str) else None
    return slots.get(slot[1]) if slot else value
