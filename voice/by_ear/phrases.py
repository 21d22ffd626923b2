"""The phone line's own sentences (`data/texts/phone.yml`) in every language that it speaks."""

from collections.abc import Iterator, Mapping
from typing import Literal

from voice.by_ear.cleaning import visible
from voice.by_ear.lines import Line

Key = Literal[
    "disclosure", "disclosure_keys", "language_key", "language_chosen", "language_question",
    "begin", "anything_else", "moment", "still_searching", "too_slow",
    "not_heard", "not_heard_again", "not_understood", "use_keys", "to_a_person",
    "menu", "choice", "choice_or_say", "choice_more", "choice_person", "yes_no", "help", "slower",
    "count", "more_documents", "more_fees", "more_steps", "more_hours", "step", "contact_phone",
    "links", "source", "not_reviewed", "german_only", "from_person", "from_somebody",
    "crisis_numbers", "crisis_number", "crisis_again", "crisis_connect", "crisis_closed",
    "crisis_closed_unknown",
    "confirm_person", "confirm_callback", "confirm_message", "office_question", "offer_question",
    "connect", "connect_named", "connect_wait", "connect_speaks", "connect_german",
    "option_connect", "option_callback", "option_interpreter", "option_message",
    "closed", "closed_unknown", "nobody_answers", "what_instead", "to_switchboard",
    "callback_same", "callback_number", "number_incomplete", "number_right", "callback_noted",
    "interpreter_noted", "message_ask", "message_right", "message_noted", "nothing_noted",
    "memo_offer", "memo_way", "option_code", "words_code", "option_mail", "words_mail",
    "option_no_memo", "memo_code", "memo_code_again", "memo_where", "memo_repeat", "memo_failed",
    "memo_mailed",
    "address_consent", "address_ask", "address_go_on", "address_not_understood",
    "address_accents", "address_right", "address_failed", "spelled_letter",
    "too_long", "goodbye", "goodbye_silent", "goodbye_long",
]  # fmt: skip
"""The keys of `data/texts/phone.yml`; a test compares the two."""


class Phrases:
    """Says the sentences; those of a language that lacks one are German."""

    def __init__(self, texts: Mapping[str, Mapping[str, str]]) -> None:
        """Takes the sentences by language and key, their placeholders unfilled."""
        self._texts = texts

    def text(self, key: Key, language: str, /, **values: object) -> str:
        """The words under `key`, without the signs that only steer their writing."""
        return visible(self._texts[language][key].format(**values))

    def line(self, key: Key, language: str, /, **values: object) -> Line:
        """The sentence under `key`; without placeholders it is always the same."""
        return Line(self.text(key, language, **values), language, fixed=not values)

    def fixed(self, language: str) -> Iterator[Line]:
        """The sentences that are always the same: what a cache may be filled with at start."""
        for text in self._texts[language].values():
            if "{" not in text:
                yield Line(visible(text), language, fixed=True)
