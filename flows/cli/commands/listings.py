"""`campaign-reports sources`, `schema` and `dictionary`: what there is to read and to configure."""

import json as json_text
import sys
from collections.abc import Mapping
from typing import Any

from contracts.config.nearest_names import hint_nearest
from contracts.config.source_mapping import Expression, Source
from contracts.dictionary import render_dictionary
from flows.cli.console import print_json, print_note, print_table
from flows.cli.options import Flag
from flows.config.loading import config_schema
from flows.config.source_files import load_sources
from flows.errors import UsageError
from flows.report_tables import REPORT_TABLES


def sources(name: str | None = None, /, *, json: Flag = False) -> int:
    """List the source mappings that ship with the product, or show one with its columns.

    Args:
        name: A source, as `skene.campaign_events`, or a vendor, as `skene`.
        json: Print a JSON list with name, description, tables and columns of each.
    """
    found = _select(name)
    if json:
        print_json([_described(one, source) for one, source in found.items()])
    elif name is not None and name in found:
        print_table(("table", "column", "comes from"), _columns_of(found[name]))
    else:
        rows = [
            (
                one,
                ", ".join(dict.fromkeys(part.table for part in source.tables)),
                source.description,
            )
            for one, source in found.items()
        ]
        print_table(("source", "tables", "description"), rows)
    return 0


def schema() -> int:
    """Print the JSON Schema of campaigns.toml, which editors can use."""
    sys.stdout.write(json_text.dumps(config_schema(), indent=2) + "\n")
    return 0


def dictionary() -> int:
    """Print the data dictionary: every canonical and every report table with its columns."""
    reports = {table.label: table.contract for table in REPORT_TABLES}
    sys.stdout.write(render_dictionary(reports))
    return 0


def _select(name: str | None) -> Mapping[str, Source]:
    every = load_sources()
    if not every:
        print_note("no source mappings are installed")
    if name is None or name in every:
        return every if name is None else {name: every[name]}
    of_vendor = {one: source for one, source in every.items() if one.startswith(f"{name}.")}
    if of_vendor:
        return of_vendor
    msg = f"there is no source {name!r}"
    raise UsageError(msg, hint_nearest(name, every, "Leave the name out for a list."))


def _described(name: str, source: Source) -> dict[str, Any]:
    return {
        "name": name,
        "description": source.description,
        "tables": [
            {
                "table": part.table,
                "columns": {column: _origin(value) for column, value in part.columns.items()},
                "constants": part.constants,
            }
            for part in source.tables
        ],
    }


def _columns_of(source: Source) -> list[tuple[str, str, str]]:
    return [
        (part.table, column, json_text.dumps(origin) if isinstance(origin, dict) else origin)
        for part in source.tables
        for column, origin in [
            *((column, _origin(value)) for column, value in part.columns.items()),
            *((column, f"always {value!r}") for column, value in part.constants.items()),
        ]
    ]


def _origin(expression: Expression) -> str | dict[str, Any]:
    return expression if isinstance(expression, str) else expression.model_dump()
