"""Issue 11: a command killed at any moment loses nothing, doubles nothing and leaves nothing.

`FAULTS=2000` kills 500 times.
"""

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from flows.cli.app import main
from flows.storage.erasing.erasure_journal import read_erasures
from flows.storage.published_files import find_problem, read_manifest
from flows.storage.workspace_files import Layout
from tests.support.faults.faulty_workspaces import (
    KEPT,
    Tables,
    build,
    copy_workspace,
    deliver,
    differing,
    fast_place,
    in_one_file,
    list_leftovers,
    publish,
    published,
    shown,
    without_run,
)
from tests.support.faults.forked_commands import Commands, Disturbance, forked_commands

KILLS = int(os.environ.get("FAULTS", "40")) // 4
KILLS_A_ROUND = 5
COMMANDS = (
    ("run",),
    ("run", "--full"),
    ("erase", "--contact", KEPT, "--yes"),
    ("erase", "--contact", KEPT, "--yes", "--raw"),
    ("verify", "--repair"),
    ("rejects", "--replay"),
    ("gc",),
)
WRITTEN = {"run": 450, "erase": 260, "verify": 40, "rejects": 60, "gc": 10}
"""About how many operations of a command change files."""
SECONDS = 1.5
"""About how long the longest of them takes."""


@dataclass(frozen=True)
class Sound:
    """A workspace, and what its tables are: by whether KEPT was erased."""

    root: Path
    tables: dict[bool, Tables]


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sound]:
    place = fast_place(tmp_path_factory.mktemp("killed"))
    root = build(place / "sound")
    deliver(root)
    copy = copy_workspace(root, place / "copy")
    publish(copy)
    tables = {False: without_run(published(copy))}
    assert main(["erase", str(copy), "--contact", KEPT, "--yes"]) == 0
    publish(copy)
    tables[True] = without_run(published(copy))
    yield Sound(root, tables)
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    with forked_commands(tmp_path_factory.mktemp("commands")) as started:
        yield started


def kill_once(commands: Commands, root: Path, draw: random.Random) -> str:
    """Start a command and kill it, at a moment or at an operation; gives what was done."""
    command = draw.choice(COMMANDS)
    if draw.random() < 0.7:
        at = draw.randrange(1, WRITTEN[command[0]])
        disturbed = Disturbance(at=at, only_changes=True)
        ended = commands.run(root, *command, disturbed=disturbed)
        moment = f"operation {at}"
    else:
        seconds = draw.random() * SECONDS
        process = commands.start(root, *command)
        time.sleep(seconds)
        os.kill(process, signal.SIGKILL)
        ended = commands.wait()
        moment = f"{seconds:.3f} s"
    assert ended.code in (-signal.SIGKILL, 0, 2), ended.said
    return f"{' '.join(command)} at {moment}: {ended.code}"


def find_torn(root: Path) -> Iterator[str]:
    """What readers find torn after a kill; an erasure that is not finished makes them refuse."""
    manifest = read_manifest(root) if not Layout(root).erasing.exists() else None
    for output in manifest.outputs if manifest else ():
        if problem := find_problem(root, output):
            yield f"{output.path} {problem}"


def find_wrong(sound: Sound, root: Path) -> Iterator[str]:
    """What is wrong after the next run."""
    erasures = read_erasures(root)
    assert erasures is not None
    is_erased = erasures.knows("default", "contact_id", KEPT)
    found = published(root)
    if wrong := differing(without_run(found), sound.tables[is_erased]):
        yield f"wrong are {wrong}"
    if differing(shown(root), in_one_file(found)):
        yield "reports/latest does not show it"
    if main(["verify", str(root)]):
        yield "verify finds damage"
    yield from list_leftovers(root)


def test_killed_at_any_moment(sound: Sound, commands: Commands) -> None:
    faults = []
    for number in range(max(1, KILLS // KILLS_A_ROUND)):
        draw = random.Random(number)  # noqa: S311
        root = copy_workspace(sound.root, sound.root.parent / "ws")
        done = []
        for _ in range(KILLS_A_ROUND):
            done.append(kill_once(commands, root, draw))
            faults += [f"{number} {done}: {torn}" for torn in find_torn(root)]
        publish(root)
        faults += [f"{number} {done}: {wrong}" for wrong in find_wrong(sound, root)]
    assert faults == []
