"""Which figures a snapshot gives otherwise than the one before, and why (SPEC §10)."""

from collections.abc import Iterable, Sequence

import polars as pl

from contracts.columns import Rows, Table, columns, key, polars_schema
from contracts.facts.run_facts import ChangedFiles, FigureDifferences
from contracts.reports.run_tables import ChangeReason, RunChanges

EXACT = pl.Decimal(38, 8)
CELL = (RunChanges.org_id, RunChanges.report, RunChanges.column, RunChanges.date_day)
"""What has the same causes."""
OWNER = "owner"
DAY = (RunChanges.org_id, RunChanges.date_day)
NAMES = ("message_name", "campaign_name")
"""The columns that name a row of a compared report, the finest first."""

SENT = ("sends", "events", "messages", "dispatches", "campaigns", "contacts")
SERVED = ("ad_stats", "ad_accounts", "ad_campaigns", "ad_groups", "ads", "ad_creatives")
VISITED = ("sessions", "page_views", *SERVED)
SOLD = ("orders", "exchange_rates", "events", "sends", "contacts", *VISITED)
SOURCES: dict[str, dict[str, tuple[str, ...]]] = {
    "daily_report": {
        "cost": (*SENT, "exchange_rates"),
        "orders": SOLD,
        "revenue": SOLD,
        "": SENT,
    },
    "campaign_performance": {
        "impressions": SERVED,
        "clicks": SERVED,
        "spend": (*SERVED, "exchange_rates"),
        "reported_conversions": (*SERVED, "ad_conversions"),
        "reported_conversions_value": (*SERVED, "ad_conversions", "exchange_rates"),
        "orders": SOLD,
        "revenue": SOLD,
        "": (*VISITED, "contacts", "events", "orders"),
    },
    "campaign_attribution": {
        "cost": (*SENT, *SERVED, "exchange_rates"),
        "": SOLD,
    },
}
"""Compared table -> its column ("" for all others) -> the canonical tables that it comes from."""


def compare_report(
    before: pl.LazyFrame, after: pl.LazyFrame, report: str, table: type[Table]
) -> Rows[FigureDifferences]:
    """Find the counts and amounts of a report that two snapshots give differently.

    Only days that the earlier snapshot had are compared. A row that only one of them has counts as
    0 in the other.

    Args:
        after: The report in the later one.
        report: `group/table`.
        table: Its contract; what a snapshot of other code lacks is not compared.
    """
    known = [name for name in columns(table) if name in _names(before) and name in _names(after)]
    schema = polars_schema(table)
    measures = [name for name in known if isinstance(schema[name], pl.Int64 | pl.Decimal)]
    name = next(one for one in NAMES if one in known)
    keys = key(table)
    days = before.select(DAY).unique()
    joined = (
        before.select(*keys, name, *measures)
        .join(
            after.select(*keys, name, *measures),
            on=keys,
            how="full",
            coalesce=True,
            nulls_equal=True,
            validate="1:1",
            suffix=" after",
        )
        .filter(pl.any_horizontal(_difference(measure) != 0 for measure in measures))
        .join(days, on=DAY, how="semi", nulls_equal=True)
        .with_columns(
            pl.lit(report).alias(RunChanges.report),
            pl.struct(one for one in keys if one not in DAY)
            .struct.json_encode()
            .alias(RunChanges.key),
            pl.coalesce(f"{name} after", name).alias(RunChanges.name),
            is_renamed=(pl.col(name) != pl.col(f"{name} after")).fill_null(value=False),
        )
    )
    return pl.concat([_compare_measure(joined, measure) for measure in measures])


def _names(rows: pl.LazyFrame) -> list[str]:
    return rows.collect_schema().names()


def _compare_measure(joined: pl.LazyFrame, measure: str) -> pl.LazyFrame:
    """The rows whose one figure differs."""
    return joined.select(
        RunChanges.org_id,
        RunChanges.report,
        RunChanges.key,
        RunChanges.date_day,
        pl.lit(measure).alias(RunChanges.column),
        RunChanges.name,
        pl.col(measure).cast(EXACT).alias(RunChanges.before),
        pl.col(f"{measure} after").cast(EXACT).alias(RunChanges.after),
        _difference(measure).alias(RunChanges.difference),
        "is_renamed",
    ).filter(pl.col(RunChanges.difference) != 0)


def _difference(measure: str) -> pl.Expr:
    """By how much a figure differs; a row that is not there counts as 0."""
    before, after = (
        pl.col(name).cast(EXACT).fill_null(0) for name in (measure, f"{measure} after")
    )
    return (after - before).cast(EXACT)


def explain_changes(
    differences: Rows[FigureDifferences],
    files: Rows[ChangedFiles],
    everywhere: Sequence[ChangeReason],
) -> Rows[RunChanges]:
    """Say of each difference why it is, and which files brought it.

    The files are those of the canonical tables that the figure comes from, and of these the ones
    whose days cover its day, if there are such. A file of another organization alone is none.

    Args:
        everywhere: Reasons that hold for every figure: another configuration, other code.
    """
    cell = list(CELL)
    candidates = _find_candidates(differences.select(cell).unique(), files)
    causes = candidates.group_by(cell).agg(
        pl.col(ChangedFiles.reason).unique().alias("reasons"),
        pl.col(ChangedFiles.path).unique().sort().str.join("; ").alias(RunChanges.files),
    )
    renamed = pl.when("is_renamed").then(pl.lit([str(ChangeReason.RENAMED)])).otherwise(_texts())
    reasons = pl.concat_list(pl.col("reasons").fill_null(_texts()), renamed, _texts(everywhere))
    order = [
        pl.when(pl.col("all_reasons").list.contains(str(reason))).then(pl.lit(reason))
        for reason in ChangeReason
    ]
    found = pl.concat_str(order, separator="+", ignore_nulls=True)
    return (
        differences.join(causes, on=cell, how="left", nulls_equal=True, validate="m:1")
        .with_columns(all_reasons=reasons)
        .with_columns(
            pl.when(found == "")
            .then(pl.lit(ChangeReason.CODE))
            .otherwise(found)
            .alias(RunChanges.reason),
            pl.col(RunChanges.files).fill_null(""),
        )
        .select(columns(RunChanges))
        .sort(key(RunChanges))
    )


def _texts(values: Iterable[str] = ()) -> pl.Expr:
    return pl.lit([str(value) for value in values], pl.List(pl.String))


def _find_candidates(cells: pl.LazyFrame, files: Rows[ChangedFiles]) -> pl.LazyFrame:
    """Each cell's files: of its tables, else all; of these those of its day, else all of these.

    None is of another organization alone.
    """
    cell = list(CELL)
    sources = pl.LazyFrame(
        [
            (report, column, table)
            for report, by_column in SOURCES.items()
            for column, tables in by_column.items()
            for table in dict.fromkeys(tables)
        ],
        schema={"table_of_report": pl.String, "source_column": pl.String, "table": pl.String},
        orient="row",
    )
    stem = pl.col(RunChanges.report).str.split("/").list.last()
    own = sources.select("table_of_report", "source_column").unique()
    known = (
        cells.with_columns(table_of_report=stem)
        .join(
            own.with_columns(is_named=pl.lit(value=True)),
            left_on=["table_of_report", RunChanges.column],
            right_on=["table_of_report", "source_column"],
            how="left",
            validate="m:1",
        )
        .with_columns(
            source_column=pl.when(pl.col("is_named").is_not_null())
            .then(pl.col(RunChanges.column))
            .otherwise(pl.lit(""))
        )
    )
    of_files = files.rename({ChangedFiles.org_id: OWNER})
    is_own = pl.col(OWNER).is_null() | (pl.col(OWNER) == pl.col(RunChanges.org_id))
    named = (
        known.join(sources, on=["table_of_report", "source_column"], how="inner", validate="m:m")
        .join(of_files, on=ChangedFiles.table, how="inner", validate="m:m")
        .filter(is_own)
    )
    every = cells.join(named, on=cell, how="anti", nulls_equal=True).join(of_files, how="cross")
    day, last_day = pl.col(RunChanges.date_day), pl.col(ChangedFiles.last_day)
    covers = (pl.col(ChangedFiles.first_day) <= day) & (last_day.is_null() | (day <= last_day))
    told = [*cell, ChangedFiles.path, ChangedFiles.reason, "covers"]
    return pl.concat(
        rows.with_columns(covers=covers.fill_null(value=False)).select(told)
        for rows in (named, every.filter(is_own))
    ).filter(pl.col("covers") | ~pl.col("covers").any().over(cell))
