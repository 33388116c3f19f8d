"""Issue 11.4: what no calendar knows is quarantined; what no reader survives is refused."""

import io
from pathlib import Path

import polars as pl

from flows.catalog.quarantine_files import write_quarantine
from tests.support.workspaces import account, feed, read_files, rows

TOML = "[workspace]\nmax_rejected_share = 1.0\n" + feed("orders", "raw/orders/*")


def test_a_stamp_beyond_the_calendar_rejects_its_row(tmp_path: Path) -> None:
    stamps = pl.Series([0, 2**55, 86_400_000], dtype=pl.Int64).cast(pl.Datetime("ms"))
    orders = pl.DataFrame({"order_id": ["1", "2", "3"], "ordered_at": stamps, "revenue": [1, 2, 3]})
    packed = io.BytesIO()
    orders.write_parquet(packed)
    read = read_files(tmp_path, TOML, {"raw/orders/1.parquet": packed.getvalue()})
    assert [account(one) for one in read.inputs] == [(3, 2, 1, 0, 0)]
    assert rows(read, "orders", "order_id") == [("1",), ("3",)]
    write_quarantine(read.catalog, tmp_path / "quarantine", "run")
    (rejected,) = pl.read_parquet(tmp_path / "quarantine" / "orders.parquet").to_dicts()
    assert rejected["row_number"] == 2
    assert rejected["failed_checks"] == [
        "ordered_at: not a timestamp, or a local time that does not exist"
    ]


def test_an_id_in_the_place_of_an_amount_rejects_its_row(tmp_path: Path) -> None:
    """Two of them would be more than a report's column can hold, and stop the run."""
    lines = b"order_id,ordered_at,revenue\n1,2026-03-01T00:00:00Z,99999999999999\n"
    lines += b"2,2026-03-01T00:00:00Z,-1000000000000\n3,2026-03-01T00:00:00Z,1000000000000.01\n"
    read = read_files(tmp_path, TOML, {"raw/orders/1.csv": lines})
    assert [account(one) for one in read.inputs] == [(3, 1, 2, 0, 0)]
    assert rows(read, "orders", "order_id") == [("3",)]
    (receipt,) = (got for file in read.catalog.files for got in file.receipt.tables)
    (reason,) = receipt.reasons
    assert reason.startswith("revenue: a whole number from 1,000,000,000,000 on")
