"""What a run tells Prefect: log lines, artifacts, events and assets, where somebody can see them.

Nobody sees the server that the command starts for one run and ends with it: there nothing is told.
What cannot be told is not a failure of the run, whose figures are published or are not.
"""

import logging
from collections import Counter
from collections.abc import Generator, Iterable, Mapping
from contextlib import AbstractContextManager, contextmanager
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import polars as pl
from prefect import get_run_logger
from prefect.artifacts import create_markdown_artifact, create_table_artifact
from prefect.assets import Asset, AssetProperties, add_asset_metadata
from prefect.cache_policies import NO_CACHE
from prefect.events import emit_event
from prefect.tasks import MaterializingTask

from contracts.columns import Held
from contracts.manifest import AttemptEnd, Manifest
from contracts.reports.run_tables import RunChanges, RunFeeds
from flows.announcements.asset_lineage import AssetGroup, list_asset_groups
from flows.announcements.prefect_keys import in_key, name_artifact
from flows.announcements.run_summary import RunSummary, summarize_run
from flows.announcements.summary_lines import WARNING, describe_run
from flows.announcements.summary_markdown import draw_summary
from flows.errors import WorkspaceBusy
from flows.masking import mask
from flows.remote.place_names import name_places
from flows.runtime.prefect_steps import is_watched
from flows.storage.lock import refuse_if_held

ROWS_SHOWN = 200
Cell = str | int | float | bool | None
TOOL = "campaign-reports"
PUBLISHED = "campaign-reports.published"
REFUSED = "campaign-reports.refused"


def tell_published(workspace: AbstractContextManager[Path], manifest: Manifest) -> None:
    """Tell what a run published.

    Args:
        workspace: Makes the workspace a folder to read from.
    """
    if not is_watched():
        return
    with _in_passing("what was published"), workspace as root:
        summary = summarize_run(root, manifest)
        _log_summary(summary)
        _show_artifacts(summary)
        for group in list_asset_groups(summary):
            _name_assets(group)
        _announce_published(summary)


def tell_refused(root: Path, end: AttemptEnd) -> None:
    """Tell that the data forbade publishing."""
    if is_watched():
        with _in_passing("the refusal"):
            told = end.model_dump(include={"finished_at", "exit_code", "message", "hint"})
            _emit(REFUSED, root, end.run_id, told)


def tell_if_held(root: Path, wait_seconds: float) -> None:
    """Say that the run waits, where another one holds its workspace."""
    if is_watched() and wait_seconds:
        try:
            refuse_if_held(root)
        except WorkspaceBusy as busy:
            get_run_logger().info("%s; waiting up to %g seconds", busy.message, wait_seconds)


def _log_summary(summary: RunSummary) -> None:
    log = get_run_logger()
    label = ""
    for line in describe_run(summary):
        label = line.label or label
        level = logging.WARNING if label == WARNING else logging.INFO
        log.log(level, "%s: %s", label, line.text)


def _show_artifacts(summary: RunSummary) -> None:
    """Show the summary and the tables of a run; the newest of a key is the workspace's."""
    name = summary.root.absolute().name
    run = summary.manifest.run_id
    create_markdown_artifact(
        key=name_artifact(name, "summary"),
        markdown=draw_summary(summary),
        description=f"What run {run} of {name} published.",
    )

    def show(what: str, table: pl.DataFrame, title: str, where: str) -> None:
        many = f" The first {ROWS_SHOWN:,} of {table.height:,}: all are in {where}."
        more = many if table.height > ROWS_SHOWN else "" if table.height else " There are none."
        create_table_artifact(
            key=name_artifact(name, what),
            table=_as_rows(table),
            description=f"{title}, run {run}.{more}",
        )

    differing = "Figures that differ from the snapshot before"
    show("feeds", sort_feeds(summary.feeds), "What came of each feed", "run/feeds")
    show("changes", sort_changes(summary.changes), differing, "run/changes")
    show("rejects", summary.rejects, "Rejected rows by file and reason", "quarantine")


def sort_feeds(feeds: Held[RunFeeds]) -> pl.DataFrame:
    """Every feed and table with what came of it, those with something wrong first."""
    order = [pl.col(RunFeeds.is_late), pl.col(RunFeeds.rejected_share).fill_null(0)]
    return feeds.sort(order, descending=True, maintain_order=True)


def sort_changes(changes: Held[RunChanges]) -> pl.DataFrame:
    """The figures that differ from the snapshot before, the largest differences first."""
    is_of_one = changes.get_column(RunChanges.org_id).n_unique() <= 1
    shown = pl.exclude(RunChanges.org_id) if is_of_one else pl.all()
    size = pl.col(RunChanges.difference).abs()
    return changes.sort(size, descending=True, maintain_order=True).select(shown)


def _as_rows(table: pl.DataFrame) -> list[dict[str, Cell]]:
    shown: Iterable[dict[str, object]] = table.head(ROWS_SHOWN).iter_rows(named=True)
    return [{name: _as_cell(value) for name, value in row.items()} for row in shown]


def _as_cell(value: object) -> Cell:
    """A value as JSON has it; amounts as text, exact and without the zeros behind.

    The name of a campaign or message may bear somebody's address ("Test for …"): it is masked.
    """
    match value:
        case None | bool() | int():
            return value
        case str():
            return mask(value)
        case float():
            return round(value, 4)
        case Decimal():
            return f"{value.normalize():f}"
        case date() | datetime():
            return value.isoformat()
        case _:
            return str(value)


def _name_assets(group: AssetGroup) -> None:
    """Tell Prefect of a group's tables as assets, with the feeds that they come from."""
    assets = [
        Asset(key=one.key, properties=AssetProperties(name=one.table)) for one in group.assets
    ]
    feeds: list[Asset | str] = [
        Asset(key=key, properties=AssetProperties(name=name)) for key, name in group.feeds.items()
    ]

    def describe() -> None:
        for one in group.assets:
            add_asset_metadata(one.key, {"rows": one.rows, "bytes": one.bytes, "path": one.path})

    MaterializingTask(
        describe,
        name=f"publish {group.group}",
        task_run_name=f"publish {group.group}",
        assets=assets,
        asset_deps=feeds,
        materialized_by=TOOL,
        cache_policy=NO_CACHE,
    )()


@contextmanager
def _in_passing(what: str) -> Generator[None]:
    """Let nothing that goes wrong with telling become a failure of the run."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - an API that does not answer, in any of its ways
        get_run_logger().warning("%s could not be told in full: %s", what, type(error).__name__)


def _announce_published(summary: RunSummary) -> None:
    """A workspace has a new snapshot."""
    manifest = summary.manifest
    told = {
        "finished_at": manifest.finished_at,
        "snapshot": name_places(str(summary.snapshot.absolute())),
        "tables": summary.tables,
        "files": summary.files,
        "rows": summary.counts,
        "changes": summary.changes.height,
        "warnings": dict(Counter(one.code for one in manifest.warnings)),
    }
    _emit(PUBLISHED, summary.root, manifest.run_id, told)


def _emit(event: str, root: Path, run_id: str, told: Mapping[str, object]) -> None:
    """Tell Prefect of a run of a workspace.

    Args:
        told: What automations can use of it; JSON, no personal data.
    """
    name, path = root.absolute().name, name_places(str(root.absolute()))
    resource = {
        "prefect.resource.id": f"campaign-reports.workspace.{in_key(name)}",
        "prefect.resource.name": name,
    }
    payload = {"workspace": name, "path": path, "run_id": run_id, **told}
    emit_event(event, resource=resource, payload=payload)
