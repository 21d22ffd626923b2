"""NLU component: decides which one aspect a message asks about."""

from __future__ import annotations

from typing import Any

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import (
    ENTITIES,
    ENTITY_ATTRIBUTE_END,
    ENTITY_ATTRIBUTE_START,
    ENTITY_ATTRIBUTE_TYPE,
    ENTITY_ATTRIBUTE_VALUE,
    TEXT,
)
from rasa.shared.nlu.training_data.message import Message

LONGEST_PARTICLE = 4
"""Matches up to this length ("wo", "frei") count only as words of their own: inside longer
words ("Wohnsitz", "freiwillig") they mean nothing."""


@DefaultV1Recipe.register(DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR, is_trainable=False)
class AspectSelector(GraphComponent):
    """Keeps, of all aspects found in a message, the one that is asked about.

    What is asked first counts, the longer match if two begin together; the `yielding` aspects
    count only if there is no other, the later in that list the less.  Values that are no
    aspect are dropped.
    """

    def __init__(self, config: dict[str, Any]) -> None:
        self._entity: str = config["entity"]
        self._aspects = frozenset(config["aspects"])
        self._yielding = {aspect: n for n, aspect in enumerate(config["yielding"], start=1)}

    @staticmethod
    def get_default_config() -> dict[str, Any]:
        """The options and their defaults."""
        return {"entity": "aspect", "aspects": [], "yielding": []}

    @classmethod
    def create(
        cls,
        config: dict[str, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> AspectSelector:
        """Makes the component as configured."""
        return cls(config)

    def process(self, messages: list[Message]) -> list[Message]:
        """Leaves at most one aspect in each of `messages`; other entities stay."""
        for message in messages:
            found = message.get(ENTITIES, [])
            others = [e for e in found if e[ENTITY_ATTRIBUTE_TYPE] != self._entity]
            aspects = [e for e in found if self._is_meant(e, message.get(TEXT))]
            message.set(ENTITIES, others + sorted(aspects, key=self._rank)[:1], add_to_output=True)
        return messages

    def _is_meant(self, entity: dict[str, Any], text: str) -> bool:
        if entity[ENTITY_ATTRIBUTE_TYPE] != self._entity:
            return False
        if entity[ENTITY_ATTRIBUTE_VALUE] not in self._aspects:
            return False
        start, end = entity[ENTITY_ATTRIBUTE_START], entity[ENTITY_ATTRIBUTE_END]
        if end - start > LONGEST_PARTICLE:
            return True
        return not (text[start - 1 : start].isalnum() or text[end : end + 1].isalnum())

    def _rank(self, entity: dict[str, Any]) -> tuple[int, int, int]:
        start, end = entity[ENTITY_ATTRIBUTE_START], entity[ENTITY_ATTRIBUTE_END]
        return self._yielding.get(entity[ENTITY_ATTRIBUTE_VALUE], 0), start, start - end
