"""Our own run, whole or in its stages, each as one process that the benchmark can measure.

`ingest` reads the CSV files into a fresh ledger and accounts for every row; `reports` makes the
reports from the ingested tables; `facts` makes them from stored send facts; `whole` does all of it
and publishes, as the flow does, without Prefect; `command` is the real thing, Prefect included.
"""

import pickle
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import polars as pl

from contracts.columns import no_rows, polars_schema
from contracts.facts.people.lists import SubscriptionStates
from contracts.feeds import Contacts
from contracts.manifest import Manifest
from flows.catalog.quarantine_files import write_quarantine
from flows.config.loading import load_workspace
from flows.progress import silence
from flows.steps.messaging.described_messages import find_names
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.message_reports import (
    sum_message_rows,
    write_channel_reports,
    write_overviews,
)
from flows.steps.messaging.message_warnings import find_message_warnings
from flows.steps.messaging.send_facts import build_facts
from flows.steps.reading.read_feeds import FeedsRead, read_feeds, reconcile_inputs
from flows.steps.reading.refusals import find_refusal
from flows.steps.step_inputs import StepInputs
from flows.storage.report_files import write_table
from flows.storage.snapshots.publish import (
    hash_outputs,
    new_run_id,
    publish_snapshot,
    stage_snapshot,
)
from tests.benchmarks.modes import START, carry_out
from transforms.reports.people import report_contacts

BENCH = "ours"
NO_SUBSCRIPTIONS = pl.LazyFrame(schema=polars_schema(SubscriptionStates))


def ingest(root: Path) -> FeedsRead:
    """CSV files to canonical tables; what was read is kept for `reports`."""
    bench = root / BENCH
    bench.mkdir(exist_ok=True)
    shutil.rmtree(bench / "ledger", ignore_errors=True)
    read = read_into(root, bench / "ledger", bench / "quarantine")
    (bench / "read.pickle").write_bytes(pickle.dumps(read))
    return read


def read_into(root: Path, ledger: Path, quarantine: Path) -> FeedsRead:
    """Read all feeds, and refuse what does not add up as a run would."""
    loaded = load_workspace(root)
    read = read_feeds(loaded, ledger, silence)
    if problem := find_refusal(read, loaded.config):
        raise problem
    if not all(check.holds for check in reconcile_inputs(read.inputs)):
        sys.exit("a row is not accounted for")
    write_quarantine(read.catalog, quarantine, "benchmark")
    return read


def report(root: Path) -> None:
    """Canonical tables, as `ingest` left them, to reports; the facts are kept for `facts`."""
    shutil.rmtree(root / BENCH / "scratch", ignore_errors=True)
    write_reports(reopen(root), root / BENCH / "reports")


def report_from_facts(root: Path) -> None:
    """Stored send facts, as `report` left them, to reports."""
    inputs = reopen(root)
    write_reports(inputs, root / BENCH / "again", FactFiles(inputs.scratch / "facts"))


def write_reports(inputs: StepInputs, staging: Path, facts: FactFiles | None = None) -> None:
    """Write the reports of messages and contacts: those that the DuckDB job makes, too."""
    names = find_names(inputs)
    built = sum_message_rows(names, facts or build_facts(inputs, names, inputs.scratch))
    checks = write_channel_reports(inputs, built, None, staging)
    checks += write_overviews(inputs, built, None, staging)
    known = inputs.catalog.scan("contacts")
    sums = built.facts.merge_contacts(pl.concat(built.facts.scan_contacts()))
    contacts = report_contacts(known, sums, NO_SUBSCRIPTIONS, None, None)
    checks += write_table(staging, "people", "contact_report", contacts.collect())
    list(find_message_warnings(inputs.catalog, built))
    if not all(check.holds for check in checks):
        sys.exit("the reports do not add up")


def reopen(root: Path) -> StepInputs:
    """What `ingest` read, without reading it again."""
    bench = root / BENCH
    read: FeedsRead = pickle.loads((bench / "read.pickle").read_bytes())  # noqa: S301 (our own)
    return StepInputs.afresh(read.catalog, load_workspace(root).config, bench / "scratch")


def publish_all(root: Path) -> None:
    """CSV files to published reports, without Prefect."""
    clear(root)
    started = datetime.now(UTC)
    run_id = new_run_id(started)
    staging = stage_snapshot(root, run_id)
    read = read_into(root, root / "state/ledger", staging / "quarantine")
    scratch = root / "state/scratch"
    inputs = StepInputs.afresh(read.catalog, load_workspace(root).config, scratch)
    write_reports(inputs, staging)
    shutil.rmtree(scratch)
    manifest = Manifest(
        run_id=run_id,
        started_at=started.isoformat(),
        finished_at=datetime.now(UTC).isoformat(),
        code_version="benchmark",
        config_sha256="",
        inputs=read.inputs,
        outputs=hash_outputs(staging, run_id),
        reconciliation=[],
        warnings=read.warnings,
    )
    publish_snapshot(root, staging, manifest)


def run_command(root: Path) -> None:
    """CSV files to published reports, as a person runs it."""
    clear(root)
    command = [str(Path(sys.executable).with_name("campaign-reports")), "run", str(root)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


def clear(root: Path) -> None:
    """Remove everything that earlier runs wrote into the workspace."""
    for folder in ("state", "reports", "quarantine"):
        shutil.rmtree(root / folder, ignore_errors=True)


if __name__ == "__main__":
    carry_out(
        {
            START: lambda _: Contacts.validate(no_rows(Contacts).collect()),
            "ingest": ingest,
            "reports": report,
            "facts": report_from_facts,
            "whole": publish_all,
            "command": run_command,
        }
    )
