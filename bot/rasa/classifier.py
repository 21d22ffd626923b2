"""NLU component: which intent a message has, by a linear support vector machine."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np
import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier as Classifier
from rasa.nlu.featurizers.featurizer import Featurizer
from rasa.shared.nlu.constants import INTENT, INTENT_NAME_KEY, PREDICTED_CONFIDENCE_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.rasa.features import row_of, rows_of
from bot.rasa.linear import LinearModel
from bot.rasa.plain import plain_words
from bot.rasa.words import set_ranking

MODEL = "intents"
KNOWN_FILE = "known.json"
LONGEST_KNOWN = 4
"""Words of an example that is recognised as such."""
CERTAIN = 8.0
"""How far ahead it then is, on the scale of which the confidences are made."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(Classifier, GraphComponent):
    """Ranks the intents by their margins.

    It learns nothing of the intents in `without`: follow-ups are made of the words that occur
    in every question, and would draw "Was kostet die Ummeldung?" away from its service.

    Who types just what a short example says means that: "Jobcenter" alone has its own intent,
    though the word stands in hundreds of examples of others.

    `sharpness` turns margins into confidences that add up to one; it was chosen so that of the
    answers with a confidence of x about the share x is right (`make eval` shows it).
    """

    def __init__(
        self,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        model: LinearModel | None = None,
        known: dict[str, str] | None = None,
    ) -> None:
        self._without = frozenset(config["without"])
        self._c: float = config["c"]
        self._sharpness: float = config["sharpness"]
        self._length: int = config["ranking_length"]
        self._model_storage = model_storage
        self._resource = resource
        self._model = model
        self._known = known or {}

    @classmethod
    def required_components(cls) -> list[type]:
        """What must stand before it."""
        return [Featurizer]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {"without": [], "c": 0.5, "sharpness": 4.0, "ranking_length": 10}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> IntentClassifier:
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
    ) -> IntentClassifier:
        """Makes the component with the weights of the trained model."""
        with model_storage.read_from(resource) as folder:
            known = rasa.shared.utils.io.read_json_file(folder / KNOWN_FILE)
            return cls(config, model_storage, resource, LinearModel.load(folder, MODEL), known)

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples of the other intents."""
        examples = [e for e in training_data.intent_examples if e.get(INTENT) not in self._without]
        labels = [e.get(INTENT) for e in examples]
        self._model = LinearModel.fit(rows_of(examples), labels, self._c)
        self._known = _unmistakable(examples)
        with self._model_storage.write_to(self._resource) as folder:
            self._model.save(folder, MODEL)
            rasa.shared.utils.io.dump_obj_as_json_to_file(folder / KNOWN_FILE, self._known)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Ranks the intents of every example, for the components that follow."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Ranks the intents of each of `messages`."""
        if self._model is None:
            return messages
        for message in messages:
            margins = self._sharpness * self._model.margins(row_of(message))
            if intent := self._known.get(_key(message)):
                margins[self._model.classes.index(intent)] = margins.max() + CERTAIN
            likely = np.exp(margins - margins.max())
            likely /= likely.sum()
            best = np.argsort(-likely)[: self._length]
            set_ranking(
                message,
                [
                    {
                        INTENT_NAME_KEY: self._model.classes[n],
                        PREDICTED_CONFIDENCE_KEY: float(likely[n]),
                    }
                    for n in best
                ],
            )
        return messages


def _unmistakable(examples: list[Message]) -> dict[str, str]:
    """The short examples, each with its intent; without those that stand under two."""
    meanings: dict[str, set[str]] = defaultdict(set)
    for example in examples:
        meanings[_key(example)].add(example.get(INTENT))
    return {
        words: named.pop()
        for words, named in meanings.items()
        if words and len(named) == 1 and words.count(" ") < LONGEST_KNOWN
    }


def _key(message: Message) -> str:
    return " ".join(plain_words(message.get(TEXT) or ""))
