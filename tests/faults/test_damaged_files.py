"""Issue 11: no damage to any file below a workspace publishes or shows a wrong figure.

`FAULTS=2000` tries so many flipped bits, and a tenth as many deletions and truncations.
"""

import json
import os
import random
from collections.abc import Iterator
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from pathlib import Path

from flows.cli.app import main
from flows.errors import CampaignReportsError
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import read_manifest
from flows.storage.snapshots.recovery import clean_up
from tests.support.faults.damages import damage_one, list_files
from tests.support.faults.faulty_workspaces import (
    Tables,
    deliver,
    differing,
    in_one_file,
    list_leftovers,
    publish,
    published,
    shown,
)
from tests.support.faults.sound_workspaces import Sound
from tests.support.publishing import publish_tables
from tests.support.workspace_copies import copy_workspace

FAULTS = int(os.environ.get("FAULTS", "0"))
HARMLESS = {"lock", "pointer", "note"}
"""Kinds of files that may differ and mean the same."""
UNSEEN = {("kept", "delete")}
"""What `verify` does not look for: what is kept may go."""
TOLD = "snapshot_damaged"
"""The warning that run/feeds and run/changes lack what a kept snapshot said."""
FLIPPED = ("table", "manifest", "erasures", "receipt", "part", "keys")
DELETED = ("pointer", "erasures", "receipt")
SHARE_VERIFIED = 0.3


def ask(root: Path, command: str, *more: str) -> tuple[int, str]:
    """The exit code and the output of a command that reads."""
    with StringIO() as out, redirect_stdout(out):
        code = main([command, str(root), *more, "--json"])
        return code, out.getvalue()


@cache
def show_sound(root: Path, table: str) -> tuple[int, str]:
    """What `show` says of a table that is as it should be."""
    return ask(root, "show", table)


def find_faults(sound: Sound, place: Path, kind: str, how: str, seed: int) -> Iterator[str]:
    """Damage a file of a workspace and run it: whatever is not as it must be."""
    draw = random.Random(f"{kind} {how} {seed}")  # noqa: S311
    root = copy_workspace(sound.root, place / "ws")
    is_delivered = draw.random() < 0.5
    if is_delivered:
        deliver(root)
    done = damage_one(draw, root, kind, how)
    described = f"{done} ({'delivered' if is_delivered else 'nothing new'})"
    yield from (f"{described}: {fault}" for fault in find_shown(sound, root, (kind, how), draw))
    try:
        publish(root) if FAULTS else publish_tables(root)
    except CampaignReportsError as error:
        yield f"{described}: run ends with {error.exit_code}: {error}"
    else:
        wanted = sound.after_delivery if is_delivered else sound.after
        yield from (f"{described}: {fault}" for fault in find_published(root, wanted))


def find_shown(
    sound: Sound, root: Path, damage: tuple[str, str], draw: random.Random
) -> Iterator[str]:
    """What readers say wrongly of a damaged workspace."""
    if damage[0] in HARMLESS:
        return
    if damage not in UNSEEN and draw.random() < SHARE_VERIFIED:
        code, found = ask(root, "verify")
        if code != 4 or not json.loads(found):
            yield f"verify ends with {code}"
    tables = sorted(name.removesuffix(".parquet") for name in in_one_file(sound.after))
    table = draw.choice(tables)
    code, rows = ask(root, "show", table)
    if not (code == 4 or (code, rows) == show_sound(sound.root, table)):
        yield f"show {table} ends with {code}"


def find_published(root: Path, wanted: Tables) -> Iterator[str]:
    """What is wrong with what was published after the damage."""
    manifest = read_manifest(root)
    assert manifest is not None
    wrong = differing(published(root), wanted)
    is_told = TOLD in {one.code for one in manifest.warnings}
    if wrong and not (is_told and {name.split("/")[0] for name in wrong} == {"run"}):
        yield f"wrong are {wrong}"
    if differing(shown(root), in_one_file(published(root))):
        yield "reports/latest does not show it"
    yield from list_leftovers(root)


def test_no_damage_publishes_or_shows_a_wrong_figure(sound: Sound, tmp_path: Path) -> None:
    kinds = sorted(list_files(sound.root))
    assert len(kinds) >= 15, kinds
    tried = [(kind, "flip") for kind in FLIPPED] + [(kind, "delete") for kind in DELETED]
    if FAULTS:
        tried = [(kinds[n % len(kinds)], "flip") for n in range(FAULTS)]
        tried += [(kinds[n % len(kinds)], "delete") for n in range(FAULTS // 20)]
        tried += [(kinds[n % len(kinds)], "truncate") for n in range(FAULTS // 20)]
    faults = [
        fault
        for n, (kind, how) in enumerate(tried)
        for fault in find_faults(sound, tmp_path, kind, how, n)
    ]
    assert faults == []


JUNK = (b"", b"\xff\xfe\0", b"[]", b'{"run_id": "../../raw"}', b'{"gone": ["raw"], "raw": {}}')


def test_journals_that_no_command_wrote_neither_harm_nor_stop_a_run(
    sound: Sound, tmp_path: Path
) -> None:
    """Of a publishing and of an erasure; all of them in one workspace, one after the other."""
    root = copy_workspace(sound.root, tmp_path / "ws")
    layout = Layout(root)
    for junk in JUNK:
        layout.journal.write_bytes(junk)
        layout.erasing.mkdir()
        (layout.erasing / "erasing.json").write_bytes(junk)
        clean_up(root)
        assert not layout.journal.exists()
        assert not layout.erasing.exists()
    publish_tables(root)
    assert differing(published(root), sound.after) == []
    assert sorted(path.name for path in (root / "raw").iterdir()) == sorted(
        path.name for path in (sound.root / "raw").iterdir()
    )
