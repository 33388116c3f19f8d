"""The few primitives that make writing a workspace safe."""

import hashlib
import os
import re
import shutil
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from polars.exceptions import PanicException, PolarsError

from flows.errors import ANY_REMEDY, REMEDIES, CampaignReportsError, StorageFailed

OS_ERROR_IN_TEXT = re.compile(r"\(os error (\d+)\)")
"""How Polars tells the system's error number where its exception is no OSError."""

CUT_SHORT = ("Invalid thrift: transport error", "failed to write whole buffer")
"""How Polars says that the system took only a part of a file, where it loses the error's number."""

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
"""What state and quarantine are written with: for their owner alone."""


@contextmanager
def storage_errors(doing: str) -> Generator[None, None, None]:
    """Turn what the system says about a disk into `StorageFailed`.

    Args:
        doing: What was being done, as in "writing reports/current.json".

    Raises:
        StorageFailed: Any OSError, and Polars' errors that carry a number of the system's.
        CampaignReportsError: A panic of Polars, which is not an error of the storage.
    """
    try:
        yield
    except (OSError, PolarsError) as error:
        number = _system_error(error)
        is_cut_short = any(text in str(error) for text in CUT_SHORT)
        if number is None and not is_cut_short and not isinstance(error, OSError):
            raise
        what = os.strerror(number) if number else type(error).__name__
        if is_cut_short and not number:
            what = "the system did not take a file whole"
        msg = f"storage failed while {doing}: {what}{_name_place(error)}"
        raise StorageFailed(msg, REMEDIES.get(number or 0, ANY_REMEDY)) from error
    except PanicException as error:
        msg = f"a library of ours gave up while {doing}"
        hint = "Nothing that was published has changed. Please report it to the maintainers."
        raise CampaignReportsError(msg, hint) from error


def _name_place(error: Exception) -> str:
    """The file that an error is of, in brackets; of one that is moved, where to, too."""
    if not isinstance(error, OSError) or not error.filename:
        return ""
    return f" ({error.filename}{f' to {error.filename2}' if error.filename2 else ''})"


def _system_error(error: Exception) -> int | None:
    if isinstance(error, OSError) and error.errno:
        return error.errno
    found = OS_ERROR_IN_TEXT.search(str(error))
    return int(found[1]) if found else None


def make_folder(path: Path) -> Path:
    """Make a folder and its parents, durably."""
    if path.is_dir():
        return path
    make_folder(path.parent)
    path.mkdir(exist_ok=True)
    sync(path.parent)
    return path


def keep_private(top: Path) -> None:
    """Let the owner alone read a folder and all that lies below it."""
    for folder, _, names in os.walk(top):
        Path(folder).chmod(PRIVATE_FOLDER)
        for name in names:
            Path(folder, name).chmod(PRIVATE_FILE)


def sync(path: Path) -> None:
    """Have the system write a file's or a folder's content to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(top: Path) -> None:
    """Have the system write a folder to the disk with everything below it.

    Its files and folders wait for the disk side by side.
    """
    found = [Path(folder, name) for folder, _, names in os.walk(top) for name in ("", *names)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(sync, found))


def write_durably(path: Path, text: str) -> None:
    """Write a new text file and wait until it is on the disk."""
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def replace_text(path: Path, text: str, scratch: Path) -> None:
    """Replace a text file at once: readers see the old text or the new one, whole.

    Args:
        path: The file; its folder exists.
        scratch: A folder on the same file system, outside what readers look into.
    """
    draft = make_folder(scratch) / f"{path.name}.draft"
    write_durably(draft, text)
    draft.replace(path)
    sync(path.parent)


def replace_with_copy(source: Path, target: Path, scratch: Path) -> None:
    """Put the content of `source` under `target` at once, as a hard link where that can be.

    Args:
        source: A file that is never changed any more.
        target: Where it is to appear; a file there is replaced.
    """
    draft = make_folder(scratch) / f"{target.name}.draft"
    draft.unlink(missing_ok=True)
    try:
        draft.hardlink_to(source)
    except OSError:
        shutil.copyfile(source, draft)
        sync(draft)
    make_folder(target.parent)
    draft.replace(target)
    draft.unlink(missing_ok=True)
    sync(target.parent)


def move_folder(source: Path, target: Path) -> None:
    """Move a folder at once, on one file system, to a place that does not exist yet."""
    make_folder(target.parent)
    source.rename(target)
    sync(target.parent)
    sync(source.parent)


def remove_tree(path: Path) -> None:
    """Remove a folder or a file, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def remove_empty_folders(top: Path) -> None:
    """Remove the folders below `top` in which nothing is left."""
    for folder, _, _ in os.walk(top, topdown=False):
        if Path(folder) != top and not any(Path(folder).iterdir()):
            Path(folder).rmdir()


def hash_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
