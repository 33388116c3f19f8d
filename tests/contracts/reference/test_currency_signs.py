"""Which currencies an amount's sign may mean."""

import pytest

from contracts.reference.currency_signs import is_of_other


@pytest.mark.parametrize(
    ("sign", "currency", "expected"),
    [
        ("€", "USD", True),
        (" € ", "EUR", False),
        ("$", "CAD", False),
        ("$", "EUR", True),
        ("US$", "CAD", True),
        ("kr.", "SEK", False),
        ("Kr", "EUR", True),
        ("Fr.", "CHF", False),
        ("CHF", "CHF", False),
        ("CHF", "EUR", True),
        ("%", "USD", False),
        ("pts", "USD", False),
    ],
)
def test_a_sign_says_another_currency_only_where_it_cannot_mean_that_one(
    sign: str, currency: str, *, expected: bool
) -> None:
    assert is_of_other(sign, currency) is expected
