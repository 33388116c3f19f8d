"""The group run: what came of each feed, and which figures differ from before (SPEC §10)."""

from collections.abc import Iterator
from pathlib import Path

import polars as pl

from contracts.columns import Rows, polars_schema
from contracts.facts.run_facts import FeedFiles, FeedTables
from contracts.manifest import Check, InputFile, Manifest, PastInputs, Warned
from flows.steps.attempt import Run
from flows.steps.reading.feed_guards import list_past_files
from flows.steps.snapshot_changes import (
    Compared,
    find_damaged,
    find_day_of,
    find_staged,
    list_changes,
    list_rewritten,
    view_snapshot,
)
from flows.storage.layout import Layout
from flows.storage.report_files import write_table
from flows.storage.snapshots.kept_snapshots import Snapshot, list_runs, list_snapshots_as
from flows.storage.snapshots.published_files import read_manifest_as
from transforms.reports.run_feeds import report_feeds

RUN = "run"


def write_run_tables(
    run: Run, inputs: list[InputFile], code_version: str
) -> tuple[list[Check], list[Warned]]:
    """Write `run/feeds` and `run/changes`.

    Returns:
        What was checked; what of the kept snapshots is damaged, so that the two do not know of it.
    """
    root, timezone = run.root, run.config.workspace.timezone
    kept = list_snapshots_as(root, PastInputs)
    feeds = report_feeds(
        _list_feed_tables(run),
        _list_feed_files(run, inputs),
        list_past_files(one.manifest.inputs for one in kept),
        is_whole=len(kept) < run.config.workspace.keep_snapshots,
    )
    staged = find_staged(run.staging)
    after = Compared(staged, inputs, run.loaded.config_sha256, code_version)
    published = next((one for one in kept if one.is_published), None)
    manifest = None if published is None else read_manifest_as(root, published.run_id, Manifest)
    before = None if manifest is None else view_snapshot(root, manifest)
    changes = list_changes(before, after, timezone, list_rewritten(root))
    checks = [
        *write_table(run.staging, RUN, "feeds", feeds.collect()),
        *write_table(run.staging, RUN, "changes", changes.collect()),
    ]
    return checks, [*_warn_of_damage(root, kept, manifest)]


def _warn_of_damage(
    root: Path, kept: list[Snapshot[PastInputs]], published: Manifest | None
) -> Iterator[Warned]:
    """Say what `run/feeds` and `run/changes` lack, because it is not what was published."""
    layout, whole = Layout(root), {one.run_id for one in kept}
    lost = [layout.snapshots / run_id for run_id in list_runs(layout) if run_id not in whole]
    problems = {layout.relative(folder): "has no manifest that is whole" for folder in lost}
    if published is not None:
        problems |= find_damaged(root, published)
    for path, problem in sorted(problems.items()):
        message = f"{path} {problem}: run/feeds and run/changes are made without it"
        yield Warned(code="snapshot_damaged", message=message, path=path)


def _list_feed_tables(run: Run) -> Rows[FeedTables]:
    rows = [
        (state.feed.name, resolved.mapping.table, state.is_late)
        for state in run.read.states
        for resolved in state.feed.mappings
    ]
    return pl.LazyFrame(list(dict.fromkeys(rows)), schema=polars_schema(FeedTables), orient="row")


def _list_feed_files(run: Run, inputs: list[InputFile]) -> Rows[FeedFiles]:
    copies = {(file.raw.feed.name, file.raw.path) for file in run.catalog.files if file.is_copy}
    timezone = run.config.workspace.timezone
    rows = [
        (
            one.feed,
            one.table,
            one.path,
            one.sha256,
            (one.feed, one.path) in copies or one.refused is not None,
            find_day_of(one.first_at, timezone),
            find_day_of(one.last_at, timezone),
            one.rows_read,
            one.accepted,
            one.rejected,
            one.superseded,
            one.duplicates,
        )
        for one in inputs
    ]
    return pl.LazyFrame(rows, schema=polars_schema(FeedFiles), orient="row")
