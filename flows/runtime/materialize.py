"""Intermediate tables, computed once: in memory, or in files by groups of rows."""

import secrets
from collections.abc import Iterable, Sequence
from itertools import count
from pathlib import Path
from typing import TypeVar

import polars as pl

from contracts.columns import Rows, Table, columns, polars_schema
from flows.errors import REPORT_IT, CampaignReportsError
from flows.folders import list_matching

T = TypeVar("T", bound=Table)
GROUP = "group"
ROWS_A_BATCH = 200_000
"""How many rows are held at a time while a frame is cut into groups, if each has texts."""


def write_groups(
    frames: Iterable[pl.LazyFrame],
    key: pl.Expr,
    groups: int,
    folder: Path,
    rows_a_batch: int = ROWS_A_BATCH,
) -> None:
    """Write frames as Parquet, the rows of one key in one group.

    Polars 2.1 reads ahead of what cuts its batches, however slowly these are cut: of a frame of
    many rows of text most lies in memory. Frames that follow each other wait for each other.

    Args:
        frames: Any rows, of one schema.
        key: An unsigned hash of what belongs together; rows without one are of group 0.
        folder: Where to write `<group>-<part>.parquet`; made here.
        rows_a_batch: How many rows are held at a time, and cut into a file a group.
    """
    folder.mkdir(parents=True, exist_ok=True)
    batches = count()
    if groups == 1:
        for frame in frames:
            frame.sink_parquet(folder / f"000-{next(batches)}.parquet", compression="lz4")
        return

    def cut(rows: pl.DataFrame) -> None:
        batch = next(batches)
        for (number,), part in rows.partition_by(GROUP, as_dict=True, include_key=False).items():
            path = folder / f"{number:03}-{batch}.parquet"
            part.write_parquet(path, compression="lz4", statistics=False)

    # Cut batch by batch: the partitioned sink of Polars 2.1 takes twice the processor time.
    group = (key.fill_null(0) % groups).cast(pl.UInt16).alias(GROUP)
    for frame in frames:
        grouped = frame.with_columns(group)
        grouped.sink_batches(cut, chunk_size=rows_a_batch, maintain_order=False)


def scan_group(folder: Path, schema: pl.Schema, group: int) -> pl.LazyFrame:
    """Read a group of a frame."""
    files = list_matching(folder, f"{group:03}-*.parquet")
    return pl.scan_parquet(files) if files else pl.LazyFrame(schema=schema)


def cut_groups(
    frames: Sequence[pl.LazyFrame],
    key: pl.Expr,
    groups: int,
    folder: Path,
    rows_a_batch: int = ROWS_A_BATCH,
) -> list[pl.LazyFrame]:
    """Cut frames into groups, whose rows are then read without all others; one is all of them."""
    if groups == 1:
        return [pl.concat(frames)]
    write_groups(frames, key, groups, folder, rows_a_batch)
    schema = frames[0].collect_schema()
    return [scan_group(folder, schema, group) for group in range(groups)]


def materialize(frame: pl.LazyFrame, schema: type[T]) -> Rows[T]:
    """Compute a named intermediate table once, and prove that it is what its contract says.

    Args:
        schema: Its contract (contracts/facts).

    Returns:
        The table in memory, its columns those of the contract, in its order.

    Raises:
        CampaignReportsError: Columns or types differ from the contract's: a fault of ours.
    """
    return _require(frame.select(columns(schema)).collect(engine="streaming"), schema)


def hold(frame: pl.LazyFrame, schema: type[T]) -> Rows[T]:
    """Compute an intermediate table as `materialize` does, of what lies in memory anyway.

    Names, messages, ads, links, and parts of a run need not stream: a sort or a short join costs
    half, and that of a few rows a third.
    """
    return _require(frame.select(columns(schema)).collect(engine="in-memory"), schema)


def _require(table: pl.DataFrame, schema: type[T]) -> Rows[T]:
    if table.schema != polars_schema(schema):
        stated = polars_schema(schema)
        wrong = [name for name in stated if table.schema[name] != stated[name]]
        msg = f"the intermediate table {schema.__name__} has other types in {', '.join(wrong)}"
        raise CampaignReportsError(msg, REPORT_IT)
    return table.lazy()


def write_whole(frame: pl.DataFrame, path: Path, rows_a_batch: int | None = None) -> None:
    """Write a frame as `.arrow` or `.parquet`, under its name only when it is whole.

    So a task may be done again, and even beside an attempt at it that was thought dead.

    Args:
        rows_a_batch: How many rows of the file can be read without the others; what suits its
            format if not given.
    """
    draft = path.with_name(f".{secrets.token_hex(8)}")
    if path.suffix == ".arrow":
        frame.write_ipc(draft, compression="lz4", record_batch_size=rows_a_batch)
    else:
        # Twice as small as with lz4, and hardly slower to read.
        frame.write_parquet(
            draft, compression="zstd", compression_level=1, row_group_size=rows_a_batch
        )
    draft.replace(path)
