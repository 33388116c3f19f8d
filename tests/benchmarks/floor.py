"""The floor of ingest: a bare Polars scan, cast and write of the same files, with no guarantees."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import polars as pl

from tests.benchmarks.feed_types import STAMP, TYPES, is_asset
from tests.benchmarks.modes import carry_out

STAMP_FORM = "%Y-%m-%dT%H:%M:%S%.fZ"
DTYPES = {"VARCHAR": pl.String, "DECIMAL(18, 4)": pl.Decimal(18, 4), "BIGINT": pl.Int64}


def write_typed(root: Path, out: Path, feeds: Mapping[str, dict[str, str]] = TYPES) -> None:
    """Stream every CSV file of the workspace into one typed Parquet file."""
    shutil.rmtree(out, ignore_errors=True)
    for table, types in feeds.items():
        at = f"{table}.csv" if is_asset(table) else f"{table}/*.csv"
        for file in sorted((root / "raw").glob(at)):
            target = out / table / f"{file.stem}.parquet"
            target.parent.mkdir(parents=True, exist_ok=True)
            scan_typed(file, types).sink_parquet(target, compression="zstd", compression_level=1)


def scan_typed(file: Path, types: dict[str, str]) -> pl.LazyFrame:
    """A CSV file with its columns' types; `types` are SQL's."""
    texts = pl.scan_csv(file, schema=dict.fromkeys(types, pl.String))
    return texts.select(parse(pl.col(name), kind) for name, kind in types.items())


def parse(text: pl.Expr, kind: str) -> pl.Expr:
    """A text as a type of SQL."""
    if kind == STAMP:
        return text.str.to_datetime(STAMP_FORM, time_unit="us", time_zone="UTC")
    return text.str.to_date() if kind == "DATE" else text.cast(DTYPES[kind])


if __name__ == "__main__":
    carry_out({"whole": lambda root: write_typed(root, root / "floor")})
