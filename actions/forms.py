"""Checks what a citizen answers in a form, and leaves out what is known already."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.phone_numbers import find_phone_number

MAX_ANSWER_CHARACTERS = 100
"""The same bound as for a form's answers in the dialogue state."""

Slots = dict[str, str | None]


class _OfficeForm:
    """Part of a form whose office is not asked for where the service in hand belongs to one."""

    async def required_slots(
        self,
        domain_slots: list[str],
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        domain: Any,
    ) -> list[str]:
        """The slots still to ask for, in the domain's order."""
        if tracker.get_slot("service"):
            return [slot for slot in domain_slots if slot != "desk"]
        return domain_slots

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        """Keeps the number alone, out of whatever stands around it."""
        number = find_phone_number(str(value))
        if number is None:
            dispatcher.utter_message(response="utter_phone_invalid")
        return {"phone": number}


class ValidateCallbackForm(_OfficeForm, FormValidationAction):
    """The call-back: a telephone number and a time."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_callback_form"

    def validate_callback_time(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        """Takes any words, but not many: a person will read them."""
        return _short("callback_time", value, dispatcher)


class ValidateAppointmentForm(_OfficeForm, FormValidationAction):
    """The wish for an appointment: what for and when, and a telephone number."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_appointment_form"

    def validate_appointment_time(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> Slots:
        """Takes any words, but not many: a person will read them."""
        return _short("appointment_time", value, dispatcher)


class ValidateMessageForm(_OfficeForm, FormValidationAction):
    """The message to an office, in any words that a message of the chat may have."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_message_form"


def _short(slot: str, value: Any, dispatcher: CollectingDispatcher) -> Slots:
    words = " ".join(str(value).split())
    if len(words) > MAX_ANSWER_CHARACTERS:
        dispatcher.utter_message(response="utter_too_long")
        return {slot: None}
    return {slot: words}
