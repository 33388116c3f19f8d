"""Our whole run: the flow's body, scheduled as the command is, as a process that can be measured.

`whole` reads, reports and publishes all that the workspace's files give, anew and without Prefect's
server; `start` imports what that needs.
"""

import importlib
from pathlib import Path

from flows.runtime.imports import without_collecting
from flows.runtime.scheduling import run_as_batch
from tests.benchmarks.modes import START, carry_out
from tests.benchmarks.ours import clear

with without_collecting():
    flow = importlib.import_module("flows.campaign_reports")


def run_whole(root: Path) -> None:
    """CSV files to all tables, published."""
    clear(root)
    run_as_batch()
    flow.campaign_reports.fn(str(root), full=True, wait_seconds=0)


if __name__ == "__main__":
    carry_out({START: lambda _: None, "whole": run_whole})
