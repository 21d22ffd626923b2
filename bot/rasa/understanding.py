"""What a message means: the classifier's reading of a text, or the meaning of a button."""

from __future__ import annotations

import re
from typing import Any

from rasa.core.agent import Agent
from rasa.core.channels.channel import UserMessage
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME, INTENT_MESSAGE_PREFIX

ParseData = dict[str, Any]

ASPECT, PHONE = "aspect", "phone"
NOTHING_IN_PARTICULAR = "general"
"""The aspect of a text that asks for none; on a button it means what it says."""

_LONG_NUMBER = re.compile(r"\+?\d(?:[ \u00a0./()\-–]*\d){3,}")
_PHONE_NUMBER = re.compile(r"\+?\d(?:[ \u00a0./()\-–]*\d){5,}")


async def understand(agent: Agent, text: str) -> ParseData:
    """The model's reading of `text`.

    The model sees words only.  A long number says nothing about what is wanted, but its digits
    would be taken for those of some example; it comes back as the entity `phone`.
    """
    bare = without_command(text)
    words = _LONG_NUMBER.sub(" ", bare)
    if not any(character.isalnum() for character in words):
        parsed = uncertain()
    else:
        parsed = await agent.processor.parse_message(UserMessage(words))
    named = [e for e in parsed["entities"] if e["value"] != NOTHING_IN_PARTICULAR]
    number = _PHONE_NUMBER.search(bare)
    phone = [{"entity": PHONE, "value": number[0]}] if number else []
    return {**parsed, "text": bare, "entities": [*named, *phone]}


def uncertain() -> ParseData:
    """The reading of a text that has no words."""
    return {
        "intent": {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1.0},
        "intent_ranking": [],
        "entities": [],
    }


def pressed(intent: str, aspect: str | None) -> ParseData:
    """The reading of a button; without its title, which is no answer to any question."""
    reading = {"name": intent, "confidence": 1.0}
    return {
        "text": None,
        "intent": reading,
        "intent_ranking": [reading],
        "entities": [{"entity": ASPECT, "value": aspect}] if aspect else [],
    }


def without_command(text: str) -> str:
    """`text` without what would make it a command.

    Rasa strips a text and, if it then begins with a slash, reads `/intent{"entity": …}` as an
    order instead of classifying it.  So whitespace and slashes at the beginning go.
    """
    bare = text.strip()
    while bare.startswith(INTENT_MESSAGE_PREFIX):
        bare = bare.removeprefix(INTENT_MESSAGE_PREFIX).lstrip()
    return bare


def intent_of(parsed: ParseData) -> str | None:
    """The name of the intent."""
    name: str | None = parsed["intent"]["name"]
    return name


def aspect_of(parsed: ParseData) -> str | None:
    """The aspect that was asked about, if any."""
    return next((e["value"] for e in parsed["entities"] if e["entity"] == ASPECT), None)


def ranking_of(parsed: ParseData) -> list[dict[str, Any]]:
    """The ten most probable intents, without the fallback, which is none."""
    return [
        {"name": i["name"], "confidence": float(i["confidence"])}
        for i in parsed.get("intent_ranking", [])
        if i["name"] != DEFAULT_NLU_FALLBACK_INTENT_NAME
    ][:10]


def is_uncertain(parsed: ParseData) -> bool:
    """Whether no intent is probable enough."""
    return intent_of(parsed) == DEFAULT_NLU_FALLBACK_INTENT_NAME
