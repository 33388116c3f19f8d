"""A run's summary in lines: what a terminal prints, and what Prefect's log of the run says."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from contracts.columns import Held, Rows
from contracts.manifest import Warned, count_of
from contracts.reports.run_tables import RunChanges, RunFeeds
from flows.announcements.run_summary import RunSummary
from flows.remote.place_names import name_places

REASONS_SHOWN = 3
WARNINGS_SHOWN = 10
CHANGES_SHOWN = 3
MOST_LINES = 10
"""How many lines a terminal gets."""
SKIPPED, CHANGED, WARNING = "skipped", "changed", "warning"
WHOLE = {WARNING: "manifest.json", CHANGED: "run/changes", SKIPPED: "manifest.json"}
"""Where all of what is cut off stands."""


@dataclass(frozen=True)
class SummaryLine:
    """One line of a summary.

    Attributes:
        stands_for: For how many lines it stands.
        kinds: What to call them where they are cut off.
    """

    label: str
    text: str
    stands_for: int = 1
    kinds: tuple[str, ...] = ()


def describe_run(summary: RunSummary) -> list[SummaryLine]:
    """What came of a run; no personal data."""
    counts = ", ".join(f"{number:,} {word}" for word, number in summary.counts.items())
    return [
        SummaryLine(
            "published",
            f"{count_of(len(summary.tables), 'table')} from {count_of(summary.files, 'file')}",
        ),
        SummaryLine("rows", counts),
        *_reason_lines(summary),
        *(SummaryLine(SKIPPED, f"{one.path}: {one.refused}") for one in summary.skipped),
        *([SummaryLine("matched", describe_matches(*summary.matched))] if summary.matched else []),
        *([SummaryLine("spend", spend)] if (spend := describe_spend(summary)) else []),
        *_proof_lines(summary),
        *_change_lines(summary.changes),
        *warning_lines(summary.manifest.warnings),
        SummaryLine("where", name_places(str(summary.snapshot))),
    ]


def _reason_lines(summary: RunSummary) -> Iterator[SummaryLine]:
    if summary.quarantine and summary.reasons:
        top = summary.reasons[:REASONS_SHOWN]
        told = "; ".join(f"{reason} ({rows:,})" for reason, rows in top)
        yield SummaryLine("rejected", f"{told}; see {summary.quarantine}")


def describe_matches(matched: int, sessions: int) -> str:
    """How many of some sessions have their ad."""
    return f"{matched:,} of {sessions:,} sessions to an ad ({matched / sessions:.1%})"


def describe_spend(summary: RunSummary) -> str:
    """Whether every level of ads adds up to the spend that the feeds report; empty without ads."""
    amounts = {one.actual for one in summary.spend}
    if len(amounts) != 1:
        return ""
    return f"{Decimal(amounts.pop()):,.2f}, the same over accounts, campaigns and ads"


def _proof_lines(summary: RunSummary) -> Iterator[SummaryLine]:
    """Whether the figures add up, and whether the newest days are there."""
    checks, feeds = summary.manifest.reconciliation, summary.feeds
    if not checks:
        return
    held = sum(one.holds for one in checks)
    newest = feeds[RunFeeds.last_day].max()
    late = sorted(feeds.filter(pl.col(RunFeeds.is_late))[RunFeeds.feed].unique())
    told = f"late: {', '.join(late)}" if late else "no feed is late"
    day = f"; newest day {newest}, {told}" if newest else ""
    yield SummaryLine("proven", f"{held:,} of {len(checks):,} reconciliations hold{day}")


def fit_lines(lines: Sequence[SummaryLine], most: int = MOST_LINES) -> list[SummaryLine]:
    """Cut a summary to some lines: of warnings, changes and skipped files the first are kept.

    Args:
        most: How many lines; each kind keeps one at least.

    Returns:
        The lines; the last one kept of a kind says how many more there are.
    """
    counts = Counter(line.label for line in lines)
    kinds = [label for label in (WARNING, CHANGED, SKIPPED) if counts[label]]
    room = most - sum(number for label, number in counts.items() if label not in kinds)
    keep = dict.fromkeys(kinds, 1)
    for label in kinds:
        keep[label] += max(0, min(counts[label] - 1, room - sum(keep.values())))
    fitted: list[SummaryLine] = []
    met: Counter[str] = Counter()
    for line in lines:
        met[line.label] += 1
        kept = keep.get(line.label, counts[line.label])
        if met[line.label] < kept or kept == counts[line.label]:
            fitted.append(line)
        elif met[line.label] == kept:
            left = [one for one in lines if one.label == line.label][kept:]
            fitted.append(SummaryLine(line.label, f"{line.text} ({_name_rest(left)})"))
    return fitted


def _name_rest(left: Sequence[SummaryLine]) -> str:
    """How many lines are cut off, of which kinds, and where all of them stand."""
    kinds = dict.fromkeys(kind for one in left for kind in one.kinds)
    named = f": {', '.join(kinds)}; " if kinds else ", "
    count = sum(one.stands_for for one in left)
    return f"\u2026 and {count} more{named}all in {WHOLE[left[0].label]}"


def _change_lines(changes: pl.DataFrame) -> Iterator[SummaryLine]:
    shown, more = describe_changes(changes)
    yield from (SummaryLine(CHANGED, one) for one in shown)
    if more:
        yield SummaryLine(CHANGED, f"… and {more} more, all in run/changes", more)


def describe_changes(changes: Held[RunChanges]) -> tuple[list[str], int]:
    """The largest changes of days that the snapshot before had, and how many more there are.

    Returns:
        As `email opens of 2026-11-17 +312 (late rows, 2 files)`, by report, column and day.
    """
    by_day = sum_changes(changes.lazy()).collect()
    shown = [_describe_change(*row) for row in by_day.head(CHANGES_SHOWN).iter_rows()]
    return shown, by_day.height - len(shown)


def sum_changes(changes: Rows[RunChanges]) -> pl.LazyFrame:
    """Sum changes by report, day and column, the largest first.

    An order's revenue stands in a row of each attribution model: of the models the one counts whose
    change is the largest.

    Returns:
        report, date_day, column, difference, the reasons, the number of files.
    """
    of_figure = [RunChanges.report, RunChanges.date_day, RunChanges.column]
    size = pl.col(RunChanges.difference).abs()
    model = pl.col(RunChanges.key).str.json_path_match("$.model").alias("model")
    return (
        changes.group_by(*of_figure, model)
        .agg(
            pl.col(RunChanges.difference).sum(),
            pl.col(RunChanges.reason).unique().sort().str.join(", "),
            pl.col(RunChanges.files)
            .str.split("; ")
            .list.explode()
            .replace("", None)
            .drop_nulls()
            .n_unique(),
        )
        .sort(size, "model", descending=[True, False], nulls_last=True)
        .unique(of_figure, keep="first", maintain_order=True)
        .sort(size, *of_figure, descending=True)
        .drop("model")
    )


def _describe_change(
    report: str, day: date | None, column: str, difference: Decimal, reason: str, files: int
) -> str:
    group = report.split("/", maxsplit=1)[0]
    words = reason.replace("_", " ")
    why = words if not files else f"{words}, {count_of(files, 'file')}"
    amount = f"{difference.normalize():+,f}"
    return f"{group} {column} of {day or 'no day'} {amount} ({why})"


def warning_lines(warnings: list[Warned]) -> list[SummaryLine]:
    """One line a code and feed, in the manifest's order: the most important first."""
    kinds: dict[tuple[str, str | None], list[Warned]] = {}
    for one in warnings:
        kinds.setdefault((one.code, one.feed), []).append(one)
    lines = [
        SummaryLine(WARNING, f"{of_kind[0].message}{_count_others(of_kind)}", kinds=(code,))
        for (code, _), of_kind in kinds.items()
    ]
    if left := lines[WARNINGS_SHOWN:]:
        codes = tuple(dict.fromkeys(kind for one in left for kind in one.kinds))
        rest = _name_rest(left)
        lines[WARNINGS_SHOWN:] = [SummaryLine(WARNING, rest, len(left), codes)]
    return lines


def _count_others(of_kind: list[Warned]) -> str:
    return f" (and {len(of_kind) - 1} more of this kind)" if len(of_kind) > 1 else ""
