"""Issue 11.6: a sample gives the same bytes with other threads, locale, zone, umask and clock.

With `FAULTS` set, a third machine is tried.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
SAMPLES = sorted(path.name for path in (ROOT / "data" / "sample").iterdir() if path.is_dir())
RUN = """
import os, sys
from datetime import datetime, timedelta
days, umask, *roots = sys.argv[1:]
os.umask(int(umask, 8))
from flows import campaign_reports

class OtherClock(datetime):
    @classmethod
    def now(cls, tz=None):
        return datetime.now(tz) + timedelta(days=int(days))

campaign_reports.datetime = OtherClock
for root in roots:
    campaign_reports.campaign_reports.fn(root, wait_seconds=0)
"""
PLACES: dict[str, tuple[int, str, dict[str, str]]] = {
    "one": (0, "022", {"POLARS_MAX_THREADS": "1", "PYTHONHASHSEED": "0", "TZ": "UTC"}),
    "two": (
        900,
        "077",
        {"POLARS_MAX_THREADS": "2", "PYTHONHASHSEED": "1", "TZ": "Asia/Kathmandu"}
        | {"LC_ALL": "C.utf8", "LANG": "C.utf8"},
    ),
    "four": (
        -9000,
        "002",
        {"POLARS_MAX_THREADS": "4", "PYTHONHASHSEED": "42", "TZ": "America/St_Johns"}
        | {"LC_ALL": "POSIX", "LANG": "tr_TR.UTF-8"},
    ),
}
"""A machine: days by which its clock is ahead, its umask, its environment."""
if "FAULTS" not in os.environ:
    del PLACES["two"]


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, bytes]]:
    """The table files of every sample, as each machine writes them."""
    folder = tmp_path_factory.mktemp("machines")
    written = shutil.ignore_patterns("reports", "quarantine", "state")
    shutil.copytree(ROOT / "data" / "sample", folder / "given", ignore=written)
    running = []
    for name, (days, umask, environment) in PLACES.items():
        roots = [
            str(shutil.copytree(folder / "given" / one, folder / name / one)) for one in SAMPLES
        ]
        process = subprocess.Popen(
            [sys.executable, "-c", RUN, str(days), umask, *roots],
            cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
    for process in running:
        _, said = process.communicate()
        assert process.returncode == 0, said
    return {name: read_tables(folder / name) for name in PLACES}


def read_tables(place: Path) -> dict[str, bytes]:
    """Every published table file by its sample and its place in the snapshot."""
    found = {}
    for root in sorted(place.iterdir()):
        pointer: dict[str, Any] = json.loads((root / "reports/current.json").read_bytes())
        snapshot = root / "reports" / pointer["snapshot"]
        for file in sorted(snapshot.rglob("*.parquet")):
            found[f"{root.name}/{file.relative_to(snapshot).as_posix()}"] = file.read_bytes()
    return found


def test_machines_write_the_same_bytes(machines: dict[str, dict[str, bytes]]) -> None:
    first, *others = machines.values()
    assert {name.split("/")[0] for name in first} == set(SAMPLES)
    for other in others:
        assert other.keys() == first.keys()
        assert [name for name in first if other[name] != first[name]] == []
