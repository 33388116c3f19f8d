"""Which rows bear an erased person: each row's number says which it is."""

import re

import polars as pl
import pytest

from contracts.erasures import Erasures
from flows.ingest.refused_people import Erasing
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
        ("raw", '{"line": "7;contact-101;x"}', True),
        ("attributes", '{"note": "called contact-101 again"}', True),
        ("attributes", '{"note": "101 pieces"}', False),
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


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ('{"line": "101;Ann Nym"}', True),
        ('{"line": "\\"Ann Nym,101,5"}', True),
        ('{"line": "{\\"contact_id\\": 101, \\"name"}', True),
        ('{"cells": ["5", "101", "Ann"]}', True),
        ('{"cells": ["5", " +47 22 33 44 55", "Ann"]}', True),
        ('{"line": "1010;Bo"}', False),
        ('{"cells": ["1", "Bo 1010"]}', False),
        ('{"contact": "7", "quantity": "101"}', False),
    ],
)
def test_a_short_id_is_looked_for_in_records_that_could_not_be_read(
    raw: str, *, expected: bool
) -> None:
    """Of such a record nothing says which cell is the id; a row that was read has its columns."""
    rows = pl.DataFrame({"org_id": [None], "raw": [raw], "failed_checks": [["too few cells"]]})
    rows = rows.cast({"org_id": pl.String})
    assert rows.select(is_erased(rows.schema, ERASED)).item() is expected


def test_a_record_with_a_short_id_keeps_its_reason_and_loses_its_text() -> None:
    """The cell may be another's number: for that alone, no damage is excused as an erasure."""
    broken = pl.DataFrame(
        {
            "row_number": [1, 2, 3],
            "reason": ["too few cells"] * 3,
            "raw": ['{"cells": ["101"]}', '{"cells": ["contact-101"]}', '{"cells": ["7"]}'],
        }
    )
    hidden = Erasing(ERASED).hide_broken(broken)
    assert hidden["raw"].to_list() == ["{}", "{}", '{"cells": ["7"]}']
    assert hidden["reason"].to_list() == ["too few cells", "erased", "too few cells"]


def test_what_is_remembered_tells_nobody() -> None:
    """A hash with a salt of the workspace's own: no id, address or number stands there."""
    assert all(re.fullmatch("[0-9a-f]{32}", one) for one in (ERASED.salt, *ERASED.hashes))
    kept = ERASED.model_dump_json()
    assert not any(value in kept for _, kind, value in ANN if kind != "phone" and len(value) > 3)
    assert "4722334455" not in kept
    assert Erasures.none_yet().add(ANN).hashes.isdisjoint(ERASED.hashes)
