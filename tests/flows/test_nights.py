"""Nights that compute what is new against nights that compute everything: the same bytes.

`HISTORIES=200 NIGHTS=4 KILLS=100` is the long mode; `FIRST=40` begins with the 41st history.
"""

import os
from pathlib import Path
from random import Random

import pytest

from tests.support.faults.forked_commands import Commands, Disturbance
from tests.support.histories.history import History
from tests.support.nights import find_faults, find_faults_after_kill, make_small, run_night

FIRST = int(os.environ.get("FIRST", "0"))
HISTORIES = range(FIRST, FIRST + int(os.environ.get("HISTORIES", "1")))
NIGHTS = int(os.environ.get("NIGHTS", "2"))
KILLS = int(os.environ.get("KILLS", "1"))
KILLS_A_HISTORY = 5


@pytest.mark.parametrize("seed", HISTORIES)
def test_every_night_equals_one_that_computes_everything(
    tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_small(monkeypatch, seed)
    history = History.begin(tmp_path / "ws", seed)
    run_night(history.root)
    for _ in range(NIGHTS):
        history.pass_a_day()
        faults = [*find_faults(history, tmp_path)]
        assert not faults, history.happened


@pytest.mark.parametrize("seed", range(FIRST, FIRST + -(-KILLS // KILLS_A_HISTORY)))
def test_a_night_after_a_killed_one_equals_one_that_computes_everything(
    tmp_path: Path, seed: int, commands: Commands
) -> None:
    history, draw = History.begin(tmp_path / "ws", seed), Random(seed)  # noqa: S311
    operations = commands.run(history.root, "run").operations
    for _ in range(min(KILLS, KILLS_A_HISTORY)):
        history.pass_a_day()
        killed = Disturbance(at=draw.randrange(1, operations))
        faults = [*find_faults_after_kill(history, tmp_path, commands, killed)]
        assert not faults, history.happened
