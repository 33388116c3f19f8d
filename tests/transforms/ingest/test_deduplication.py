"""SPEC §5.4: of several rows with one key the latest version counts; all are accounted for."""

from datetime import UTC, datetime

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.feeds import Contacts
from transforms.ingest.deduplication import (
    FILE,
    KEY_HASH,
    ROW_NUMBER,
    ROW_STATUS,
    judge_versions,
)

SCHEMA = {
    **polars_schema(Contacts),
    FILE: pl.UInt32,
    ROW_NUMBER: pl.UInt32,
    KEY_HASH: pl.UInt64,
}
EARLY, LATE = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)


def contact(file: int, row: int, **cells: object) -> dict[str, object]:
    """Rows of file 1 are 101, 102; of file 2 201, 202."""
    own = {FILE: file, ROW_NUMBER: 100 * file + row, KEY_HASH: 7}
    return {"org_id": "o", "contact_id": "c", **own, **cells}


def judge(*rows: dict[str, object]) -> dict[int, str]:
    judged = judge_versions(pl.LazyFrame(list(rows), schema=SCHEMA), "contacts").collect()
    assert judged.columns == [FILE, ROW_NUMBER, ROW_STATUS]
    return dict(judged.select(ROW_NUMBER, ROW_STATUS).iter_rows())


def test_an_exact_copy_within_a_file_is_a_duplicate_of_the_first() -> None:
    assert judge(contact(1, 1), contact(1, 2), contact(1, 3)) == {
        102: "duplicate",
        103: "duplicate",
    }


def test_an_exact_copy_in_a_later_file_supersedes() -> None:
    assert judge(contact(1, 1), contact(2, 1)) == {101: "superseded"}


def test_the_latest_version_wins_wherever_it_stands() -> None:
    rows = [
        contact(1, 1, updated_at=LATE),
        contact(2, 1, updated_at=EARLY),
        contact(2, 2, updated_at=None, email="x"),
    ]
    assert judge(*rows) == {201: "superseded", 202: "superseded"}


@pytest.mark.parametrize("stamp", [None, EARLY])
def test_of_equal_age_the_later_path_wins_then_the_later_row(stamp: datetime | None) -> None:
    rows = [
        contact(1, 1, updated_at=stamp, email="a"),
        contact(1, 2, updated_at=stamp, email="b"),
        contact(2, 1, updated_at=stamp, email="c"),
        contact(2, 2, updated_at=stamp, email="d"),
    ]
    assert judge(*rows) == {101: "superseded", 102: "superseded", 201: "superseded"}


def test_ids_that_share_a_hash_are_told_apart() -> None:
    assert judge(contact(1, 1), contact(1, 2, contact_id="d"), contact(1, 3, org_id="p")) == {}
