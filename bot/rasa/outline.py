"""What the channel must know of the domain: which names may come in from outside."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from rasa.shared.core.constants import DEFAULT_INTENTS
from rasa.shared.core.domain import Domain


@dataclass(frozen=True)
class Outline:
    """The names of a domain, sorted by what the channel does with them."""

    intents: frozenset[str]
    """What a button may mean; without Rasa's own, such as `restart`."""
    services: frozenset[str]
    aspects: frozenset[str]
    reminders: frozenset[str]
    """The values of the slot `last_act`."""
    forms: dict[str, tuple[str, ...]]
    """The slots that each form asks for, in its order."""

    @classmethod
    def of(cls, domain: Domain) -> Outline:
        """The outline of `domain`."""
        slots: dict[str, dict[str, Any]] = domain.as_dict()["slots"]
        intents = frozenset(domain.intents) - frozenset(DEFAULT_INTENTS)
        return cls(
            intents=intents | {"out_of_scope"},
            services=frozenset(m["value"] for m in slots["service"]["mappings"]),
            aspects=frozenset(slots["aspect"]["values"]),
            reminders=frozenset(slots["last_act"]["values"]),
            forms={name: tuple(domain.required_slots_for_form(name)) for name in domain.form_names},
        )

    def payload(self, payload: str) -> tuple[str, str | None] | None:
        """Intent and aspect that `payload` names, or None if it may not be sent."""
        intent, slash, aspect = payload.partition("/")
        if not slash:
            return (intent, None) if intent in self.intents else None
        return (intent, aspect) if intent in self.services and aspect in self.aspects else None
