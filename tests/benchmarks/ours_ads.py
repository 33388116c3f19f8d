"""Our ads reports, each stage as one process that the benchmark can measure.

`ingest` reads the feeds into a fresh ledger; `reports` matches every session and writes the ads
group, `utm_audit` included; `match` is the part of it before the first report.
"""

import argparse
import pickle
import shutil
import sys
from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.manifest import Check
from contracts.reports.ads import CampaignPerformance
from flows.config.loading import load_workspace
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.ads.ad_reports import write_stats_reports
from flows.steps.ads.performance_reports import write_performance_reports
from flows.steps.matching.session_reports import write_session_matches
from flows.steps.matching.sessions import find_sessions
from flows.steps.reading.read_feeds import FeedsRead
from flows.steps.step_inputs import StepInputs
from tests.benchmarks.ours import ingest


def match(root: Path) -> tuple[StepInputs, AdFacts]:
    """Sum the stats and match the sessions that `ingest` left."""
    scratch = root / "ours/scratch"
    shutil.rmtree(scratch, ignore_errors=True)
    given = StepInputs.afresh(reopen(root).catalog, load_workspace(root).config, scratch)
    return given, build_ad_facts(given, find_sessions(given))


def report(root: Path) -> None:
    """Canonical tables, as `ingest` left them, to the ads group."""
    checks = write_ads(*match(root), root / "ours/reports")
    if not all(check.holds for check in checks):
        sys.exit("the reports do not add up")


def write_ads(given: StepInputs, facts: AdFacts, out: Path) -> list[Check]:
    """The ads group, as a run without orders writes it."""
    return [
        *write_stats_reports(given, facts, out),
        *write_session_matches(facts.matched, out),
        *write_performance_reports(given.config, facts, None, out),
    ]


def reopen(root: Path) -> FeedsRead:
    """What `ingest` read, without reading it again."""
    kept = root / "ours/read.pickle"
    return pickle.loads(kept.read_bytes())  # noqa: S301 (our own)


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("mode", choices=("start", "ingest", "reports", "match"))
    arguments.add_argument("root", type=Path)
    chosen = arguments.parse_args()
    workspace = chosen.root.resolve()
    if chosen.mode == "start":
        CampaignPerformance.validate(pl.DataFrame(schema=polars_schema(CampaignPerformance)))
    elif chosen.mode == "ingest":
        (workspace / "ours").mkdir(exist_ok=True)
        ingest(workspace, workspace / "ours")
    elif chosen.mode == "reports":
        report(workspace)
    else:
        match(workspace)
