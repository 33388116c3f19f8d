"""`campaign-reports rejects`: the rows that a run put into quarantine, and what would help."""

from importlib import import_module
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from cyclopts import Parameter
from cyclopts.validators import Number

from contracts.config.nearest_names import hint_nearest
from contracts.erasures import ERASED
from contracts.manifest import count_of
from contracts.quarantine import Quarantine
from flows.cli.console import (
    ROWS_ON_A_TERMINAL,
    on_terminal,
    print_json_rows,
    print_note,
    print_paths,
    print_rows,
    print_table,
)
from flows.cli.options import Flag
from flows.cli.published import require_workspace
from flows.errors import UsageError
from flows.storage.layout import Layout
from flows.storage.lock import hold_workspace
from flows.storage.run_notes import read_last_attempt
from flows.storage.snapshots.published_files import read_pointer, require_written
from flows.storage.workspace_files import storage_errors

SUFFIX = ".parquet"
HEADER = ("feed", "file", "row_number", "table", "reasons", "hint", "raw")
AT_SOURCE = "correct it where the file is made, and deliver the file again"
MISSING = 'fill it where the file is made, or read another column: columns = {{ {} = "…" }}'
FORMAT = 'say how the file writes it: formats = {{ {} = "%d.%m.%Y %H:%M" }}'
NUMBER = (
    'say how the file writes numbers: decimal = ",", thousands = ".", symbols = ["€"] or '
    'negatives = "(1)"'
)
WORDS = 'say what the file\'s word means: values = {{ {} = {{ "theirs" = "ours" }} }}'
REFUSED = "nothing: the person was erased from this workspace"
ENCODING = (
    'correct it where the file is made, or say what it is written in, as encoding = "latin-1" '
    '(Western Europe), "cp1250" (Poland, Czechia …), "cp1251" (Cyrillic), "shift-jis" or "gbk"'
)
TOO_FEW = (
    "correct it where the file is made; if the file ends in it, deliver the whole file, and let "
    "files rest until they are written: [workspace] settle_seconds = 60; a line below the table "
    'that is not a row is left out by how it begins: total_rows = ["…"]'
)
TOO_MANY = (
    "quote cells that hold the delimiter where the file is made, or say which it is: "
    'delimiter = ";"'
)
RATE = (
    "set workspace.currency, if all amounts are in this currency, or deliver its rate in a feed of "
    "exchange_rates"
)
HINTS = (
    ("missing", MISSING),
    ("not a timestamp", FORMAT),
    ("not a date", FORMAT),
    ("not a number", NUMBER),
    ("not a whole number", NUMBER),
    ("not one of", WORDS),
    ("not a channel", WORDS),
    ("does not look like", WORDS),
    ("not true or false", WORDS),
    ("neither the workspace's", RATE),
    ("bytes that are not text", ENCODING),
    ("too few cells", TOO_FEW),
    ("too many cells", TOO_MANY),
    (ERASED, REFUSED),
)
"""How what is wrong begins -> what would set it right, in the feed's settings or at its source."""


def rejects(
    workspace: Path,
    feed: str | None = None,
    /,
    *,
    run: str | None = None,
    limit: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    replay: Flag = False,
    json: Flag = False,
) -> int:
    """Print the rows in quarantine as their files have them, with reasons and what would help.

    Args:
        workspace: The workspace's folder.
        feed: Only the rows of this feed.
        run: The run that rejected them; the last one if not given.
        limit: How many rows; by default 20 on a terminal and all elsewhere.
        replay: Have the next run read the files anew that had rows rejected; prints the files.
        json: Print a JSON list of objects.
    """
    require_workspace(workspace)
    if replay:
        return _replay(workspace, feed, as_json=json)
    run_id = run or _last_run(workspace)
    rows = _read_rows(workspace, feed, run_id, is_named=run is not None)
    shown = rows[: limit or (ROWS_ON_A_TERMINAL if on_terminal() and not json else None)]
    if json:
        print_json_rows(shown)
    elif rows:
        in_words = ({**row, "reasons": "; ".join(row["reasons"])} for row in shown)
        cells = [[row[name] for name in HEADER] for row in in_words]
        (print_rows if on_terminal() else print_table)(HEADER, cells)
    if not rows:
        of_run = f" of the run {run_id}" if run_id else ": no run has read anything yet"
        print_note(f"no row is in quarantine{of_run}")
    elif len(shown) < len(rows):
        print_note(f"{len(shown):,} of {len(rows):,} rows; --limit, --json or a pipe shows more")
    return 0


def _replay(workspace: Path, feed: str | None, *, as_json: bool) -> int:
    loaded = import_module("flows.config.loading").load_workspace(workspace)
    forget = import_module("flows.steps.maintenance.replay_files").forget_rejected
    with hold_workspace(loaded.root):
        paths = forget(loaded, feed)
    print_paths(paths, as_json=as_json)
    print_note(f"the next run reads {count_of(len(paths), 'file')} again")
    return 0


def _last_run(workspace: Path) -> str:
    attempt, pointer = read_last_attempt(workspace), read_pointer(workspace)
    if attempt is not None:
        return attempt.run_id
    return pointer.run_id if pointer is not None else ""


def _read_rows(
    workspace: Path, feed: str | None, run_id: str, *, is_named: bool
) -> list[dict[str, Any]]:
    folder = Layout(workspace).quarantine / run_id
    kept = {file.name.removesuffix(SUFFIX): file for file in sorted(folder.glob(f"*{SUFFIX}"))}
    if is_named and not folder.is_dir():
        known = [one.name for one in folder.parent.glob("*") if one.is_dir()]
        msg = f"no row is in quarantine from a run {run_id!r}"
        raise UsageError(msg, hint_nearest(run_id, known, "Leave --run out."))
    if feed is not None and feed not in kept:
        loaded = import_module("flows.config.loading").load_workspace(workspace)
        import_module("flows.steps.maintenance.replay_files").require_feed(loaded, feed)
    asked = [file for name, file in kept.items() if feed is None or name == feed]
    require_written(workspace, run_id, *asked)
    with storage_errors(f"reading {folder}"):
        frames = [pl.read_parquet(file) for file in asked]
    return [_describe(row) for frame in frames for row in frame.iter_rows(named=True)]


def _describe(row: dict[str, Any]) -> dict[str, Any]:
    reasons: list[str] = row[Quarantine.failed_checks]
    return {
        "feed": row[Quarantine.feed],
        "file": row[Quarantine.file],
        "row_number": row[Quarantine.row_number],
        "table": row[Quarantine.table],
        "reasons": reasons,
        "hint": "; ".join(dict.fromkeys(map(hint_at, reasons))),
        "raw": row[Quarantine.raw],
    }


def hint_at(reason: str) -> str:
    """What would set right what a reason (`column: what is wrong`) says."""
    _, _, setting = reason.partition("; ")
    if setting:
        return setting
    column, *_ = told = reason.split(": ", maxsplit=1)
    wrong = told[-1]
    for beginning, hint in HINTS:
        if wrong.startswith(beginning):
            return hint.format(column.split(" or ")[0])
    return AT_SOURCE
