"""What the Parquet files of a snapshot say of themselves: grain, key, columns and their meaning."""

import json
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from contracts.manifest import Manifest, OutputTable
from flows.storage.table_metadata import COLUMNS, GRAIN, KEY, VERSION


@dataclass(frozen=True)
class DescribedColumn:
    """A column of a table.

    Attributes:
        key_position: Its place in the key, from 1; 0 for none.
    """

    name: str
    type: pa.DataType
    description: str
    key_position: int


@dataclass(frozen=True)
class DescribedTable:
    """A table of a snapshot.

    Attributes:
        name: Its name in the group, such as `audiences/vip`.
        files: Its files with their sizes and hashes, as the manifest lists them.
    """

    group: str
    name: str
    files: tuple[OutputTable, ...]
    grain: str
    columns: tuple[DescribedColumn, ...]
    schema_version: str
    prefix: str

    @property
    def slug(self) -> str:
        """`group_table`, as views and sources call it."""
        return f"{self.group}_{self.name}".replace("/", "_")

    @property
    def paths(self) -> list[str]:
        """Its files below the snapshot."""
        return [file.path.removeprefix(self.prefix) for file in self.files]

    @property
    def is_dataset(self) -> bool:
        """Whether it is a folder of parts."""
        return self.paths != [f"{self.group}/{self.name}.parquet"]

    @property
    def place(self) -> str:
        """Where all of its rows lie below the snapshot: a file, or the files of a folder."""
        return f"{self.group}/{self.name}" + ("/*.parquet" if self.is_dataset else ".parquet")

    @property
    def key(self) -> list[str]:
        """The columns of its key, in order."""
        keyed = [column for column in self.columns if column.key_position]
        return [column.name for column in sorted(keyed, key=lambda one: one.key_position)]


def describe_tables(folder: Path, manifest: Manifest) -> list[DescribedTable]:
    """Describe every table of a snapshot."""
    prefix = f"reports/snapshots/{manifest.run_id}/"
    outputs = sorted(manifest.outputs, key=lambda one: (one.group, one.table, one.path))
    return [
        _describe(folder, group, name, tuple(files), prefix)
        for (group, name), files in groupby(outputs, key=lambda one: (one.group, one.table))
    ]


def _describe(
    folder: Path, group: str, name: str, files: tuple[OutputTable, ...], prefix: str
) -> DescribedTable:
    file = folder / files[0].path.removeprefix(prefix)
    footer = pq.read_metadata(file)
    said = {name.decode(): text.decode() for name, text in (footer.metadata or {}).items()}
    key = json.loads(said.get(KEY, "[]"))
    texts = json.loads(said.get(COLUMNS, "{}"))
    columns = tuple(
        DescribedColumn(
            field.name,
            field.type,
            texts.get(field.name, ""),
            key.index(field.name) + 1 if field.name in key else 0,
        )
        for field in footer.schema.to_arrow_schema()
    )
    version = said.get(VERSION, "")
    return DescribedTable(group, name, files, said.get(GRAIN, ""), columns, version, prefix)
