"""Files of a sample workspace: every format and compression, the same bytes in every run."""

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import polars as pl
import pyarrow as pa

Row = Mapping[str, Any]


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file, compressed as the end of its name says."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".gz":
        content = gzip.compress(content, mtime=0)
    elif path.suffix == ".zst":
        content = pa.Codec("zstd").compress(content, asbytes=True)
    path.write_bytes(content)


def write_csv(
    path: Path,
    rows: Iterable[Row | str],
    *,
    columns: Sequence[str],
    delimiter: str = ",",
    encoding: str = "utf-8",
) -> None:
    """Write delimited text; a row that is text stands in the file as it is, whole or broken."""
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        if isinstance(row, str):
            out.write(f"{row}\n")
        else:
            writer.writerow(["" if row.get(name) is None else row[name] for name in columns])
    write_bytes(path, out.getvalue().encode(encoding))


def write_json_lines(path: Path, rows: Iterable[Row | str]) -> None:
    """Write one JSON object a line; a row that is text stands in the file as it is."""
    lines = (row if isinstance(row, str) else to_json(row) for row in rows)
    write_bytes(path, "".join(f"{line}\n" for line in lines).encode())


def write_json_array(path: Path, rows: Sequence[Row]) -> None:
    """Write one array of JSON objects."""
    write_bytes(path, (json.dumps(rows, ensure_ascii=False, indent=1) + "\n").encode())


def write_parquet(path: Path, rows: Sequence[Row], schema: Mapping[str, Any]) -> None:
    """Write a Parquet file of the schema's columns."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pl.DataFrame(
        [[row.get(name) for name in schema] for row in rows], schema, orient="row"
    ).write_parquet(path, compression="zstd")


def to_json(value: object) -> str:
    """Compact JSON text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def new_id(random: Random) -> str:
    """A version 4 UUID from the seeded generator."""
    return str(UUID(int=random.getrandbits(128), version=4))


def instant(text: str) -> datetime:
    """The UTC instant that an ISO text without offset states."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def later(moment: datetime, random: Random, *, most_minutes: int) -> datetime:
    """A moment some minutes and seconds after another."""
    return moment + timedelta(minutes=random.randrange(most_minutes), seconds=random.randrange(60))


def postgres_stamp(moment: datetime | None) -> str | None:
    """A timestamptz as PostgreSQL's COPY writes it: the offset has hours only."""
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}+00"


def iso_stamp(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC with a `Z`."""
    return None if moment is None else f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def local_stamp(moment: datetime | None) -> str | None:
    """Date and time as they stand, without any offset."""
    return None if moment is None else f"{moment:%Y-%m-%d %H:%M:%S}"
