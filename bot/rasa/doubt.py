"""NLU component: what is not clear enough becomes a fallback, and is asked back."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.nlu.constants import (
    INTENT_NAME_KEY,
    INTENT_RANKING_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message

from bot.rasa.words import Ranking, set_ranking


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=False)
class DoubtClassifier(IntentClassifier, GraphComponent):
    """Rasa's FallbackClassifier, with more caution where a wrong intent does harm.

    An intent must reach `threshold` and be `gap` ahead of the next.  For intents that begin with
    one of `careful`, whose answer states facts, the gap is `careful_gap`: a wrong fact about
    somebody's residence or rent is worse than a question too many, while a person offered too
    often is not.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._threshold: float = config["threshold"]
        self._gap: float = config["gap"]
        self._careful = tuple(config["careful"])
        self._careful_gap: float = config["careful_gap"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {"threshold": 0.1, "gap": 0.05, "careful": [], "careful_gap": 0.3}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> DoubtClassifier:
        """Makes the component as configured."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Puts the fallback first where the ranking of one of `messages` is not clear."""
        for message in messages:
            ranking: Ranking = message.get(INTENT_RANKING_KEY, [])
            if ranking and self._is_doubtful(ranking):
                confidence = ranking[0][PREDICTED_CONFIDENCE_KEY]
                fallback = {
                    INTENT_NAME_KEY: DEFAULT_NLU_FALLBACK_INTENT_NAME,
                    PREDICTED_CONFIDENCE_KEY: 1.0 - confidence,
                }
                set_ranking(message, [fallback, *ranking])
        return messages

    def _is_doubtful(self, ranking: Ranking) -> bool:
        name, confidence = ranking[0][INTENT_NAME_KEY], ranking[0][PREDICTED_CONFIDENCE_KEY]
        ahead = confidence - (ranking[1][PREDICTED_CONFIDENCE_KEY] if len(ranking) > 1 else 0.0)
        needed = self._careful_gap if name.startswith(self._careful) else self._gap
        return bool(confidence < self._threshold or ahead < needed)
