"""Which currencies an amount's sign may mean."""

import re

SIGNS = {
    "€": {"EUR"},
    "$": {"USD", "AUD", "BRL", "CAD", "CLP", "COP", "HKD", "MXN", "NZD", "SGD", "TWD"},
    "US$": {"USD"},
    "A$": {"AUD"},
    "AU$": {"AUD"},
    "R$": {"BRL"},
    "C$": {"CAD"},
    "CA$": {"CAD"},
    "HK$": {"HKD"},
    "NZ$": {"NZD"},
    "£": {"GBP", "EGP"},
    "¥": {"JPY", "CNY"},
    "₹": {"INR"},
    "₩": {"KRW"},
    "₺": {"TRY"},
    "₽": {"RUB"},
    "zł": {"PLN"},
    "kr": {"SEK", "NOK", "DKK", "ISK"},
    "fr": {"CHF"},
}
"""Sign, in small letters where it has letters and without a point -> the codes of ISO 4217."""
CODES = frozenset(code for codes in SIGNS.values() for code in codes)
CODE = re.compile(r"[A-Z]{3}")
WORD_OR_SIGN = re.compile(r"[^\W\d_]+|[$€£¥₹₩₺₽]")


def find_signs(name: str) -> list[str]:
    """The codes and signs of currencies in a column's name, as in `Revenue (USD)` or `cost_eur`."""
    found = WORD_OR_SIGN.findall(name)
    return [one.upper() for one in found if one.upper() in CODES or one in SIGNS]


def read_sign(sign: str) -> frozenset[str]:
    """The codes of ISO 4217 that a sign beside amounts may mean; none of an unknown one.

    Args:
        sign: As `€`, `kr.` or a code of ISO 4217.
    """
    bare = sign.strip().rstrip(".")
    if CODE.fullmatch(bare):
        return frozenset({bare})
    return frozenset(SIGNS.get(bare) or SIGNS.get(bare.lower()) or ())


def is_of_other(sign: str, currency: str) -> bool:
    """Whether a sign beside amounts says that they are in another currency; unknown ones do not.

    Args:
        sign: As `€`, `kr.` or a code of ISO 4217.
        currency: A code of ISO 4217.
    """
    known = read_sign(sign)
    return bool(known) and currency not in known
