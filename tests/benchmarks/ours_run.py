"""Our whole run, the flow's body, as a process that the benchmark can measure.

`whole` reads, reports and publishes all that the workspace's files give, anew and without Prefect's
server; `start` imports what that needs.
"""

import importlib
from pathlib import Path

from flows.runtime.imports import without_collecting
from tests.benchmarks.modes import START, carry_out
from tests.benchmarks.ours import clear

with without_collecting():
    flow = importlib.import_module("flows.campaign_reports")


def run_whole(root: Path) -> None:
    """CSV files to all tables, published."""
    clear(root)
    flow.campaign_reports.fn(str(root), full=True, wait_seconds=0)


if __name__ == "__main__":
    carry_out({START: lambda _: None, "whole": run_whole})
