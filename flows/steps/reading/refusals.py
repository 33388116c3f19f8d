"""What forbids publishing: the data that a run refuses, in one sentence with what would mend it."""

from collections import Counter

from contracts.config.workspace import Workspace
from contracts.erasures import ERASED
from contracts.manifest import count_of
from flows.catalog.exchange_rates import NO_RATE
from flows.catalog.row_status import REJECTED
from flows.errors import CampaignReportsError, DataRefused
from flows.steps.reading.asked_names import find_unknown_names
from flows.steps.reading.read_feeds import FeedsRead

Reason = tuple[str, int, list[str]]
"""A reason for rejecting rows, how many, and the files that they stand in."""


def find_refusal(
    read: FeedsRead, config: Workspace, run_id: str = ""
) -> CampaignReportsError | None:
    """What forbids publishing: a refused file, too many rejected rows, a name that nobody knows.

    Args:
        run_id: The run whose quarantine holds the rows; none where nothing is written.
    """
    if stopped := [r for r in read.refused if r.raw.feed.section.on_refused == "fail"]:
        why = "nothing was published, because files were refused:"
        lines = [f"{r.raw.path} (feed {r.raw.feed.name}): {r.reason}; {r.hint}." for r in stopped]
        hint = 'Correct the files, or set on_refused = "skip" for their feeds.'
        return DataRefused("\n  ".join([why, *lines]), hint)
    if short := [one for state in read.states if state.stops for one in state.warnings]:
        lines = [one.message for one in short]
        hint = 'Wait for the files, or set on_late = "warn" for their feeds.'
        return DataRefused("\n  ".join(["nothing was published:", *lines]), hint)
    too_many = _find_too_many_rejected(read, config.workspace.max_rejected_share, run_id)
    return too_many or find_unknown_names(read.catalog, config)


def _find_too_many_rejected(read: FeedsRead, limit: float, run_id: str) -> DataRefused | None:
    """The first feed of which too large a share was rejected."""
    for name, (rows, rejected, reasons) in _rejections(read).items():
        if rows and rejected / rows > limit:
            top = "; ".join(
                f"{reason} ({count} in {_name_files(paths)})" for reason, count, paths in reasons
            )
            msg = (
                f"nothing was published: feed {name} has {rejected} of {rows} rows rejected, "
                f"more than max_rejected_share = {limit:g} allows. Most often: {top}"
            )
            place = f"The rows are in quarantine/{run_id}/{name}.parquet: " if run_id else ""
            return DataRefused(msg, f"{place}`campaign-reports rejects` shows those of a run.")
    return None


def _rejections(read: FeedsRead) -> dict[str, tuple[int, int, list[Reason]]]:
    """Feed -> rows read, rows rejected, and the reasons met most often."""
    rows: Counter[str] = Counter()
    rejected: Counter[str] = Counter()
    reasons: dict[str, dict[str, Counter[str]]] = {}
    for file in read.catalog.feeds.files:
        name = file.raw.feed.name
        for got in file.receipt.tables:
            late = read.catalog.status.count(file, got.table)[REJECTED]
            rows[name] += got.rows_read
            rejected[name] += got.rejected - got.reasons.get(ERASED, 0) + late
            for reason, count in (*got.reasons.items(), *([(NO_RATE, late)] if late else [])):
                reasons.setdefault(name, {}).setdefault(reason, Counter())[file.raw.path] += count
    return {name: (rows[name], rejected[name], _most_met(reasons.get(name, {}))) for name in rows}


def _most_met(reasons: dict[str, Counter[str]]) -> list[Reason]:
    counted = [(reason, files.total(), list(files)) for reason, files in reasons.items()]
    return sorted(counted, key=lambda reason: (-reason[1], reason[0]))[:3]


def _name_files(paths: list[str]) -> str:
    further = len(paths) - 1
    return f"{paths[0]} and {count_of(further, 'further file')}" if further else paths[0]
