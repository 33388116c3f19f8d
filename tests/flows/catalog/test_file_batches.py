"""Files in batches: each row once, in order, and batches that other files leave as they are."""

import re
from itertools import chain
from pathlib import Path

import polars as pl
import pytest

from flows.catalog import file_batches
from flows.catalog.canonical_tables import Catalog
from flows.catalog.file_batches import Batch, list_batches
from tests.support.workspaces import feed, read_files

HEADER = "order_id,ordered_at,revenue\n"
ORDERS = feed("orders", "raw/orders/*")
DAYS = 24


@pytest.fixture(autouse=True)
def ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A batch ends after every other file; none is settled, which a file in 64 would decide.

    The hashes of files hang on the code: with the ends of a run, 24 files may have none.
    """
    monkeypatch.setattr(file_batches, "ENDS", re.compile("[0-7]"))
    monkeypatch.setattr(file_batches, "SETTLED_ENDS", re.compile("none"))


def day(number: int, rows: int = 3, of: str = "o") -> bytes:
    """The orders of a day."""
    at = f"2026-01-{number % 28 + 1:02}T10:00:00Z"
    lines = (f"{of}{number}-{row},{at},7.00\n" for row in range(rows))
    return (HEADER + "".join(lines)).encode()


def read(root: Path, files: dict[str, bytes]) -> Catalog:
    """The catalog of some files of orders."""
    named = {f"raw/orders/{name}.csv": content for name, content in files.items()}
    return read_files(root, ORDERS, named).catalog


def list_ids(batch: Batch) -> list[str]:
    """The orders of a batch, in their order."""
    return batch.scan().select("order_id").collect().to_series().to_list()


def test_every_row_that_counts_lies_in_one_batch_in_its_order(tmp_path: Path) -> None:
    """The third file says rows of the first anew: the earlier ones do not count."""
    files = {f"{number:02}": day(number) for number in range(DAYS)}
    catalog = read(tmp_path, files | {"99": day(0).replace(b"7.00", b"8.00")})
    batches = list(list_batches(catalog, "orders"))
    assert 1 < len(batches) < DAYS
    found = [name for batch in batches for name in list_ids(batch)]
    expected = catalog.scan_numbered("orders").sort("file", "row_number").select("order_id")
    assert found == expected.collect().to_series().to_list()
    assert len(found) == len({*found}) == DAYS * 3


def test_a_new_file_leaves_the_batches_of_others_as_they_are(tmp_path: Path) -> None:
    """At the end, in the middle, or under another name that keeps the order."""
    files = {f"{number:02}": day(number) for number in range(DAYS)}
    before = [batch.identity for batch in list_batches(read(tmp_path / "a", files), "orders")]
    renamed = {f"x{name}": content for name, content in files.items()}
    again = [batch.identity for batch in list_batches(read(tmp_path / "b", renamed), "orders")]
    assert again == before
    for name in ("99", "11b"):
        after = list_batches(read(tmp_path / name, files | {name: day(77)}), "orders")
        assert len({*before} - {batch.identity for batch in after}) <= 1


def test_batches_do_not_become_many_as_the_days_go_by(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Files of 3 rows; each of the last is a batch, those before lie in batches of 24."""
    monkeypatch.setattr(file_batches, "MOST_ROWS", 24)
    monkeypatch.setattr(file_batches, "ENDS", re.compile("."))
    catalog = read(tmp_path, {f"{number:02}": day(number) for number in range(DAYS - 3)})
    batches = [len(list_ids(batch)) for batch in list_batches(catalog, "orders")]
    assert batches == [24, 24, *[3] * (DAYS - 3 - 16)]


def test_a_row_that_counts_no_more_changes_its_batch_alone(tmp_path: Path) -> None:
    files = {f"{number:02}": day(number) for number in range(DAYS)}
    before = [batch.identity for batch in list_batches(read(tmp_path / "a", files), "orders")]
    later = files | {"99": day(5, rows=1).replace(b"7.00", b"8.00")}
    after = [batch.identity for batch in list_batches(read(tmp_path / "b", later), "orders")]
    assert 1 <= len({*before} - {*after}) <= 2


def test_a_large_file_is_cut_at_its_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Parts of 3 rows and batches of 7 at most: two parts a batch, and the last alone."""
    monkeypatch.setattr(file_batches, "MOST_ROWS", 7)
    catalog = read(tmp_path, {"00": day(0), "01": day(1, rows=15), "02": day(2)})
    large = catalog.feeding("orders")[1]
    (part,) = large.list_parts("orders")
    rows = pl.read_parquet(part)
    part.unlink()
    for number in range(5):
        own = part.with_name(f"part-{number:05}.parquet")
        rows.slice(number * 3, 3).write_parquet(own)
    kept = next(one for one in large.receipt.files if one.path.endswith(part.name))
    large.receipt.files[:] = [
        kept.model_copy(update={"path": kept.path.replace("00000", f"{number:05}"), "rows": 3})
        for number in range(5)
    ]
    batches = [list_ids(batch) for batch in list_batches(catalog, "orders") if batch.parts]
    assert [len(names) for names in batches] == [6, 6, 3]
    assert [*chain.from_iterable(batches)] == rows.get_column("order_id").to_list()
