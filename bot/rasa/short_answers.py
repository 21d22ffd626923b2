"""NLU component: takes nothing for a yes that has no word of a yes in it.

The examples of short answers hardly have letters to learn from.  What the classifier has never
seen anything of, gibberish or another script, therefore looks to it more like a "ja" than like
anything else, and a yes at the wrong moment has consequences.
"""

from __future__ import annotations

from typing import Any

import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.plain import plain
from bot.rasa.words import rule_out, tokens_of, vocabulary_of

VOCABULARIES_FILE = "vocabularies.json"

Vocabularies = dict[str, frozenset[str]]


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class ShortAnswerGuard(GraphComponent):
    """Rules out each of the configured `intents` that shares no word with the message.

    Stands after the classifier and before the fallback is decided.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        vocabularies: Vocabularies | None = None,
    ) -> None:
        self._intents: list[str] = config["intents"]
        self._model_storage = model_storage
        self._resource = resource
        self._vocabularies = vocabularies or {}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {"intents": []}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> ShortAnswerGuard:
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
    ) -> ShortAnswerGuard:
        """Makes the component with the vocabularies of the trained model."""
        with model_storage.read_from(resource) as folder:
            words = rasa.shared.utils.io.read_json_file(folder / VOCABULARIES_FILE)
        vocabularies = {intent: frozenset(known) for intent, known in words.items()}
        return cls(config, model_storage, resource, vocabularies)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns the words of each intent's examples."""
        self._vocabularies = {i: vocabulary_of(i, training_data) for i in self._intents}
        with self._model_storage.write_to(self._resource) as folder:
            rasa.shared.utils.io.dump_obj_as_json_to_file(
                folder / VOCABULARIES_FILE,
                {intent: sorted(words) for intent, words in self._vocabularies.items()},
            )
        return self._resource

    def process(self, messages: list[Message]) -> list[Message]:
        """Takes the intents out of each of `messages` that has none of their words."""
        for message in messages:
            said = {plain(token.text) for token in tokens_of(message)}
            rule_out(
                message,
                frozenset(i for i, known in self._vocabularies.items() if said.isdisjoint(known)),
            )
        return messages
