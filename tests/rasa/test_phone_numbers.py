"""Telephone numbers as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from actions.phone_numbers import find_phone_number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("0176 1234567", "01761234567"),
        ("meine Nummer ist 0176/12 34-567, danke", "01761234567"),
        ("+49 (0) 151 234567", "+49151234567"),
        ("0049 151 234567", "+49151234567"),
        ("(05121) 30 90", "051213090"),
        ("+380 44 123 4567", "+380441234567"),
        ("110", None),
        ("12 34", None),
        ("1234567890123456", None),
        ("am 3. um 10", None),
        ("keine Ahnung", None),
        ("", None),
    ],
)
def test_numbers(text: str, number: str | None) -> None:
    assert find_phone_number(text) == number


@given(st.text())
def test_what_is_found_can_be_called(text: str) -> None:
    number = find_phone_number(text)
    if number is not None:
        digits = number.removeprefix("+")
        assert digits.isascii()
        assert digits.isdigit()
        assert 6 <= len(digits) <= 15
