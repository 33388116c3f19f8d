"""Issue 11: a command killed at any moment loses nothing, doubles nothing and leaves nothing.

`FAULTS=2000` kills 500 times.
"""

import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path

from flows.cli.app import main
from flows.storage.erasing.erasure_journal import read_erasures
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import find_problem, read_manifest
from tests.support.faults.faulty_workspaces import (
    KEPT,
    differing,
    in_one_file,
    list_leftovers,
    publish,
    published,
    shown,
    without_run,
)
from tests.support.faults.forked_commands import Commands, Disturbance
from tests.support.faults.sound_workspaces import Sound
from tests.support.workspace_copies import copy_workspace

KILLS = int(os.environ.get("FAULTS", "20")) // 4
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
    wanted = sound.after_erasure if is_erased else sound.after_delivery
    if wrong := differing(without_run(found), without_run(wanted)):
        yield f"wrong are {wrong}"
    if differing(shown(root), in_one_file(found)):
        yield "reports/latest does not show it"
    if main(["verify", str(root)]):
        yield "verify finds damage"
    yield from list_leftovers(root)


def test_killed_at_any_moment(sound: Sound, tmp_path: Path, commands: Commands) -> None:
    faults = []
    for number in range(max(1, KILLS // KILLS_A_ROUND)):
        draw = random.Random(number)  # noqa: S311
        root = copy_workspace(sound.delivered, tmp_path / "ws")
        done = []
        for _ in range(KILLS_A_ROUND):
            done.append(kill_once(commands, root, draw))
            faults += [f"{number} {done}: {torn}" for torn in find_torn(root)]
        publish(root)
        faults += [f"{number} {done}: {wrong}" for wrong in find_wrong(sound, root)]
    assert faults == []
