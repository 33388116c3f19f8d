"""What to do about a reason for which a row was rejected."""

from contracts.erasures import ERASED

AT_SOURCE = "correct it where the file is made, and deliver the file again"
MISSING = 'fill it where the file is made, or read another column: columns = {{ {} = "…" }}'
FORMAT = 'say how the file writes it: formats = {{ {} = "%d.%m.%Y %H:%M" }}'
NUMBER = 'say how the file writes numbers: decimal = ",", thousands = "." or symbols = ["€"]'
WORDS = 'say what the file\'s word means: values = {{ {} = {{ "theirs" = "ours" }} }}'
REFUSED = "nothing: the person was erased from this workspace"
RATE = "deliver its currency's rate in a feed of exchange_rates"

HINTS = (
    ("missing", MISSING),
    ("not a timestamp", FORMAT),
    ("not a date", FORMAT),
    ("not a number", NUMBER),
    ("not a whole number", NUMBER),
    ("not one of", WORDS),
    ("not a channel", WORDS),
    ("does not look like", WORDS),
    ("not true or false", WORDS),
    ("neither the workspace's", RATE),
    (ERASED, REFUSED),
)
"""How what is wrong begins -> what would set it right, in the feed's settings or at its source."""


def hint_at(reason: str) -> str:
    """What would set right what a reason (`column: what is wrong`) says."""
    _, _, setting = reason.partition("; ")
    if setting:
        return setting
    column, *_ = told = reason.split(": ", maxsplit=1)
    wrong = told[-1]
    for beginning, hint in HINTS:
        if wrong.startswith(beginning):
            return hint.format(column.split(" or ")[0])
    return AT_SOURCE
