"""What a run read of each feed, and what its figures say otherwise than before (SPEC §10)."""

from collections.abc import Iterable, Sequence

import polars as pl

from contracts.columns import Table, columns, key, polars_schema
from contracts.facts.run_facts import ChangedFiles, FeedFiles, FeedTables, PastFeedFiles
from contracts.reports.run_tables import ChangeReason, RunChanges, RunFeeds

RUNS_COMPARED = 14
"""Of how many earlier runs that had new files the median is what a feed usually brings."""
EXACT = pl.Decimal(38, 8)
SUMMED = (
    RunFeeds.rows_read,
    RunFeeds.accepted,
    RunFeeds.rejected,
    RunFeeds.superseded,
    RunFeeds.duplicates,
)
GRAIN = (RunFeeds.feed, RunFeeds.table)
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


def report_feeds(
    tables: pl.LazyFrame, files: pl.LazyFrame, past: pl.LazyFrame, *, is_whole: bool
) -> pl.LazyFrame:
    """Say of each feed what came, and what usually comes.

    Args:
        tables: `FeedTables`, as configured.
        files: `FeedFiles` of this run.
        past: `PastFeedFiles` of the runs that are kept.
        is_whole: Whether the oldest of these runs is the first that there ever was: else what was
            new in it is not known.

    Returns:
        `RunFeeds`.
    """
    last = past.filter(pl.col(PastFeedFiles.run) == 1).select(FeedFiles.feed, FeedFiles.sha256)
    is_new = pl.col("is_known").is_null() & ~pl.col(FeedFiles.is_copy)
    sums = (
        files.join(
            last.unique().with_columns(is_known=pl.lit(value=True)),
            on=[FeedFiles.feed, FeedFiles.sha256],
            how="left",
            validate="m:1",
        )
        .group_by(GRAIN)
        .agg(
            pl.len().cast(pl.Int64).alias(RunFeeds.files),
            is_new.sum().cast(pl.Int64).alias(RunFeeds.new_files),
            pl.col(RunFeeds.first_day).min(),
            pl.col(RunFeeds.last_day).max(),
            pl.col(SUMMED).sum(),
        )
    )
    counts = [RunFeeds.files, RunFeeds.new_files, *SUMMED]
    share = pl.col(RunFeeds.rejected) / pl.col(RunFeeds.rows_read)
    return (
        tables.select(columns(FeedTables))
        .join(sums, on=GRAIN, how="left", validate="1:1")
        .join(_find_usual_rows(past, is_whole=is_whole), on=GRAIN, how="left", validate="1:1")
        .with_columns(pl.col(counts).fill_null(0))
        .with_columns(
            pl.when(pl.col(RunFeeds.rows_read) > 0).then(share).alias(RunFeeds.rejected_share)
        )
        .select(columns(RunFeeds))
        .sort(key(RunFeeds))
    )


def _find_usual_rows(past: pl.LazyFrame, *, is_whole: bool) -> pl.LazyFrame:
    """One row per feed and table: the median of new rows over the last runs that had any."""
    by = [PastFeedFiles.run, PastFeedFiles.feed, PastFeedFiles.sha256]
    of_run_before = past.select(pl.col(PastFeedFiles.run) - 1, *by[1:]).unique()
    new = past.join(of_run_before, on=by, how="anti")
    if not is_whole:
        new = new.filter(pl.col(PastFeedFiles.run) < pl.col(PastFeedFiles.run).max())
    return (
        new.group_by(PastFeedFiles.run, *GRAIN)
        .agg(pl.col(PastFeedFiles.rows_read).sum())
        .group_by(GRAIN)
        .agg(
            pl.col(PastFeedFiles.rows_read)
            .sort_by(PastFeedFiles.run)
            .head(RUNS_COMPARED)
            .median()
            .alias(RunFeeds.usual_rows)
        )
    )


def compare_report(
    before: pl.LazyFrame, after: pl.LazyFrame, report: str, table: type[Table]
) -> pl.LazyFrame:
    """Find the counts and amounts of a report that two snapshots give differently.

    Only days that the earlier snapshot had are compared. A row that only one of them has counts as
    0 in the other.

    Args:
        before: The report in the earlier snapshot.
        after: The report in the later one.
        report: `group/table`.
        table: Its contract; what a snapshot of other code lacks is not compared.

    Returns:
        `FigureDifferences`.
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
    before, after = pl.col(measure).cast(EXACT), pl.col(f"{measure} after").cast(EXACT)
    return joined.select(
        RunChanges.org_id,
        RunChanges.report,
        RunChanges.key,
        RunChanges.date_day,
        pl.lit(measure).alias(RunChanges.column),
        RunChanges.name,
        before.alias(RunChanges.before),
        after.alias(RunChanges.after),
        (after.fill_null(0) - before.fill_null(0)).cast(EXACT).alias(RunChanges.difference),
        "is_renamed",
    ).filter(pl.col(RunChanges.difference) != 0)


def explain_changes(
    differences: pl.LazyFrame, files: pl.LazyFrame, everywhere: Sequence[ChangeReason]
) -> pl.LazyFrame:
    """Say of each difference why it is, and which files brought it.

    The files are those of the canonical tables that the figure comes from, and of these the ones
    whose days cover its day, if there are such.

    Args:
        differences: `FigureDifferences`.
        files: `ChangedFiles`.
        everywhere: Reasons that hold for every figure: another configuration, other code.

    Returns:
        `RunChanges`.
    """
    cell = [RunChanges.report, RunChanges.column, RunChanges.date_day]
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


def _find_candidates(cells: pl.LazyFrame, files: pl.LazyFrame) -> pl.LazyFrame:
    """Each cell's files: of its tables, else all; of these those of its day, else all of these."""
    cell = [RunChanges.report, RunChanges.column, RunChanges.date_day]
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
    named = known.join(
        sources, on=["table_of_report", "source_column"], how="inner", validate="m:m"
    ).join(files, on=ChangedFiles.table, how="inner", validate="m:m")
    every = cells.join(named, on=cell, how="anti", nulls_equal=True).join(files, how="cross")
    covers = (
        pl.col(RunChanges.date_day)
        .is_between(ChangedFiles.first_day, ChangedFiles.last_day)
        .fill_null(value=False)
    )
    return (
        pl.concat([rows.select(*cell, *columns(ChangedFiles)) for rows in (named, every)])
        .with_columns(covers=covers)
        .filter(pl.col("covers") | ~pl.col("covers").any().over(cell))
    )
