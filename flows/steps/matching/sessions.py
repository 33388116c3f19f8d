"""Sessions with their days and traffic sources: as feeds deliver them, or made from page views.

Those of a batch of files are written once, and kept while its files stay what they are.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Rows, columns, key, no_rows, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.matching.session_facts import SessionBase, SessionFacts
from contracts.facts.matching.session_matching import SessionVisits, SourceDays, TrafficSources
from contracts.feeds import PageViews, Sessions
from flows.catalog.canonical_tables import Catalog
from flows.catalog.file_batches import Batch, list_batches
from flows.cluster.workers import perform
from flows.config.memory import VIEWS, count_at_once
from flows.kept.identities import identify
from flows.kept.keepers import Folder
from flows.runtime.materialize import hold, materialize, scan_group, write_groups, write_whole
from flows.steps.step_inputs import StepInputs
from transforms.matching.link_visits import list_visits, sum_source_days
from transforms.matching.match_sessions import SESSION_COLUMNS, SessionPiece, key_sessions
from transforms.web.sessionization import build_sessions
from transforms.web.traffic_sources import READ_FROM, SOURCE_KEY, list_traffic_sources

ROWS_A_GROUP = 2_000_000
"""More page views at a time make sessions no sooner."""
ROWS_A_READ = 32_768
"""How many rows are read at least: few, since a report reads them by ranges of their keys."""
ROWS, SOURCES, DAYS, VISITS = "rows", "sources", "days", "visits"
KEYED_SCHEMA = polars_schema(SessionBase) | {name: pl.UInt64() for name in SOURCE_KEY}
UNKNOWN = pl.lit(None, pl.Boolean).alias(SessionFacts.is_bot)
"""Whether a session is a program's: only the user agents of page views can tell."""


@dataclass(frozen=True)
class KeyedSessions:
    """Every session, with what is added up of them by day and traffic source.

    Attributes:
        sessions: `SessionBase` and the keys of their traffic sources.
        pieces: The same, file by file.
        days: Of several parts of the sessions one after the other.
    """

    sessions: Rows[SessionBase]
    pieces: tuple[SessionPiece, ...]
    sources: Rows[TrafficSources]
    days: Rows[SourceDays]
    visits: Rows[SessionVisits]
    identity: str

    def count_days(self, rows: str) -> pl.LazyFrame:
        """How many sessions there are of days, several times of a day."""
        return self.days.select(SourceDays.date_day, pl.col(SourceDays.session_count).alias(rows))


@dataclass(frozen=True)
class ViewGroups:
    """Page views cut into groups of visitors.

    Attributes:
        views: Holds `<group>-….parquet`.
    """

    views: Path
    made: Path
    config: Workspace


def find_sessions(inputs: StepInputs) -> KeyedSessions:
    """Every session; of organizations that deliver none, those that their page views make."""
    catalog, config, timezone = inputs.catalog, inputs.config, inputs.config.workspace.timezone
    batches = [*list_batches(catalog, "sessions")]
    decided = [[batch.identity, timezone] for batch in batches]
    folders = inputs.keeper.each("sessions of files", decided, write_batch, timezone, batches)
    delivered = _open(folders)
    if not catalog.has_rows("page_views"):
        return delivered
    orgs = delivered.sources.select(TrafficSources.org_id).unique().collect().to_series().sort()
    decided_views = [catalog.only("page_views"), orgs.to_list(), timezone, config.sessions]

    def make(folder: Path) -> str:
        cut, others = inputs.scratch / "page views", ~pl.col(PageViews.org_id).is_in(orgs.implode())
        most_rows = min(ROWS_A_GROUP, count_at_once(config.run, VIEWS)) // inputs.workers.at_once
        groups = cut_views(catalog, others, cut, max(1, most_rows))
        perform(inputs.workers, make_sessions, ViewGroups(cut, folder, config), range(groups))
        return identify(decided_views, groups)

    return _open([*folders, inputs.keeper.folder("sessions of page views", decided_views, make)])


def write_batch(timezone: str, batch: Batch, folder: Path) -> None:
    """Write the sessions of a batch of files, as `write_keyed`."""
    write_keyed(batch.scan().with_columns(UNKNOWN), timezone, folder)


def make_sessions(of: ViewGroups, group: int) -> None:
    """Make a group's sessions of its page views, and write them."""
    sessions = scan_made(of.views, of.config, group)
    write_keyed(sessions, of.config.workspace.timezone, of.made, group)


def scan_made(views: Path, config: Workspace, group: int) -> pl.LazyFrame:
    """The sessions that a group's page views make: canonical, with `is_bot`."""
    return build_sessions(
        scan_group(views, polars_schema(PageViews), group),
        config.workspace.timezone,
        config.sessions.timeout_minutes,
        split_at_midnight=config.sessions.split_at_midnight,
    )


def write_keyed(sessions: Rows[Sessions], timezone: str, folder: Path, part: int = 0) -> None:
    """Write sessions that can be held, with what is added up of them.

    Args:
        sessions: With `is_bot`.
        folder: Gets `rows-<part>.parquet`, `sources-<part>.arrow`, `days-<part>.arrow` and, in the
            order of days, `visits-<part>.parquet`.
        part: Which part of the folder's sessions they are.
    """
    read = [*SESSION_COLUMNS, *SOURCE_KEY, *READ_FROM]
    keyed = key_sessions(sessions, timezone).select(read).collect(engine="streaming")
    sources = hold(list_traffic_sources(keyed.lazy()), TrafficSources)
    # Not `hold`: the in-memory engine takes five times as long for the least text of each group.
    days = materialize(sum_source_days(keyed.lazy()), SourceDays)
    visits = hold(list_visits(keyed.lazy(), sources), SessionVisits)
    rows = sort_sessions(keyed.select(list(KEYED_SCHEMA)))
    write_whole(rows, folder / f"{ROWS}-{part:03}.parquet", ROWS_A_READ)
    write_whole(sources.collect(), folder / f"{SOURCES}-{part:03}.arrow")
    write_whole(days.collect(), folder / f"{DAYS}-{part:03}.arrow")
    by_day = visits.collect().sort(SessionVisits.date_day)
    write_whole(by_day, folder / f"{VISITS}-{part:03}.parquet", ROWS_A_READ)


def sort_sessions(sessions: pl.DataFrame) -> pl.DataFrame:
    """Put sessions in the order of their key.

    Those of one organization by their id alone: sorting by two texts takes fifteen times as long.
    """
    org_id, session_id = key(SessionBase)
    is_of_one = sessions.get_column(org_id).n_unique() <= 1
    return sessions.sort(session_id) if is_of_one else sessions.sort(org_id, session_id)


def _open(folders: Iterable[Folder]) -> KeyedSessions:
    found = [(folder, path) for folder in folders for path in sorted(folder.open().iterdir())]
    paths = [path for _, path in found]
    rows, days, visits = (
        [one for one in paths if one.name.startswith(stem)] for stem in (ROWS, DAYS, VISITS)
    )
    pieces = (
        SessionPiece(
            identify(folder.identity, path.name),
            pl.scan_parquet(path),
            pl.scan_ipc(path.with_name(f"{SOURCES}{path.stem.removeprefix(ROWS)}.arrow")).select(
                SOURCE_KEY
            ),
        )
        for folder, path in found
        if path in rows
    )
    return KeyedSessions(
        pl.scan_parquet(rows) if rows else pl.LazyFrame(schema=KEYED_SCHEMA),
        tuple(pieces),
        _read_sources(paths).unique(SOURCE_KEY),
        pl.scan_ipc(days) if days else no_rows(SourceDays),
        pl.scan_parquet(visits) if visits else no_rows(SessionVisits),
        identify([folder.identity for folder in folders]),
    )


def _read_sources(paths: Iterable[Path]) -> pl.LazyFrame:
    found = [pl.read_ipc(path).lazy() for path in paths if path.name.startswith(SOURCES)]
    return pl.concat([no_rows(TrafficSources), *found])


def cut_views(catalog: Catalog, chosen: pl.Expr, folder: Path, most_rows: int) -> int:
    """Cut page views into groups of visitors that can be held.

    Args:
        chosen: Of which page views sessions are made.

    Returns:
        How many groups there are.
    """
    groups = catalog.count("page_views") // most_rows + 1
    visitor = pl.struct(
        PageViews.org_id, pl.coalesce(PageViews.anonymous_id, PageViews.contact_id)
    ).hash()
    batches = list_batches(catalog, "page_views")
    views = (batch.scan().select(columns(PageViews)).filter(chosen) for batch in batches)
    write_groups(views, visitor, groups, folder)
    return groups
