"""NLU component: what classifiers see of a message: parts of words, words, and concepts."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import rasa.shared.utils.io
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.featurizers.sparse_featurizer.sparse_featurizer import SparseFeaturizer
from rasa.shared.nlu.constants import TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from scipy import sparse
from sklearn.feature_extraction.text import TfidfVectorizer

from bot.rasa.lexicon import Lexicon, read_entries
from bot.rasa.plain import plain_words

ROOT = Path(__file__).resolve().parents[2]
VOCABULARY_FILE, WEIGHTS_FILE, LEXICON_FILE = "vocabulary.json", "idf.npz", "lexicon.json"


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.MESSAGE_FEATURIZER, is_trainable=True)
class TextFeaturizer(SparseFeaturizer, GraphComponent):
    """Turns a text into one sparse row, for the sentence as a whole.

    Three blocks, each weighted by rarity and of length one: parts of words (endings, compounds
    and typing errors still match), words and pairs of words, and the lexicon's concepts, which
    all languages share.  `weights` says how much each block counts.
    """

    def __init__(
        self,
        config: dict[str, Any],
        name: str,
        model_storage: ModelStorage,
        resource: Resource,
        lexicon: Lexicon | None = None,
    ) -> None:
        super().__init__(name, config)
        self._model_storage = model_storage
        self._resource = resource
        self._entries: dict[str, list[str]] = {}
        self._lexicon = lexicon or Lexicon.of({})
        self._blocks = _vectorizers(config, self._lexicon)
        self._weights: dict[str, float] = config["weights"]

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {
            **SparseFeaturizer.get_default_config(),
            "lexicon": "data/lexicon",
            "letters": [2, 5],
            "words": [1, 2],
            "concepts": [1, 1],
            "max_letters": 60000,
            "weights": {"letters": 1.0, "words": 1.0, "concepts": 1.0},
        }

    @classmethod
    def validate_config(cls, config: dict[str, Any]) -> None:
        """Nothing that the type of an option does not say."""

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> TextFeaturizer:
        """Makes a component that has learned nothing yet, with the lexicon as it is now."""
        entries = read_entries(ROOT / config["lexicon"])
        name = execution_context.node_name
        component = cls(config, name, model_storage, resource, Lexicon.of(entries))
        component._entries = entries
        return component

    @classmethod
    def load(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **kwargs: Any,
    ) -> TextFeaturizer:
        """Makes the component with vocabulary and lexicon of the trained model."""
        with model_storage.read_from(resource) as folder:
            entries = rasa.shared.utils.io.read_json_file(folder / LEXICON_FILE)
            vocabularies = rasa.shared.utils.io.read_json_file(folder / VOCABULARY_FILE)
            name = execution_context.node_name
            component = cls(config, name, model_storage, resource, Lexicon.of(entries))
            with np.load(folder / WEIGHTS_FILE) as idf:
                for block, vectorizer in component._blocks.items():
                    vectorizer.vocabulary_ = {part: n for n, part in enumerate(vocabularies[block])}
                    vectorizer.idf_ = idf[block]
        return component

    def train(self, training_data: TrainingData) -> Resource:
        """Learns which parts, words and concepts there are, and how rare each is."""
        texts = [e.get(TEXT) for e in training_data.intent_examples if e.get(TEXT)]
        for vectorizer in self._blocks.values():
            vectorizer.fit(texts)
        with self._model_storage.write_to(self._resource) as folder:
            dump = rasa.shared.utils.io.dump_obj_as_json_to_file
            dump(folder / LEXICON_FILE, self._entries)
            dump(
                folder / VOCABULARY_FILE,
                {name: _in_order(v.vocabulary_) for name, v in self._blocks.items()},
            )
            idf = {name: v.idf_.astype(np.float32) for name, v in self._blocks.items()}
            np.savez_compressed(folder / WEIGHTS_FILE, **idf)
        return self._resource

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        """Adds the features to every example."""
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: list[Message]) -> list[Message]:
        """Adds the features to `messages`."""
        rows = self._rows(m.get(TEXT) or "" for m in messages)
        for message, row in zip(messages, rows, strict=True):
            self.add_features_to_message(None, row, TEXT, message)
        return messages

    def _rows(self, texts: Iterable[str]) -> sparse.csr_matrix:
        texts = list(texts)
        blocks = [self._weights[name] * v.transform(texts) for name, v in self._blocks.items()]
        return sparse.hstack(blocks, format="csr", dtype=np.float32)


def _vectorizers(config: dict[str, Any], lexicon: Lexicon) -> dict[str, TfidfVectorizer]:
    def words_of(text: str) -> str:
        return " ".join(plain_words(text))

    shared: dict[str, Any] = {"sublinear_tf": True, "dtype": np.float32}
    return {
        "letters": TfidfVectorizer(
            analyzer="char_wb",
            ngram_range=tuple(config["letters"]),
            preprocessor=words_of,
            max_features=config["max_letters"],
            min_df=2,
            **shared,
        ),
        "words": TfidfVectorizer(
            ngram_range=tuple(config["words"]),
            preprocessor=words_of,
            token_pattern=r"\S+",
            **shared,
        ),
        "concepts": TfidfVectorizer(
            ngram_range=tuple(config["concepts"]),
            preprocessor=lambda text: " ".join(lexicon.concepts(text)) or "none",
            token_pattern=r"\S+",
            **shared,
        ),
    }


def _in_order(vocabulary: dict[str, int]) -> list[str]:
    return sorted(vocabulary, key=lambda part: vocabulary[part])
