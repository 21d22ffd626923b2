"""NLU component: Rasa's logistic regression, without the intents that are decided otherwise."""

from __future__ import annotations

from typing import Any

import numpy as np
from rasa.engine.graph import ExecutionContext
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.logistic_regression_classifier import LogisticRegressionClassifier
from rasa.shared.nlu.constants import INTENT
from rasa.shared.nlu.training_data.training_data import TrainingData


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER, is_trainable=True)
class IntentClassifier(LogisticRegressionClassifier):
    """Rasa's classifier, with two differences.

    It learns nothing of the intents in `without`: follow-ups are made of the words that occur
    in every question, and would draw "Was kostet die Ummeldung?" away from its service.

    Its weights are laid out in memory the way prediction reads them: as stored, all of them,
    some ten megabytes, would be copied for each message anew.
    """

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {**LogisticRegressionClassifier.get_default_config(), "without": []}

    def train(self, training_data: TrainingData) -> Resource:
        """Learns from the examples of the other intents."""
        without = frozenset(self.config["without"])
        return super().train(
            training_data.filter_training_examples(lambda e: e.get(INTENT) not in without)
        )

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> IntentClassifier:
        """Makes the classifier with the weights of the trained model."""
        classifier: IntentClassifier = super().load(
            config, model_storage, resource, execution_context, **kwargs
        )
        classifier.clf.coef_ = np.asfortranarray(classifier.clf.coef_)
        return classifier
