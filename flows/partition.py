"""Large frames cut into groups of rows that belong together, in one streaming pass."""

from pathlib import Path

import polars as pl
from polars.io.partition import FileProviderArgs

GROUP = "group"


def write_groups(frame: pl.LazyFrame, key: pl.Expr, groups: int, folder: Path) -> None:
    """Write a frame as Parquet, the rows of one key in one group.

    Args:
        frame: Any rows.
        key: An unsigned hash of what belongs together; rows without one are of group 0.
        groups: How many groups to cut.
        folder: Where to write `<group>-<part>.parquet`; made here.
    """
    folder.mkdir(parents=True)
    if groups == 1:
        frame.sink_parquet(folder / "000-0.parquet", compression="lz4")
        return
    frame.with_columns((key.fill_null(0) % groups).cast(pl.UInt16).alias(GROUP)).sink_parquet(
        pl.PartitionBy(folder, key=GROUP, include_key=False, file_path_provider=_name_file),
        compression="lz4",
    )


def scan_groups(folder: Path, schema: pl.Schema, group: int | None = None) -> pl.LazyFrame:
    """Read all groups of a frame, or one."""
    files = sorted(folder.glob("*.parquet" if group is None else f"{group:03}-*.parquet"))
    return pl.scan_parquet(files) if files else pl.LazyFrame(schema=schema)


def _name_file(args: FileProviderArgs) -> str:
    return f"{args.partition_keys.item():03}-{args.index_in_partition}.parquet"
