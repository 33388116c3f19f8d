"""Writing what describes a snapshot beside its tables (SPEC §12)."""

import json
from functools import lru_cache
from pathlib import Path

import yaml

from contracts.manifest import Manifest
from flows.descriptions.described_tables import describe_tables
from flows.descriptions.standard_forms import (
    make_contract,
    make_data_package,
    make_dbt_sources,
    write_views,
)
from flows.storage.workspace_files import make_folder

DATA_PACKAGE = "datapackage.json"
VIEWS = "views.sql"
SOURCES = "sources.yml"
CONTRACTS = "contracts"
DUMPER: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml's where it is there: a contract a table took a quarter of a small run."""


def write_descriptions(folder: Path, manifest: Manifest) -> None:
    """Write datapackage.json, contracts/*.odcs.yaml, views.sql and sources.yml into a snapshot.

    Args:
        folder: The snapshot, its tables written.
    """
    tables = describe_tables(folder, manifest)
    package = make_data_package(tables, manifest)
    _write(folder / DATA_PACKAGE, json.dumps(package, ensure_ascii=False, indent=2) + "\n")
    _write(folder / VIEWS, write_views(tables))
    _write(folder / SOURCES, _as_yaml(make_dbt_sources(tables)))
    contracts = make_folder(folder / CONTRACTS)
    for table in tables:
        name = f"{table.group}.{table.name}".replace("/", ".")
        _write(contracts / f"{name}.odcs.yaml", _as_yaml(make_contract(table, manifest)))


def _write(path: Path, text: str) -> None:
    """Write a text; with all of the snapshot it is flushed to the disk before that is published."""
    path.write_text(text, encoding="utf-8")


def _as_yaml(content: object) -> str:
    return _write_yaml(json.dumps(content))


@lru_cache(maxsize=512)
def _write_yaml(content: str) -> str:
    """A table is described alike run after run: YAML takes a millisecond a table."""
    told = json.loads(content)
    return yaml.dump(told, Dumper=DUMPER, sort_keys=False, allow_unicode=True, width=100)
