"""Our ads reports, each stage as one process that the benchmark can measure.

`ingest` reads the feeds into a fresh ledger; `reports` matches every session and writes the ads
group, `utm_audit` included; `match` is the part of it before the first report.
"""

import shutil
import sys
from pathlib import Path

from contracts.columns import no_rows
from contracts.manifest import Check
from contracts.reports.ads import CampaignPerformance
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.ads.ad_reports import write_stats_reports
from flows.steps.ads.performance_reports import write_performance_reports
from flows.steps.matching.session_reports import write_session_matches
from flows.steps.matching.sessions import find_sessions
from flows.steps.step_inputs import StepInputs
from tests.benchmarks.modes import START, carry_out
from tests.benchmarks.ours import ingest, reopen


def match(root: Path) -> tuple[StepInputs, AdFacts]:
    """Sum the stats and match the sessions that `ingest` left."""
    given = reopen(root)
    shutil.rmtree(given.scratch, ignore_errors=True)
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


if __name__ == "__main__":
    carry_out(
        {
            START: lambda _: CampaignPerformance.validate(no_rows(CampaignPerformance).collect()),
            "ingest": ingest,
            "reports": report,
            "match": match,
        }
    )
