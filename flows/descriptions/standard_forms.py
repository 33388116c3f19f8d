"""Tables as a Frictionless data package, ODCS contracts, DuckDB views, dbt sources (SPEC §12)."""

import json
import re
from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pyarrow as pa
import yaml

from contracts.manifest import Manifest
from flows.descriptions.described_tables import DescribedColumn, DescribedTable, describe_tables
from flows.storage.workspace_files import make_folder

DATA_PACKAGE = "datapackage.json"
VIEWS = "views.sql"
SOURCES = "sources.yml"
CONTRACTS = "contracts"
DUMPER: type = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
"""libyaml's where it is there: a contract a table took a quarter of a small run."""
TITLE = "Campaign reports"
ODCS_VERSION = "v3.1.0"
DBT_ROOT = "reports/latest"
FIND_SNAPSHOT = """\
-- Views of the published tables. Run this file again after each run of the reports.
SET VARIABLE campaign_reports_root = coalesce(
  (SELECT 'reports/' FROM glob('reports/current.jso[n]')),
  (SELECT '' FROM glob('current.jso[n]')),
  (SELECT '../../' FROM glob('../../current.jso[n]')),
  (SELECT '../' FROM glob('../current.jso[n]')),
  error('no current.json: read views.sql in the workspace, in its reports, or in a snapshot'));
SET VARIABLE campaign_reports = (
  SELECT getvariable('campaign_reports_root') || snapshot || '/'
  FROM read_json(getvariable('campaign_reports_root') || 'current.json'));
"""
VIEW = """\
CREATE OR REPLACE VIEW "<view>" AS
  SELECT * FROM read_parquet(getvariable('campaign_reports') || '<place>');
"""


def make_data_package(tables: Iterable[DescribedTable], manifest: Manifest) -> dict[str, Any]:
    """Make a Frictionless data package, whose resources are the snapshot's tables."""
    return {
        "profile": "data-package",
        "name": "campaign-reports",
        "title": TITLE,
        "id": manifest.run_id,
        "created": manifest.finished_at,
        "version": manifest.code_version,
        "resources": [_make_resource(table) for table in tables],
    }


def _make_resource(table: DescribedTable) -> dict[str, Any]:
    paths = table.paths
    whole: dict[str, Any] = (
        {"path": paths[0], "bytes": table.files[0].bytes, "hash": f"sha256:{table.files[0].sha256}"}
        if len(paths) == 1
        else {"path": paths[0], "extrapaths": paths[1:]}
    )
    return {
        "name": re.sub(r"[^a-z0-9._-]", "-", table.slug.lower()),
        "title": f"{table.group}/{table.name}",
        "description": table.grain,
        **whole,
        "format": "parquet",
        "mediatype": "application/vnd.apache.parquet",
        "scheme": "file",
        "schema": {
            "fields": [
                {"name": one.name, "type": _of_frictionless(one), "description": one.description}
                for one in table.columns
            ],
            **({"primaryKey": table.key} if table.key else {}),
        },
    }


def _of_frictionless(column: DescribedColumn) -> str:
    kinds = {
        "boolean": pa.types.is_boolean,
        "integer": pa.types.is_integer,
        "number": lambda kind: pa.types.is_floating(kind) or pa.types.is_decimal(kind),
        "date": pa.types.is_date,
        "datetime": pa.types.is_timestamp,
        "array": pa.types.is_list,
    }
    return next((name for name, check in kinds.items() if check(column.type)), "string")


def make_contract(table: DescribedTable, manifest: Manifest) -> dict[str, Any]:
    """Make the contract of a table by the Open Data Contract Standard."""
    return {
        "apiVersion": ODCS_VERSION,
        "kind": "DataContract",
        "id": f"campaign-reports.{table.group}.{table.name}".replace("/", "."),
        "name": f"{table.group}/{table.name}",
        "version": f"{table.schema_version or '1'}.0.0",
        "status": "active",
        "description": {"purpose": table.grain},
        "servers": [
            {
                "server": "workspace",
                "type": "local",
                "path": f"{DBT_ROOT}/{table.place}",
                "format": "parquet",
            }
        ],
        "schema": [
            {
                "name": table.slug,
                "physicalName": table.place,
                "physicalType": "table",
                "logicalType": "object",
                "description": table.grain,
                "dataGranularityDescription": table.grain,
                "properties": [_make_property(column) for column in table.columns],
            }
        ],
        "customProperties": [{"property": "codeVersion", "value": manifest.code_version}],
    }


def _make_property(column: DescribedColumn) -> dict[str, Any]:
    keyed = {"primaryKey": True, "primaryKeyPosition": column.key_position}
    kind = _of_frictionless(column)
    return {
        "name": column.name,
        "logicalType": "timestamp" if kind == "datetime" else kind,
        "physicalType": str(column.type),
        "description": column.description,
        **(keyed if column.key_position else {}),
    }


def write_views(tables: Iterable[DescribedTable]) -> str:
    """Write DuckDB views of the tables, read through the pointer to what is published.

    They work from the workspace, from its `reports`, and from the folder that they lie in.
    """
    views = [VIEW.replace("<view>", table.slug).replace("<place>", table.place) for table in tables]
    return "".join([FIND_SNAPSHOT, *views])


def make_dbt_sources(tables: Iterable[DescribedTable]) -> dict[str, Any]:
    """Make dbt sources: each table under reports/latest, for adapters that read files."""
    return {
        "version": 2,
        "sources": [
            {
                "name": "campaign_reports",
                "description": f"{TITLE}, as the last run published them.",
                "tables": [
                    {
                        "name": table.slug,
                        "description": table.grain,
                        "config": {
                            "meta": {
                                "external_location": f"read_parquet('{DBT_ROOT}/{table.place}')"
                            }
                        },
                        "columns": [
                            {"name": column.name, "description": column.description}
                            for column in table.columns
                        ],
                    }
                    for table in tables
                ],
            }
        ],
    }


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
