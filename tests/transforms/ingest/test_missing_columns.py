"""What a file lacks of the columns that an expression reads: of which kinds one is enough."""

import pytest

from contracts.config.source_mapping import (
    Expression,
    FirstInFile,
    FirstOf,
    InHeader,
    Joined,
    Labels,
    Like,
    PageUrl,
    Slice,
    SumOf,
)
from transforms.ingest.expressions import fold
from transforms.ingest.missing_columns import missing_of

HEADER = {fold(name): name for name in ("A", "B", "Spend (EUR)")}
SPENT = r"spend \(([a-z]{3})\)"


@pytest.mark.parametrize(
    ("expression", "missing"),
    [
        ("a", ()),
        (" B ", ()),
        ("C", ("C",)),
        (FirstOf(first=("C", "A")), ()),
        (FirstOf(first=("C", "D")), ("C", "D")),
        (FirstInFile(first_in_file=("C", "A")), ()),
        (SumOf(sum=("A", "B"), minus=("D",)), ()),
        (SumOf(sum=("A", "C")), ("C",)),
        (Joined(join=("A", "C"), optional=("D",)), ("C",)),
        (Joined(optional=("C", "A")), ()),
        (Slice(column="C", extract="(.)"), ("C",)),
        (Labels(labels={"C": "c", "A": "a"}), ()),
        (Like(like=SPENT), ()),
        (InHeader(in_header=SPENT), ()),
        (Like(like=r"cost \(([a-z]{3})\)"), ("cost (…)",)),
        (PageUrl(url="A", parameters={"utm_source": "D"}), ()),
        (PageUrl(url="D", parameters={"utm_source": "A"}), ("D",)),
    ],
)
def test_what_is_missing(expression: Expression, missing: tuple[str, ...]) -> None:
    """`a` and `b` are there, in any case; a pattern is told in the words that people read."""
    assert missing_of(expression, HEADER) == missing
