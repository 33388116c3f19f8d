"""The hashes of what each run wrote for others to read, kept apart from it (SPEC §11).

state/sums/<run_id>.sha256 lists every file of the run's snapshot and of its quarantine in the form
of `sha256sum`, with paths from the workspace, below a line with their own hash. A run of which
nothing is listed, or whose list is damaged, is believed as far as its manifest goes.
"""

import hashlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

from flows.storage.layout import Layout
from flows.storage.workspace_files import hash_file, make_folder, remove_tree, replace_text

LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")
SUFFIX = ".sha256"


def list_sums(folder: Path, shown_as: str, known: dict[str, str]) -> dict[str, str]:
    """The hash of every file below a folder, by the path that it has or will have.

    Args:
        shown_as: Where the folder is seen, from the workspace.
        known: Hashes by such paths that are known already.
    """
    found = {}
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            path = f"{shown_as}/{file.relative_to(folder).as_posix()}"
            found[path] = known.get(path) or hash_file(file)
    return found


def write_sums(root: Path, run_id: str, sums: dict[str, str]) -> None:
    """Note the hashes of what a run wrote; the disk has them when this returns."""
    layout = Layout(root)
    make_folder(layout.sums)
    replace_text(sums_file(root, run_id), format_sums(sums), layout.staging)


def renew_sums(root: Path, run_id: str) -> None:
    """Note the hashes of what is there of a run; of a run of which nothing is, note nothing."""
    layout = Layout(root)
    sums = {}
    for top in (layout.snapshots, layout.quarantine):
        sums |= list_sums(top / run_id, layout.relative(top / run_id), {})
    remove_tree(sums_file(root, run_id))
    if sums:
        write_sums(root, run_id, sums)


def forget_sums(root: Path, run_id: str, gone: tuple[str, ...]) -> None:
    """Note no hashes any more of folders of a run, given as its paths begin there."""
    sums = read_sums(root, run_id).items()
    write_sums(root, run_id, {path: one for path, one in sums if not path.startswith(gone)})


def sums_file(root: Path, run_id: str) -> Path:
    """Where the hashes of what a run wrote are noted."""
    return Layout(root).sums / f"{run_id}{SUFFIX}"


def format_sums(sums: dict[str, str]) -> str:
    """Hashes by path as `sha256sum` writes them."""
    lines = "".join(f"{sha256}  {path}\n" for path, sha256 in sorted(sums.items()))
    return f"# {_hash(lines)}\n{lines}"


def read_sums(root: Path, run_id: str) -> dict[str, str]:
    """The hashes of what a run wrote, by path; none where the list is gone or damaged."""
    if not has_sums(root, run_id):
        return {}
    file = sums_file(root, run_id)
    found = (LINE.fullmatch(line) for line in file.read_text(encoding="utf-8").splitlines())
    return {line[2]: line[1] for line in found if line}


def has_sums(root: Path, run_id: str) -> bool:
    """Whether a run's list of hashes is there, and is what was written."""
    file = sums_file(root, run_id)
    if not file.is_file():
        return False
    head, _, lines = file.read_bytes().partition(b"\n")
    return head == f"# {_hash(lines.decode(errors='replace'))}".encode()


def _hash(lines: str) -> str:
    return hashlib.sha256(lines.encode()).hexdigest()


def list_kept_sums(root: Path) -> list[Path]:
    """The lists of hashes that are kept, by the order of their runs."""
    return sorted(Layout(root).sums.glob(f"*{SUFFIX}"))


def find_differing(
    root: Path, run_id: str, is_asked: Callable[[str], bool] = lambda _: True
) -> Iterator[tuple[str, str]]:
    """What of a run's files is not what was written: path and problem.

    Args:
        is_asked: Of which paths.
    """
    for path, sha256 in read_sums(root, run_id).items():
        file = root / path
        if not is_asked(path):
            continue
        try:
            if not file.exists():
                yield path, "is gone"
            elif hash_file(file) != sha256:
                yield path, "is not what was written"
        except OSError as error:
            yield path, f"cannot be read ({error.strerror})"


def drop_sums(root: Path) -> None:
    """Remove the hashes of runs of which nothing is left."""
    layout = Layout(root)
    if not layout.sums.is_dir():
        return
    for file in layout.sums.iterdir():
        run_id = file.name.removesuffix(SUFFIX)
        if not any((top / run_id).exists() for top in (layout.snapshots, layout.quarantine)):
            file.unlink()
