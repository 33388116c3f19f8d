"""Measure one run of more rows than any memory holds: the long mode of `run.py`.

    python -m tests.benchmarks.run_long --events 200000000 --memory 1GB

Feeds lie compressed, so that 200 million events and their 120 million sends take 10 GB of the disk,
and what a run writes of them 40 GB more. What is measured is the command, as a person runs it.
"""

import argparse
import os
from pathlib import Path

from tests.benchmarks.measuring import FOLDER, generate, measure


def main() -> None:
    """Generate what is missing, measure, print."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--events", type=int, default=200_000_000)
    arguments.add_argument("--memory", default="1GB", help="the setting of the run")
    arguments.add_argument("--folder", type=Path, default=FOLDER)
    chosen = arguments.parse_args()
    root = chosen.folder / f"long-{chosen.events}"
    generate("generate", root, "events", chosen.events, "--compressed")
    os.environ["CAMPAIGN_REPORTS_RUN__MEMORY"] = chosen.memory
    cost = measure("ours command", root)
    print(
        f"{chosen.events:,} events, memory {chosen.memory}: {cost.processor:,.0f} CPU s, "
        f"{cost.wall:,.0f} s, peak {cost.memory / 1e9:.2f} GB"
    )


if __name__ == "__main__":
    main()
