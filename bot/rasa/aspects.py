"""NLU component: decides which one aspect of a service a message asks about."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.extractors.extractor import EntityExtractorMixin
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_CONFIDENCE,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    INTENT,
    METADATA,
    METADATA_INTENT,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse

from bot.rasa.features import row_of, rows_of
from bot.rasa.linear import LinearModel
from bot.rasa.words import intent_of

MODEL = "aspects"
ASPECT = "aspect"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=True)
class AspectClassifier(EntityExtractorMixin, GraphComponent):
    """Adds the entity `aspect` where a message asks about one.

    Learnt from the `aspect` in the metadata of the examples of services and follow-ups.  The
    intent is one of its features: whoever asks about opening hours asks where, in whatever
    words.  `default` is the aspect of those who ask about nothing in particular; it gives way
    to another whose margin is less than `handicap` lower, and to the one that a service is all
    about (`natural`).  Below `floor` there is none at all.
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
        intents: tuple[str, ...] = (),
    ) -> None:
        self._config = config
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._intents = {intent: n for n, intent in enumerate(intents)}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {
            "default": "general",
            "c": 0.3,
            "handicap": 0.4,
            "floor": -0.7,
            "intent_weight": 0.5,
            "natural": {},
        }

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AspectClassifier:
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
    ) -> AspectClassifier:
        """Makes the component with the weights of the trained model."""
        with model_storage.read_from(resource) as folder:
            with np.load(folder / "intents.npz") as stored:
                intents = tuple(stored["intents"].tolist())
            return cls(config, model_storage, resource, LinearModel.load(folder, MODEL), intents)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples that say which aspect they ask about."""
        taught = [(e, a) for e in training_data.intent_examples if (a := _taught(e))]
        examples, labels = [e for e, _ in taught], [a for _, a in taught]
        intents = sorted({e.get(INTENT) for e in examples})
        self._intents = {intent: n for n, intent in enumerate(intents)}
        named = sparse.vstack([self._intent_row(e.get(INTENT)) for e in examples])
        rows = sparse.hstack([rows_of(examples), named], format="csr")
        self._model = LinearModel.fit(rows, labels, self._config["c"])
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder, MODEL)
            np.savez_compressed(folder / "intents.npz", intents=np.array(intents))
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the aspect to every example, for the components that follow."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the aspect that each of `messages` asks about."""
        for message in messages:
            found = message.get(ENTITIES, [])
            others = [e for e in found if e[ENTITY_ATTRIBUTE_TYPE] != ASPECT]
            message.set(ENTITIES, [*others, *self._entity(message)], add_to_output=True)
        return messages

    def _entity(self, message: Message) -> Iterator[dict[str, Any]]:
        if self._model is None:
            return
        intent = intent_of(message)
        named = self._intent_row(intent)
        row = sparse.hstack([row_of(message), named], format="csr")
        margins = self._model.margins(row)
        margins[self._model.classes.index(self._config["default"])] -= self._config["handicap"]
        best = int(margins.argmax())
        aspect = self._model.classes[best]
        if aspect == self._config["default"]:
            aspect = self._config["natural"].get(intent, aspect)
        if margins[best] >= self._config["floor"]:
            yield {
                ENTITY_ATTRIBUTE_TYPE: ASPECT,
                ENTITY_ATTRIBUTE_VALUE: aspect,
                ENTITY_ATTRIBUTE_START: 0,
                ENTITY_ATTRIBUTE_END: len(message.get(TEXT) or ""),
                ENTITY_ATTRIBUTE_CONFIDENCE: float(margins[best]),
            }

    def _intent_row(self, intent: str | None) -> sparse.csr_matrix:
        row = sparse.lil_matrix((1, len(self._intents)), dtype=np.float32)
        if intent in self._intents:
            row[0, self._intents[intent]] = self._config["intent_weight"]
        return row.tocsr()


def _taught(example: Message) -> str | None:
    """The aspect that an example was written for."""
    metadata = (example.get(METADATA) or {}).get(METADATA_INTENT) or {}
    aspect: str | None = metadata.get(ASPECT)
    return aspect
