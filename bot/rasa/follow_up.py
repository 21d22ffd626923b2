"""NLU component: decides whether a message merely asks on about the service in hand.

"Und was kostet das?" does; "Was kostet ein Angelschein?" names something new and must never be
answered with the fee of the service before.  A classifier cannot tell the two apart, because
they share most of their letters; the words that they do *not* share are what counts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_TYPE,
    INTENT_NAME_KEY,
    PREDICTED_CONFIDENCE_KEY,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.plain import plain
from bot.rasa.words import intent_of, rule_out, set_ranking, tokens_of, vocabulary_of

VOCABULARY_FILE = "vocabulary.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class FollowUpClassifier(GraphComponent):
    """Makes a message a follow-up if it says nothing but what follow-ups say.

    It must carry an aspect, and each of its words must occur in a training example of the
    follow-up intent.  No other message is one, whatever a classifier thinks.  Nor is one that
    the classifier takes for one of the intents in `unless`: "hallo" says nothing new either.

    Stands after the aspect is known and before the fallback is decided.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        vocabulary: frozenset[str] = frozenset(),
    ) -> None:
        self._intent: str = config["intent"]
        self._unless = frozenset(config["unless"])
        self._entity: str = config["entity"]
        self._model_storage = model_storage
        self._resource = resource
        self._vocabulary = vocabulary

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {"intent": "follow_up", "entity": "aspect", "unless": []}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> FollowUpClassifier:
        """Makes a component that has learned nothing yet."""
        return cls(config, model_storage, resource)

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> FollowUpClassifier:
        """Makes the component with the vocabulary of the trained model."""
        with model_storage.read_from(resource) as folder:
            words = rasa.shared.utils.io.read_json_file(folder / VOCABULARY_FILE)
        return cls(config, model_storage, resource, frozenset(words))

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the words of the follow-up examples."""
        self._vocabulary = vocabulary_of(self._intent, training_data)
        with self._model_storage.write_to(self._resource) as folder:
            rasa.shared.utils.io.dump_obj_as_json_to_file(
                folder / VOCABULARY_FILE, sorted(self._vocabulary)
            )
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Decides for each of `messages` whether it is a follow-up."""
        for message in messages:
            if self._is_follow_up(message):
                certain = {INTENT_NAME_KEY: self._intent, PREDICTED_CONFIDENCE_KEY: 1.0}
                set_ranking(message, [certain])
            else:
                rule_out(message, frozenset({self._intent}))
        return messages

    def _is_follow_up(self, message: Message) -> bool:
        entities: Iterable[dict[str, Any]] = message.get(ENTITIES, [])
        if intent_of(message) in self._unless:
            return False
        has_aspect = any(e[ENTITY_ATTRIBUTE_TYPE] == self._entity for e in entities)
        return has_aspect and all(
            plain(token.text) in self._vocabulary for token in tokens_of(message)
        )
