"""The sample workspaces that come with the product."""

import shutil
from pathlib import Path

SAMPLES = Path(__file__).resolve().parents[2] / "data" / "sample"
EVERY_TABLE = ("skene", "ads", "journeys")
"""Those that have between them every table and every kind of feed that any sample has."""


def copy_sample(name: str, target: Path) -> Path:
    """Copy a sample workspace, without what a run may have written into it."""
    written = shutil.ignore_patterns("reports", "quarantine", "state")
    return Path(shutil.copytree(SAMPLES / name, target, ignore=written))
