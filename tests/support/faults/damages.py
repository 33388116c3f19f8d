"""Damage to the files below a workspace: one bit, a part, the whole."""

import random
import re
from collections.abc import Callable
from pathlib import Path

INPUTS = ("campaigns.toml", "raw", "sources")
"""What is given to a workspace, and not written by it."""
KINDS = {
    "pointer": r"reports/current\.json",
    "page shown": r"reports/latest/report\.html",
    "table shown": r"reports/latest/.*\.parquet",
    "manifest": r"reports/snapshots/[^/]*/manifest\.json",
    "table": r"reports/snapshots/.*\.parquet",
    "described": r"reports/snapshots/.*",
    "rejected rows": r"quarantine/.*\.parquet",
    "erasures": r"(state|quarantine)/erasures.*",
    "receipt": r"state/ledger/[^/]*/receipt\.json",
    "part": r"state/ledger/.*/part-.*\.parquet",
    "refused part": r"state/ledger/.*/rejected-.*\.parquet",
    "keys": r"state/ledger/.*",
    "kept": r"state/kept/.*",
    "hashes": r"state/sums/.*",
    "note": r"state/last_attempt\.json",
    "lock": r"state/lock",
}
"""What a file is, by the first pattern that its path fits; any other is of the kind `further`."""


def list_files(root: Path) -> dict[str, list[Path]]:
    """Every file that the program has written below a workspace, by its kind."""
    kinds: dict[str, list[Path]] = {}
    for file in sorted(root.rglob("*")):
        name = file.relative_to(root).as_posix()
        if file.is_file() and not name.startswith(INPUTS):
            kinds.setdefault(name_kind(name), []).append(file)
    return kinds


def name_kind(name: str) -> str:
    """What a file is, by its path from the workspace."""
    return next((kind for kind, form in KINDS.items() if re.fullmatch(form, name)), "further")


def damage_one(draw: random.Random, root: Path, kind: str, how: str) -> str:
    """Damage a file of a kind; gives what was done."""
    path = draw.choice(list_files(root)[kind])
    return f"{path.relative_to(root)}: {DAMAGES[how](draw, path)}"


def flip(draw: random.Random, path: Path) -> str:
    """Turn one bit round, in place."""
    content = bytearray(path.read_bytes())
    bit = draw.randrange(8 * len(content)) if content else 0
    if content:
        content[bit // 8] ^= 1 << bit % 8
        path.write_bytes(content)
    return f"bit {bit}"


def truncate(draw: random.Random, path: Path) -> str:
    """Leave the beginning, in place."""
    content = path.read_bytes()
    left = draw.randrange(len(content)) if content else 0
    path.write_bytes(content[:left])
    return f"{left} of {len(content)} bytes left"


def delete(_: random.Random, path: Path) -> str:
    """Remove it."""
    path.unlink()
    return "deleted"


DAMAGES: dict[str, Callable[[random.Random, Path], str]] = {
    "flip": flip,
    "truncate": truncate,
    "delete": delete,
}
