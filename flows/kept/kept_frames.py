"""Tables in a kept folder: written as they are, read back as their contracts say."""

from collections.abc import Mapping
from pathlib import Path

import polars as pl

from contracts.columns import Table, polars_schema
from flows.folders import list_matching
from flows.kept.identities import identify, identify_rows
from flows.storage.sealed_folders import DamagedFile

SUFFIX = ".arrow"


def write_frames(folder: Path, frames: Mapping[str, pl.DataFrame]) -> str:
    """Write tables into a kept folder.

    Returns:
        What they are, whatever the order of their rows.
    """
    for name, frame in frames.items():
        write_frame(folder, name, frame)
    return identify([(name, identify_rows(frame.lazy())) for name, frame in frames.items()])


def write_frame(folder: Path, name: str, frame: pl.DataFrame) -> None:
    """Write a table into a kept folder of which something else says what it is."""
    frame.write_ipc(folder / f"{name}{SUFFIX}", compression="lz4")


def list_frames(folder: Path) -> dict[str, pl.DataFrame]:
    """Every table of a kept folder by its name."""
    return {path.stem: pl.read_ipc(path) for path in list_matching(folder, f"*{SUFFIX}")}


def read_frame(folder: Path, name: str, contract: type[Table]) -> pl.DataFrame:
    """Read a table back.

    Raises:
        DamagedFile: It has other columns than its contract.
    """
    return scan_frame(folder, name, contract).collect(engine="in-memory")


def scan_frame(folder: Path, name: str, contract: type[Table]) -> pl.LazyFrame:
    """Read a table back each time that it is asked for, as `read_frame` does: it may be large."""
    rows = pl.scan_ipc(folder / f"{name}{SUFFIX}")
    if rows.collect_schema() != polars_schema(contract):
        raise DamagedFile(name, f"is no {contract.__name__}")
    return rows
