"""`campaign-reports status`: what a monitor asks of a workspace."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from contracts.manifest import AttemptEnd, Manifest, Pointer, Warned
from flows.cli.console import print_json, print_lines
from flows.cli.options import Flag
from flows.config.configured_feeds import configure_feeds
from flows.config.loading import LoadedWorkspace, load_workspace
from flows.errors import DataRefused
from flows.steps.reading.feed_guards import explain_lateness
from flows.storage.layout import Layout
from flows.storage.lock import find_killed_holder, name_holder
from flows.storage.run_notes import read_last_attempt
from flows.storage.snapshots.published_files import PublishedDamage, look_at_published


def status(workspace: Path, /, *, json: Flag = False) -> int:
    """Say what is published, from what, and whether anything is wrong with it.

    Args:
        workspace: The workspace's folder.
        json: Print a JSON object.

    Returns:
        The exit code: 0; 3 where nothing is published, a feed is late, the last run published
        nothing or was killed, or what is published is damaged.
    """
    loaded = load_workspace(workspace)
    published = look_at_published(loaded.root)
    pointer, manifest = published.pointer, published.manifest
    inputs, outputs = (manifest.inputs, manifest.outputs) if manifest else ([], [])
    attempt, damaged_note = _read_attempt(loaded.root)
    damaged = [*published.damaged, *damaged_note]
    late = list(_find_late_feeds(loaded, manifest, datetime.now(UTC)))
    killed = find_killed_holder(loaded.root)
    problems = []
    if killed is not None:
        problems.append(f"the last run{name_holder(killed)} was killed before its end; run again")
    which = "the last run" if killed is None else "the run before"
    problems += _name_problems(pointer, attempt, which, damaged, late)
    found = {
        "workspace": str(workspace),
        "run_id": pointer.run_id if pointer else None,
        "published_at": pointer.published_at if pointer else None,
        "newest_data": max((one.last_at for one in inputs if one.last_at), default=None),
        "files": len({one.path for one in inputs}),
        "tables": len({(one.group, one.table) for one in outputs}),
        "last_attempt": attempt.model_dump() if attempt else None,
        "late": [warned.feed for warned in late],
        "damaged": damaged,
        "problems": problems,
    }
    if json:
        print_json(found)
    else:
        print_lines(_describe(found))
    return DataRefused.exit_code if problems else 0


def _read_attempt(root: Path) -> tuple[AttemptEnd | None, list[dict[str, str]]]:
    """How the last run ended; where its note is damaged, that in its place."""
    try:
        return read_last_attempt(root), []
    except PublishedDamage as error:
        path = Layout(root).relative(Layout(root).last_attempt)
        return None, [{"path": path, "problem": error.message}]


def _find_late_feeds(
    loaded: LoadedWorkspace, manifest: Manifest | None, now: datetime
) -> Iterator[Warned]:
    """The feeds that are late now, by what the published run had read of them."""
    if manifest is None:
        return
    timezone = loaded.config.workspace.timezone
    for feed in configure_feeds(loaded.config, loaded.sources):
        own = [one for one in manifest.inputs if one.feed == feed.name]
        stamps = [one.last_at for one in own]
        rows = sum(one.rows_read for one in own)
        late = explain_lateness(feed, stamps, now, timezone, files=len(own), rows=rows)
        if late is not None:
            yield late


def _name_problems(
    pointer: Pointer | None,
    attempt: AttemptEnd | None,
    which: str,
    damaged: list[dict[str, str]],
    late: list[Warned],
) -> Iterator[str]:
    if pointer is None and not damaged:
        yield "nothing is published yet"
    if attempt is not None and attempt.exit_code:
        why = " ".join(line.strip() for line in attempt.message.splitlines()).rstrip(".")
        why = ". ".join(filter(None, (why, attempt.hint)))
        is_published = pointer is not None and pointer.run_id == attempt.run_id
        how = "was published, and failed after that" if is_published else "published nothing"
        yield f"{which} ({attempt.run_id}) {how}: {why}"
    for one in damaged:
        told = (
            one["problem"] if one["path"] in one["problem"] else f"{one['path']} {one['problem']}"
        )
        yield f"{told}; the next run mends it"
    for warned in late:
        yield warned.message


def _describe(found: dict[str, Any]) -> Iterator[str]:
    if found["run_id"]:
        yield f"published {found['published_at']} by {found['run_id']}"
        newest = found["newest_data"]
        data = f"the newest data of {newest}" if newest else "no data of any day"
        yield f"from {found['files']:,} files, {data}"
        yield f"{found['tables']:,} tables"
    if found["problems"]:
        yield from (f"problem: {problem}" for problem in found["problems"])
    else:
        yield "nothing is late, refused or damaged"
