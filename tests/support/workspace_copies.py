"""Copies of a workspace as it is, for who wants one of their own."""

import os
import shutil
from pathlib import Path


def copy_workspace(source: Path, target: Path) -> Path:
    """Copy a workspace whole, its hard links as hard links and its times as they are."""
    if target.exists():
        allow_everything(target)
        shutil.rmtree(target)
    links: dict[tuple[int, int], Path] = {}
    for folder, _, names in os.walk(source):
        there = target / Path(folder).relative_to(source)
        there.mkdir(parents=True)
        for name in names:
            file = Path(folder, name)
            entry = file.stat()
            known = links.setdefault((entry.st_dev, entry.st_ino), there / name)
            if known == there / name:
                shutil.copy2(file, known)
            else:
                (there / name).hardlink_to(known)
        shutil.copystat(folder, there)
    return target


def allow_everything(root: Path) -> None:
    """Give the owner every right again."""
    root.chmod(0o755)
    for folder, folders, _ in os.walk(root):
        for name in folders:
            Path(folder, name).chmod(0o755)


def flip_bit(path: Path) -> None:
    """Turn a bit round in the middle of a file: of a copy of it, since others may be links."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)
