"""A run's summary as Markdown: what Prefect shows on the page of a run and of a workspace."""

import re
from collections.abc import Iterable, Iterator, Sequence

from contracts.manifest import count_of
from contracts.reports.run_tables import RunFeeds
from flows.announcements.run_summary import RunSummary
from flows.announcements.summary_lines import (
    describe_changes,
    describe_matches,
    describe_spend,
    warning_lines,
)
from flows.remote.place_names import name_places

STEERING = re.compile(r"([\\`*_{}\[\]<>#|~])")
"""What Markdown would take as more than a character."""
REASONS_SHOWN = 10


def draw_summary(summary: RunSummary) -> str:
    """What a person wants to know of a published run in the morning, on one screen.

    Args:
        summary: The published run; text of the data is escaped.
    """
    sections = [
        _title(summary),
        _figures(summary),
        _section("What changed", _changes(summary)),
        _section("To look at", _warnings(summary)),
        _section("Rejected rows", _rejects(summary)),
        _section("Feeds", _feeds(summary)),
        _section("Where", _places(summary)),
    ]
    return "\n\n".join(filter(None, sections)) + "\n"


def escape(text: object) -> str:
    """A text as Markdown shows it, letter for letter and on one line."""
    return STEERING.sub(r"\\\1", " ".join(str(text).split()))


def _title(summary: RunSummary) -> str:
    manifest = summary.manifest
    tables, files = len(summary.tables), summary.files
    return (
        f"# {escape(summary.root.name)}\n\n"
        f"**Published {count_of(tables, 'table')} from {count_of(files, 'file')}** "
        f"at {manifest.finished_at}, run `{manifest.run_id}`."
    )


def _figures(summary: RunSummary) -> str:
    counts = summary.counts
    rows = [(f"Rows {word}", f"{number:,}") for word, number in counts.items()]
    if summary.matched is not None:
        rows.append(("Sessions with an ad", describe_matches(*summary.matched)))
    if spend := describe_spend(summary):
        rows.append(("Ad spend", spend))
    checks = summary.manifest.reconciliation
    holding = sum(one.holds for one in checks)
    rows.append(("Checks", f"{holding:,} of {len(checks):,} hold"))
    return _table(("figure", "this run"), rows)


def _changes(summary: RunSummary) -> Iterator[str]:
    shown, more = describe_changes(summary.changes)
    yield from (f"* {escape(one)}" for one in shown)
    if more:
        yield f"* … and {more:,} more, all in `run/changes`"
    if not shown:
        yield "Nothing: every figure of a day that was published before stands."


def _warnings(summary: RunSummary) -> Iterator[str]:
    yield from (f"* {escape(one.text)}" for one in warning_lines(summary.manifest.warnings))
    yield from (f"* {escape(one.path)} skipped: {escape(one.refused)}" for one in summary.skipped)


def _rejects(summary: RunSummary) -> Iterator[str]:
    reasons = summary.reasons
    if reasons:
        rows = [(f"{rows:,}", escape(reason)) for reason, rows in reasons[:REASONS_SHOWN]]
        yield _table(("rows", "reason"), rows, right=(0,))
    if (more := len(reasons) - REASONS_SHOWN) > 0:
        yield f"\n… and {count_of(more, 'reason')} more in `{summary.quarantine}`"


def _feeds(summary: RunSummary) -> Iterator[str]:
    shown = (
        RunFeeds.feed,
        RunFeeds.table,
        RunFeeds.files,
        RunFeeds.new_files,
        RunFeeds.accepted,
        RunFeeds.rejected,
        RunFeeds.last_day,
    )
    if not summary.feeds.is_empty():
        header = [name.replace("_", " ") for name in shown]
        rows = [
            [f"{cell:,}" if isinstance(cell, int) else escape("" if cell is None else cell)
             for cell in row]
            for row in summary.feeds.select(shown).iter_rows()
        ]  # fmt: skip
        yield _table(header, rows, right=(2, 3, 4, 5))


def _places(summary: RunSummary) -> Iterator[str]:
    if summary.page is not None:
        page = name_places(str(summary.page.absolute()))
        link = page if "://" in page else summary.page.absolute().as_uri()
        yield f"* [The page of the reports]({link}): `{page}`"
    yield f"* Tables: `{name_places(str(summary.snapshot.absolute()))}`"
    if summary.quarantine is not None:
        yield f"* Rejected rows: `{name_places(str(summary.quarantine.absolute()))}`"


def _section(title: str, lines: Iterable[str]) -> str:
    text = "\n".join(lines)
    return f"## {title}\n\n{text}" if text else ""


def _table(
    header: Sequence[str], rows: Iterable[Sequence[str]], right: Sequence[int] = (1,)
) -> str:
    marks = ["---:" if place in right else "---" for place in range(len(header))]
    lines = [header, marks, *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)
