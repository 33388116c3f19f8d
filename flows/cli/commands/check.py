"""`campaign-reports check`: what a run would read, with nothing written."""

from pathlib import Path

from contracts.feed_check import CheckedFeed, CheckedTable
from contracts.manifest import count_of
from flows.cli.console import print_json, print_lines, print_note
from flows.cli.options import Flag
from flows.cli.progress_bars import progress_bars
from flows.config.loading import load_workspace
from flows.errors import CampaignReportsError
from flows.steps.reading.check_feeds import check_feeds

REASONS_SHOWN = 5
COUNTED = ("rejected", "superseded", "duplicates")


def check(workspace: Path, /, *, json: Flag = False) -> int:
    """Look at a workspace's configuration and feeds, and write nothing.

    Args:
        workspace: The workspace's folder.
        json: Print one JSON object with `feeds`, `inputs`, `warnings` and `problem`.

    Returns:
        The exit code that a run would end with as far as its feeds go: 0, 2 or 3.
    """
    loaded = load_workspace(workspace)
    with progress_bars() as progress:
        checked = check_feeds(loaded, progress)
    warnings = [*loaded.warnings, *checked.warnings]
    if json:
        found = {"feeds": checked.feeds, "inputs": checked.inputs, "warnings": warnings}
        printed = {key: [one.model_dump() for one in entries] for key, entries in found.items()}
        print_json({**printed, "problem": _describe_problem(checked.problem)})
    else:
        print_lines(line for feed in checked.feeds for line in (*_describe_feed(feed), ""))
    for warning in warnings:
        print_note(f"warning: {warning.message}")
    if checked.problem is not None:
        raise checked.problem
    print_note(f"{workspace} can be run")
    return 0


def _describe_problem(problem: CampaignReportsError | None) -> dict[str, object] | None:
    if problem is None:
        return None
    return {
        "message": problem.message,
        "hint": problem.hint,
        "exit_code": problem.exit_code,
    }


def _describe_feed(feed: CheckedFeed) -> list[str]:
    reads = "" if feed.reads == feed.feed else f" ({feed.reads})"
    lines = [f"{feed.feed}{reads}: {count_of(feed.files, 'file')} of {feed.pattern}"]
    if feed.columns:
        lines.append(f"  columns       {', '.join(feed.columns)}")
    if feed.left_over:
        lines.append(f"  left over     {', '.join(feed.left_over)}: kept as attributes")
    for table in feed.tables:
        lines += [f"  {line}" for line in _describe_table(table)]
    for one in feed.refused:
        lines += [f"  refused       {one.path}: {one.reason}", f"                {one.hint}"]
    return lines


def _describe_table(table: CheckedTable) -> list[str]:
    days = f"; {table.first_day} to {table.last_day}" if table.first_day else ""
    counts = [f"{table.rows_read:,} read", f"{table.accepted:,} accepted"]
    counts += [f"{count:,} {what}" for what in COUNTED if (count := getattr(table, what))]
    lines = [f"{table.table}: {', '.join(counts)}{days}"]
    mapped = [
        ours if theirs == [ours] else f"{ours} from {' and '.join(theirs)}"
        for ours, theirs in table.mapped.items()
    ]
    mapped += [f"{ours} is always {value!r}" for ours, value in table.constants.items()]
    if mapped:
        lines.append(f"  mapped      {', '.join(mapped)}")
    if table.not_found:
        lines.append(f"  not found   {', '.join(table.not_found)}")
    if table.event_types:
        seen = [f"{one.event_type} {one.rows:,} ({one.channel})" for one in table.event_types]
        lines.append(f"  event types {', '.join(seen)}")
    reasons = [f"{reason} ({count:,})" for reason, count in table.reasons.items()]
    if len(reasons) > REASONS_SHOWN:
        reasons[REASONS_SHOWN:] = [f"and {len(reasons) - REASONS_SHOWN} reasons more"]
    if reasons:
        lines.append(f"  rejected    {'; '.join(reasons)}")
    return lines
