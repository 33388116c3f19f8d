"""The command `campaign-reports`: its commands, and how failures become exit codes (SPEC §9)."""

import os
import sys
from collections.abc import Sequence
from importlib.metadata import version
from io import TextIOWrapper

from cyclopts import App, CycloptsError

from flows.cli.console import until_closed
from flows.cli.failures import NAME, report_failure
from flows.cli.interrupts import interruptible
from flows.cli.workspaces import workspace_at_hand
from flows.errors import INTERRUPTED, UsageError
from flows.runtime.allocator import keep_pages

COMMANDS = {
    "run": ("run:run", "Read the feeds of workspaces and publish their reports."),
    "serve": (
        "operating.serve:serve",
        "Serve workspaces to a Prefect server, by schedule and on demand.",
    ),
    "init": ("setup:init", "Start a workspace, empty or from a sample."),
    "check": ("check:check", "Look at the configuration and the feeds; write nothing."),
    "show": ("show:show", "List the published tables, or print one."),
    "explain": (
        "explain_figure:explain",
        "Say which raw rows a published figure comes from, and why.",
    ),
    "rejects": (
        "rejects:rejects",
        "Print the rows in quarantine, with their reasons and what would help.",
    ),
    "open": ("open_page:open_page", "Open the page of what is published."),
    "export": ("export:export", "Write published tables to a CSV, Excel or DuckDB file."),
    "status": ("operating.status:status", "Say what is published and whether anything is wrong."),
    "verify": (
        "operating.verify:verify",
        "Hold every published and kept file against what was written.",
    ),
    "runs": ("operating.history:runs", "List the kept snapshots with their figures."),
    "diff": ("operating.diff:diff", "Print what two kept snapshots give differently."),
    "gc": ("operating.gc:gc", "Remove the snapshots that are too old."),
    "doctor": ("operating.doctor:doctor", "Look at this machine, and whether it can run."),
    "audience": ("audience:audience", "Write the contacts who did one thing and never another."),
    "erase": ("operating.erase:erase", "Erase a person from a workspace."),
    "suggest": ("suggest:suggest", "Print aliases for links that match no ad."),
    "sources": ("listings:sources", "List the vendors' files that can be read."),
    "dictionary": ("listings:dictionary", "Print every table and column with what it holds."),
    "schema": ("listings:schema", "Print the JSON Schema of campaigns.toml."),
}
"""Command -> where it is, imported only when it is called, and what it does."""

app = App(
    name=NAME,
    help="Raw marketing feeds in, campaign reports that can be trusted out.",
    version=lambda: version(NAME),
    result_action="return_value",
    suppress_keyboard_interrupt=False,
    print_error=False,
    exit_on_error=False,
    help_format="plaintext",
)
for name, (place, purpose) in COMMANDS.items():
    app.command(f"flows.cli.commands.{place}", name=name, help=purpose)


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out one command.

    Args:
        arguments: What stands after the command's name; the process's own where None.

    Returns:
        The exit code: 0 done; 1 a fault of ours; 2 usage or configuration; 3 data refused;
        4 storage failed; 5 another run holds the workspace; 130 interrupted.
    """
    keep_pages()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    code = 0
    try:
        with interruptible():
            given = sys.argv[1:] if arguments is None else list(arguments)
            command, bound, _ = app.parse_args(given)
            name = getattr(command, "__name__", "")
            with workspace_at_hand(name, bound) as at_hand, until_closed():
                code = command(*at_hand.args, **at_hand.kwargs)
    except KeyboardInterrupt:
        if arguments is None:
            os._exit(INTERRUPTED)
        return INTERRUPTED
    except CycloptsError as error:
        return report_failure(UsageError(str(error), f"`{NAME} --help` shows what there is."))
    except Exception as error:  # noqa: BLE001 - the last place before the user
        return report_failure(error)
    return code or 0
