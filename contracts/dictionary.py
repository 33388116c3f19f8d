"""The data dictionary, made from the contracts: every table and column, setting and warning."""

from collections.abc import Mapping

import polars as pl

from contracts.columns import Table, any_of, descriptions, grain, key, polars_schema, references
from contracts.columns import required as required_columns
from contracts.config.settings import render_settings
from contracts.feeds import FEEDS
from contracts.quarantine import Quarantine
from contracts.warnings import WARNINGS

TITLE = "# Data dictionary\n\nGenerated from contracts/ by `campaign-reports dictionary`.\n"


def render_dictionary(reports: Mapping[str, type[Table]]) -> str:
    """Every table, every setting of campaigns.toml and every warning, as Markdown.

    Args:
        reports: `group/name` of each report table, and its contract.
    """
    parts = [
        TITLE,
        "## Canonical tables: what feeds become\n",
        *(_render(name, table, feed=True) for name, table in FEEDS.items()),
        "## Report tables: what a run publishes\n",
        *(_render(name, table) for name, table in reports.items()),
        "## Quarantine: what was rejected\n",
        _render("quarantine/<run_id>/<feed>", Quarantine),
        "## Settings: what campaigns.toml may say\n",
        *render_settings(),
        "## Warnings: what is doubtful\n",
        *_render_warnings(),
    ]
    return "\n".join(parts).rstrip() + "\n"


def _render(name: str, table: type[Table], *, feed: bool = False) -> str:
    needed = set(required_columns(table)) if feed else set()
    targets, keys, texts = references(table), set(key(table)), descriptions(table)
    lines = [f"### {name}\n", f"{grain(table)}\n"]
    if alternatives := any_of(table):
        lines.append(f"A row names at least one of {', '.join(alternatives)}.\n")
    lines += ["| column | type | key | what it holds |", "|---|---|---|---|"]
    for column, dtype in polars_schema(table).items():
        shown = f"**{column}**" if column in needed else column
        points = f"; references {targets[column]}" if column in targets else ""
        mark = "key" if column in keys else ""
        lines.append(f"| {shown} | {_type(dtype)} | {mark} | {texts[column]}{points} |")
    return "\n".join([*lines, ""])


def _render_warnings() -> list[str]:
    told = (
        "Each is in manifest.json with feed, count, amount of money and the setting that decides."
    )
    rows = [f"| `{code}` | {doubt} |" for code, doubt in sorted(WARNINGS.items())]
    return [f"{told}\n", "| code | what is doubtful |", "|---|---|", *rows]


def _type(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Datetime):
        return "timestamp (UTC)"
    if isinstance(dtype, pl.Decimal):
        return f"decimal({dtype.precision},{dtype.scale})"
    if isinstance(dtype, pl.List):
        return "list of text"
    words = {pl.String: "text", pl.Int64: "integer", pl.Float64: "float", pl.Date: "date"}
    return {**words, pl.Boolean: "boolean"}.get(type(dtype), str(dtype))
