"""Rejected rows to quarantine files, one a feed (SPEC §5.3)."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from contracts.columns import columns
from contracts.quarantine import Quarantine
from flows.catalog.canonical_tables import Catalog
from flows.catalog.read_files import ReadFile
from flows.folders import list_matching
from transforms.ingest.deduplication import FILE


def write_quarantine(catalog: Catalog, folder: Path, run_id: str) -> None:
    """Write the rejected rows of every feed that has any, with their reasons.

    Args:
        folder: Where `<feed>.parquet` is written; made here if a row was rejected.
    """
    rejected: dict[str, list[pl.LazyFrame]] = {}
    for file in catalog.files:
        if not file.is_copy and (frames := list(_list_rejected(catalog, file, run_id))):
            rejected.setdefault(file.raw.feed.name, []).extend(frames)
    for name, frames in rejected.items():
        in_order = (Quarantine.file, Quarantine.table, Quarantine.row_number)
        table = pl.concat(frames).sort(in_order).collect()
        if table.is_empty():
            continue
        Quarantine.validate(table)
        folder.mkdir(parents=True, exist_ok=True)
        table.write_parquet(folder / f"{name}.parquet", compression="zstd", compression_level=1)


def _list_rejected(catalog: Catalog, file: ReadFile, run_id: str) -> Iterator[pl.LazyFrame]:
    """A file's rejected rows: those rejected when it was read, and those rejected afterwards."""
    for got in file.receipt.tables:
        if got.rejected:
            parts = list_matching(catalog.folder(file, got.table), "rejected-*.parquet")
            yield _show(pl.scan_parquet(parts), file, got.table, run_id)
        late = catalog.status.quarantined.get(got.table)
        if late is not None:
            own = late.lazy().filter(pl.col(FILE) == file.order)
            yield _show(own, file, got.table, run_id)


def _show(rows: pl.LazyFrame, file: ReadFile, table: str, run_id: str) -> pl.LazyFrame:
    return rows.with_columns(
        pl.lit(run_id).alias(Quarantine.run_id),
        pl.lit(file.raw.feed.name).alias(Quarantine.feed),
        pl.lit(table).alias(Quarantine.table),
        pl.lit(file.raw.path).alias(Quarantine.file),
        pl.col(Quarantine.row_number).cast(pl.Int64),
    ).select(columns(Quarantine))
