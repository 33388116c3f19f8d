"""Touches of many orders are put in order some at a time, however many there are."""

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from contracts.columns import key, polars_schema
from contracts.reports.attribution import MODELS, order_touches_contract
from flows.steps.attribution import credit_files
from flows.steps.attribution.credit_files import TOUCHES, CreditFiles

CONTRACT = order_touches_contract(MODELS)
PARTS, ROWS = 15, 50_000
STATUS = Path("/proc/self/status")
READ = """
import json, sys
from pathlib import Path
from contracts.reports.attribution import MODELS
from flows.steps.attribution import credit_files
from flows.steps.attribution.credit_files import CreditFiles
def held(name):
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / 1024
folder, credit_files.ROWS_A_PIECE = Path(sys.argv[1]), int(sys.argv[2])
before = held("VmRSS:")
Path("/proc/self/clear_refs").write_text("5")
rows = sum(piece.height for piece in CreditFiles(folder, MODELS).read_touches())
print(json.dumps([rows, held("VmHWM:") - before]))
"""
"""Reads all touches in a process of its own: how many rows, and the most MB beyond its start."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Parts whose orders lie between one another's, as those of groups of people do."""
    place = tmp_path_factory.mktemp("credits")
    for part in range(PARTS):
        number = pl.int_range(ROWS) * PARTS + part
        cells = {
            name: pl.format(f"{name} {{}}", number) if dtype == pl.String else number.cast(dtype)
            for name, dtype in polars_schema(CONTRACT).items()
        }
        rows = pl.select(**cells).sort(key(CONTRACT))
        CreditFiles(place, MODELS).write(TOUCHES, str(part), rows)
    return place


def read(folder: Path, rows_a_piece: int) -> tuple[int, float]:
    arguments = [sys.executable, "-c", READ, str(folder), str(rows_a_piece)]
    rows, megabytes = json.loads(subprocess.check_output(arguments))
    return rows, megabytes


@pytest.mark.skipif(not STATUS.exists(), reason="the kernel does not tell what a process held")
def test_what_is_held_follows_from_the_piece_and_not_from_the_orders(folder: Path) -> None:
    """All of it at once takes several times as much: the measure sees what it has to see."""
    rows, some = read(folder, credit_files.ROWS_A_PIECE)
    _, everything = read(folder, PARTS * ROWS)
    assert rows == PARTS * ROWS
    assert some < everything / 2
