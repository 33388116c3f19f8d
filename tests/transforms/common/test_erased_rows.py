"""Which rows bear an erased person: each row's number says which it is."""

import re

import polars as pl
import pytest

from contracts.erasures import Erasures
from transforms.common.erased_rows import is_erased

ANN = [
    ("o", "contact_id", "101"),
    ("o", "contact_id", "contact-101"),
    ("o", "email", "Ann@x.io"),
    ("o", "phone", "+47 (22) 33-44-55"),
    ("o", "phone", "unknown"),
    ("o", "phone", "0"),
    ("o", "email", "n/a"),
    ("o", "anonymous_id", "cookie-1"),
    ("o", "send_id", "s1"),
]
ERASED = Erasures.none_yet().add(ANN)


@pytest.mark.parametrize(
    ("column", "cell", "expected"),
    [
        ("contact_id", "101", True),
        ("contact_id", "1010", False),
        ("email", " ann@X.io ", True),
        ("email", "joann@x.io", False),
        ("email", "N/A", False),
        ("phone", "4722334455", True),
        ("phone", "0047 22 33 44 55", True),
        ("phone", "none", False),
        ("phone", "000", False),
        ("anonymous_id", "cookie-1", True),
        ("send_id", "s1", True),
        ("message_id", "contact-101", False),
        ("url", "https://x.io/?e=ann%40x.io&a=1", True),
        ("url", "https://x.io/?page=101", False),
        ("url", "https://x.io/?user_id=101", True),
        ("attributes", '{"crm": {"ref": "contact-101"}}', True),
        ("attributes", '{"quantity": 101}', False),
        ("attributes", '{"contact": 101}', True),
        ("raw", '{"line": "7;Ann@x.io;x"}', True),
        ("raw", '{"line": "7;bo@x.io;x"}', False),
        ("message_name", "Sale 101", False),
    ],
)
def test_a_row_bears_a_person(column: str, cell: str, *, expected: bool) -> None:
    """Ids by their column; addresses, numbers and telling ids wherever they stand."""
    rows = pl.DataFrame({"org_id": ["o", "p", "o"], column: [cell, cell, None]})
    found = rows.with_columns(erased=is_erased(rows.schema, ERASED))["erased"].to_list()
    assert found == [expected, False, False]


def test_rows_that_do_not_say_their_organization_are_anybodys() -> None:
    """As records are that could not be read."""
    rows = pl.DataFrame(
        {"org_id": [None], "raw": ['{"cells": ["ann@x.io"]}']},
        {"org_id": pl.String, "raw": pl.String},
    )
    assert rows.select(is_erased(rows.schema, ERASED)).item()


def test_what_is_remembered_tells_nobody() -> None:
    """A hash with a salt of the workspace's own: no id, address or number stands there."""
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in (ERASED.salt, *ERASED.hashes))
    kept = ERASED.model_dump_json()
    assert not any(value in kept for _, kind, value in ANN if kind != "phone" and len(value) > 3)
    assert "4722334455" not in kept
    assert Erasures.none_yet().add(ANN).hashes.isdisjoint(ERASED.hashes)
