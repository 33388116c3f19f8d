"""The sample workspaces that come with the product."""

import shutil
import subprocess
import sys
from pathlib import Path

from tests.support.workspaces import feed, write_workspace

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "data" / "sample"
EVERY_TABLE = ("skene", "ads", "journeys")
"""Those that have between them every table and every kind of feed that any sample has."""


def copy_sample(name: str, target: Path) -> Path:
    """Copy a sample workspace, without what a run may have written into it."""
    written = shutil.ignore_patterns("reports", "quarantine", "state")
    return Path(shutil.copytree(SAMPLES / name, target, ignore=written))


def publish_samples(folder: Path) -> None:
    """Run the real command on a copy of every sample, and on two workspaces that it refuses.

    `orphan` has no parent model, and `lacking` a file without a column; `told` is what it said.
    """
    roots = [copy_sample(one.name, folder / one.name) for one in sorted(SAMPLES.iterdir())]
    orphan = write_workspace(
        folder / "orphan",
        feed("events", "raw/*.csv", constants='{ event_type = "email_opened" }'),
        {"raw/opens.csv": b"event_id,contact_id,message_id,occurred_at\n"},
    )
    lacking = copy_sample("skene", folder / "lacking")
    (lacking / "raw/contacts/2026-07.csv").write_text("identifier,email\n1,ann@example.com\n")
    command = [sys.executable, "-m", "flows.cli", "run", *map(str, (orphan, lacking, *roots))]
    done = subprocess.run(command, cwd=ROOT, text=True, stderr=subprocess.PIPE, check=False)
    assert done.returncode == 3, done.stderr
    (folder / "told").write_text(done.stderr)
