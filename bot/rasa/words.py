"""What the NLU components share: the words of a message, and its ranking of intents."""

from __future__ import annotations

from typing import Any

from rasa.nlu.constants import TOKENS_NAMES
from rasa.nlu.tokenizers.tokenizer import Token
from rasa.shared.nlu.constants import (
    INTENT,
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.plain import plain

Ranking = list[dict[str, Any]]


def tokens_of(message: Message) -> list[Token]:
    """The tokens of the text of `message`."""
    tokens: list[Token] = message.get(TOKENS_NAMES[TEXT], [])
    return tokens


def vocabulary_of(intent: str, training_data: TrainingData) -> frozenset[str]:
    """The plain words of all examples of `intent`."""
    examples = [e for e in training_data.intent_examples if e.get(INTENT) == intent]
    return frozenset(plain(token.text) for e in examples for token in tokens_of(e))


def intent_of(message: Message) -> str | None:
    """The intent that an example was written for, or a message is taken to have."""
    intent = message.get(INTENT)
    name: str | None = intent[INTENT_NAME_KEY] if isinstance(intent, dict) else intent
    return name


def set_ranking(message: Message, ranking: Ranking) -> None:
    """Gives `message` this ranking, and its first as the intent."""
    message.set(INTENT, ranking[0], add_to_output=True)
    message.set(INTENT_RANKING_KEY, ranking, add_to_output=True)


def rule_out(message: Message, intents: frozenset[str]) -> None:
    """Takes `intents` out of the ranking.

    The others keep their probabilities: how far the message looked like one of `intents` is how
    far it is doubtful, and doubt is for the fallback to see.
    """
    ranking: Ranking = message.get(INTENT_RANKING_KEY, [])
    rest = [intent for intent in ranking if intent[INTENT_NAME_KEY] not in intents]
    if rest and len(rest) < len(ranking):
        set_ranking(message, rest)
