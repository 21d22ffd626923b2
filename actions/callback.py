"""Checks what a citizen answers when asked for a call-back."""

from typing import Any

from rasa_sdk import FormValidationAction, Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.phone_numbers import find_phone_number

MAX_TIME_CHARACTERS = 100


class ValidateCallbackForm(FormValidationAction):
    """Takes a telephone number and a time, or says why not; the form then asks again."""

    def name(self) -> str:
        """The action's name in the domain."""
        return "validate_callback_form"

    def validate_phone(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, str | None]:
        """Keeps the number alone, out of whatever stands around it."""
        number = find_phone_number(str(value))
        if number is None:
            dispatcher.utter_message(response="utter_phone_invalid")
        return {"phone": number}

    def validate_callback_time(
        self, value: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: Any
    ) -> dict[str, str | None]:
        """Takes any words, but not many: a person will read them."""
        time = " ".join(str(value).split())
        if len(time) > MAX_TIME_CHARACTERS:
            dispatcher.utter_message(response="utter_callback_time_too_long")
            return {"callback_time": None}
        return {"callback_time": time}
