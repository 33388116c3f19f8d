"""Issue 11: whatever the system refuses, at whatever stage: told with place and mend, and no harm.

`FAULTS=2000` tries 50 refusals of each kind.
"""

import errno
import os
import random
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.faults.damages import list_files
from tests.support.faults.faulty_workspaces import (
    differing,
    list_leftovers,
    published,
    without_run,
)
from tests.support.faults.forked_commands import Commands, Disturbance
from tests.support.faults.sound_workspaces import Sound
from tests.support.workspace_copies import allow_everything, copy_workspace

TRIED = int(os.environ.get("FAULTS", "40")) // 40
OPERATIONS = 900
"""About how many operations on files a run has."""
REFUSALS = (errno.ENOSPC, errno.EACCES, errno.EIO, errno.EROFS, errno.EMFILE)


def disturb(kind: str, root: Path, draw: random.Random) -> Disturbance:
    """What happens to the run of a workspace."""
    at = draw.randrange(1, OPERATIONS)
    if kind == "largest file":
        return Disturbance(largest_file=int(10 ** draw.uniform(2, 5)))
    if kind == "vanish":
        kinds = list_files(root) | {"raw": sorted((root / "raw").rglob("*.*"))}
        victim = draw.choice(kinds[draw.choice(sorted(kinds))])
        victim = draw.choice([victim, victim, victim.parent])
        return Disturbance(at=at, kind=kind, victim=str(victim))
    return Disturbance(at=at, kind=kind, errno=draw.choice(REFUSALS))


def find_faults(
    sound: Sound, place: Path, commands: Commands, kind: str, draw: random.Random
) -> Iterator[str]:
    """Disturb a run, and run again: whatever is not as it must be."""
    root = copy_workspace(sound.delivered, place / "ws")
    disturbed = disturb(kind, root, draw)
    ended = commands.run(root, "run", disturbed=disturbed)
    allow_everything(root)
    told = f"{disturbed}: exit {ended.code}: {ended.said[:300]}"
    if ended.code not in (0, 3, 4) or "Traceback" in ended.said:
        yield told
    is_raw_gone = differing_inputs(sound.delivered, root)
    try:
        found = published(root)
    except OSError:
        found = {}
    if (
        ended.code == 0
        and not is_raw_gone
        and without_run(found) != without_run(sound.after_delivery)
    ):
        yield f"wrong are {differing(found, sound.after_delivery)}: {told}"
    if ended.code in (3, 4):
        if len(ended.said.strip().splitlines()) < 2:
            yield f"no mend: {told}"
        before = published(sound.root)
        if kind != "vanish" and found not in (before, sound.after_delivery):
            yield f"changed are {differing(found, before)}: {told}"
    for name in is_raw_gone:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(sound.delivered / name, root / name)
    ended = commands.run(root, "run")
    if ended.code:
        yield f"then {ended}: {told}"
    elif wrong := differing(without_run(published(root)), without_run(sound.after_delivery)):
        yield f"then wrong are {wrong}: {told}"
    yield from (f"left {one}: {told}" for one in list_leftovers(root))


def differing_inputs(sound: Path, root: Path) -> list[str]:
    """The inputs that a workspace has lost."""
    given = [sound / "campaigns.toml", *(sound / "raw").rglob("*.*")]
    names = [path.relative_to(sound).as_posix() for path in given if path.is_file()]
    return [name for name in names if not (root / name).exists()]


@pytest.mark.parametrize("kind", ["largest file", "refuse", "forbid", "vanish"])
def test_what_the_system_refuses_is_told_and_harms_nothing(
    sound: Sound, tmp_path: Path, commands: Commands, kind: str
) -> None:
    faults = [
        fault
        for number in range(TRIED)
        for fault in find_faults(sound, tmp_path, commands, kind, random.Random(f"{kind} {number}"))  # noqa: S311
    ]
    assert faults == []
