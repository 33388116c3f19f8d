"""Whether a feed delivered when and as much as was expected (SPEC §3, §10)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import polars as pl

from contracts.columns import Rows, polars_schema
from contracts.facts.run_facts import PastFeedFiles
from contracts.manifest import PastInput, Warned, count_of
from contracts.reports.run_tables import RunFeeds
from flows.catalog.read_files import ReadFile, list_receipts
from flows.config.configured_feeds import ConfiguredFeed
from flows.storage.snapshots.kept_snapshots import read_past_inputs
from transforms.reports.run_feeds import RUNS_COMPARED, find_usual_rows

UNITS = {"h": "hours", "d": "days", "w": "weeks"}


@dataclass(frozen=True)
class FeedState:
    """What a feed brought in this run, against what is expected of it.

    Attributes:
        is_late: Whether more than `expect_every` has passed since its newest day or stamp.
        warnings: What of its expectations does not hold.
    """

    feed: ConfiguredFeed
    is_late: bool
    warnings: tuple[Warned, ...]

    @property
    def stops(self) -> bool:
        """Whether nothing is published for that."""
        return bool(self.warnings) and self.feed.section.on_late == "fail"


def judge_feeds(
    root: Path,
    feeds: Iterable[ConfiguredFeed],
    files: Iterable[ReadFile],
    now: datetime,
    timezone: str,
) -> list[FeedState]:
    """Compare every feed with what is expected of it.

    Args:
        root: The workspace; its kept snapshots say what is usual.
    """
    read = [file for file in files if not file.is_copy]
    past = read_past_inputs(root, RUNS_COMPARED + 1)
    known = {(one.feed, one.sha256) for one in (past[0] if past else ())}
    usual = _find_usual(past)
    return [
        _judge(feed, [file for file in read if file.raw.feed is feed], known, usual, now, timezone)
        for feed in feeds
    ]


def _judge(
    feed: ConfiguredFeed,
    files: list[ReadFile],
    known: set[tuple[str, str]],
    usual: dict[str, float],
    now: datetime,
    timezone: str,
) -> FeedState:
    new = [file for file in files if (feed.name, file.sha256) not in known]
    tables = list_receipts(files)
    stamps = [got.last_at for got in tables]
    rows = sum(got.rows_read for got in tables)
    late = explain_lateness(feed, stamps, now, timezone, files=len(files), rows=rows)
    warnings = [late] if late else []
    if new:
        new_rows = sum(got.rows_read for got in list_receipts(new))
        warnings += _explain_rows(feed, new_rows, usual.get(feed.name))
    return FeedState(feed, late is not None, tuple(warnings))


def _find_usual(past: list[list[PastInput]]) -> dict[str, float]:
    """Feed -> what new files of it usually bring to all of its tables."""
    is_whole = len(past) <= RUNS_COMPARED
    usual = find_usual_rows(list_past_files(past), [PastFeedFiles.feed], is_whole=is_whole)
    return dict(usual.select(PastFeedFiles.feed, RunFeeds.usual_rows).collect().iter_rows())


def list_past_files(past: Iterable[Iterable[PastInput]]) -> Rows[PastFeedFiles]:
    """What earlier runs read, the latest first; the same content counts once a run."""
    rows = {
        (number, one.feed, one.table, one.sha256): one.rows_read
        for number, inputs in enumerate(past, start=1)
        for one in inputs
        if not one.refused
    }
    return pl.LazyFrame(
        [(*place, rows_read) for place, rows_read in rows.items()],
        schema=polars_schema(PastFeedFiles),
        orient="row",
    )


def end_of(text: str, timezone: str) -> datetime:
    """The instant that a stamp is, or at which a day ends; the calendar's last day never does."""
    if len(text) == len("2026-01-31"):
        day = date.fromisoformat(text)
        if day == date.max:
            return datetime.max.replace(tzinfo=UTC)
        after = datetime.combine(day + timedelta(days=1), time(), tzinfo=ZoneInfo(timezone))
        return after.astimezone(UTC)
    stamp = datetime.fromisoformat(text)
    return stamp if stamp.tzinfo else stamp.replace(tzinfo=UTC)


def explain_lateness(
    feed: ConfiguredFeed,
    stamps: Iterable[str | None],
    now: datetime,
    timezone: str,
    *,
    files: int,
    rows: int,
) -> Warned | None:
    """Say that a feed is late, where it is; of rows without any day or stamp nobody knows.

    Args:
        stamps: The newest days and stamps of its files, in ISO 8601; None of one without any.
    """
    expected = feed.section.expect_every
    known = [stamp for stamp in stamps if stamp]
    last_at = max(known, key=lambda text: end_of(text, timezone), default=None)
    if expected is None or (rows and last_at is None):
        return None
    allowed = timedelta(**{UNITS[expected[-1]]: int(expected[:-1])})
    if last_at is not None and now - end_of(last_at, timezone) <= allowed:
        return None
    if last_at is not None:
        since = f"its newest row is of {last_at}"
    elif files:
        since = f"no file that matches {feed.section.files} has a row"
    else:
        since = f"no file matches {feed.section.files}"
    return Warned(
        code="late",
        message=f"feed {feed.name} is late: {since}, and expect_every is {expected}",
        feed=feed.name,
        count=files,
        setting=f"feeds[{feed.place}].expect_every",
    )


def _explain_rows(feed: ConfiguredFeed, rows: int, usual: float | None) -> list[Warned]:
    found = []
    least, drop = feed.section.min_rows, feed.section.max_drop
    if least is not None and rows < least:
        found.append(
            feed.warn(
                "few_rows",
                f"its new files have {count_of(rows, 'row')}, and min_rows is {least:,}",
                "min_rows",
                count=rows,
            )
        )
    if drop is not None and usual is not None and rows < usual * (1 - drop):
        found.append(
            feed.warn(
                "rows_dropped",
                f"its new files have {count_of(rows, 'row')} where "
                f"{usual:,.0f} are usual, fewer than max_drop = {drop:g} allows",
                "max_drop",
                count=rows,
            )
        )
    return found
