"""What came of a run, in the figures that people ask for first."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Held, polars_schema
from contracts.facts.matching.session_facts import MatchStatus
from contracts.manifest import Check, InputFile, Manifest
from contracts.quarantine import Quarantine
from contracts.reports.ads import AccountReport
from contracts.reports.run_tables import RunChanges, RunFeeds
from contracts.reports.session_matches import SessionMatches
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import PAGE

COUNTS = {
    "rows_read": "read",
    "accepted": "accepted",
    "rejected": "rejected",
    "superseded": "superseded",
    "duplicates": "duplicates",
}
"""Figure of an input -> what people call it."""
OF_SPEND = [f"ads: spend of {level}" for level in ("the feeds that speak", "campaigns", "ads")]
"""The checks that hold a level's spend against what the feeds say."""


@dataclass(frozen=True)
class RunSummary:
    """A published run in figures.

    Attributes:
        rejects: Rejected rows by feed, file and reason, the most first: `feed`, `file`, `reason`,
            `rows`. A row with two reasons stands under both.
        matched: Sessions with an ad and all sessions; None without ads or sessions.
        spend: The checks that every level of ads adds up to what the feeds say was spent; none
            where no feed says it.
    """

    root: Path
    manifest: Manifest
    rejects: pl.DataFrame
    matched: tuple[int, int] | None
    spend: list[Check]
    feeds: Held[RunFeeds]
    changes: Held[RunChanges]

    @property
    def layout(self) -> Layout:
        """Where things lie in the workspace."""
        return Layout(self.root)

    @property
    def snapshot(self) -> Path:
        """The published folder."""
        return self.layout.snapshots / self.manifest.run_id

    @property
    def page(self) -> Path | None:
        """The page under the path that stays; None where there is none."""
        page = self.layout.latest / PAGE
        return page if page.exists() else None

    @property
    def quarantine(self) -> Path | None:
        """The folder of rejected rows; None where none was rejected."""
        folder = self.layout.quarantine / self.manifest.run_id
        return folder if folder.is_dir() else None

    @property
    def tables(self) -> list[str]:
        """The published tables, `group/table`, in order."""
        return sorted({f"{one.group}/{one.table}" for one in self.manifest.outputs})

    @property
    def files(self) -> int:
        """How many raw files the tables come from."""
        return len({one.path for one in self.manifest.inputs})

    @property
    def skipped(self) -> list[InputFile]:
        """Files that were refused and left out."""
        return [one for one in self.manifest.inputs if one.refused]

    @property
    def counts(self) -> dict[str, int]:
        """What became of the rows: a word of COUNTS -> how many."""
        return {
            word: sum(getattr(one, figure) for one in self.manifest.inputs)
            for figure, word in COUNTS.items()
        }

    @property
    def reasons(self) -> list[tuple[str, int]]:
        """Why rows were rejected, the reason met most often first."""
        found: Counter[str] = Counter()
        for _, _, reason, rows in self.rejects.iter_rows():
            found[reason] += rows
        return sorted(found.items(), key=lambda item: (-item[1], item[0]))


def summarize_run(root: Path, manifest: Manifest) -> RunSummary:
    """Read from a published snapshot what its run is told in."""
    files: dict[str, list[Path]] = {}
    for one in manifest.outputs:
        files.setdefault(f"{one.group}/{one.table}", []).append(root / one.path)
    return RunSummary(
        root,
        manifest,
        _count_rejects(Layout(root).quarantine / manifest.run_id),
        _count_matches(files.get("ads/session_matches", [])),
        _find_spend(manifest, files.get("ads/account_report", [])),
        _read(files.get("run/feeds", []), polars_schema(RunFeeds)),
        _read(files.get("run/changes", []), polars_schema(RunChanges)),
    )


def _read(files: list[Path], schema: pl.Schema) -> pl.DataFrame:
    return pl.read_parquet(files) if files else pl.DataFrame(schema=schema)


def _count_rejects(quarantine: Path) -> pl.DataFrame:
    """Rejected rows by feed, file and reason; of a rejected row nothing else is told."""
    schema = {"feed": pl.String, "file": pl.String, "reason": pl.String, "rows": pl.Int64}
    found = sorted(quarantine.glob("*.parquet")) if quarantine.is_dir() else []
    counted = [
        pl.scan_parquet(file)
        .select(
            pl.col(Quarantine.feed).cast(pl.String).alias("feed"),
            pl.col(Quarantine.file).cast(pl.String).alias("file"),
            pl.col(Quarantine.failed_checks).alias("reason"),
        )
        .explode("reason")
        .drop_nulls("reason")
        .group_by("feed", "file", "reason")
        .agg(pl.len().cast(pl.Int64).alias("rows"))
        for file in found
    ]
    return (
        pl.concat([pl.LazyFrame(schema=schema), *counted])
        .sort("rows", "feed", "file", "reason", descending=[True, False, False, False])
        .collect()
    )


def _count_matches(files: list[Path]) -> tuple[int, int] | None:
    if not files:
        return None
    is_matched = pl.col(SessionMatches.match_status) == MatchStatus.MATCHED
    counts = pl.scan_parquet(files).select(is_matched.sum(), pl.len().alias("n")).collect()
    return counts.row(0) if counts["n"].item() else None


def _find_spend(manifest: Manifest, files: list[Path]) -> list[Check]:
    is_known = pl.col(AccountReport.spend).is_not_null().any()
    if not files or not pl.scan_parquet(files).select(is_known).collect().item():
        return []
    return [one for one in manifest.reconciliation if one.name in OF_SPEND]
