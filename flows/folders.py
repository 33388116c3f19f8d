"""Files of folders, none of which is taken for empty because it cannot be read.

`Path.glob` passes over a folder whose rights are gone as if nothing lay in it; what it would have
found were then missing from a figure without a word.
"""

import os
import re
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath

WILDCARD = re.compile(r"[*?\[]")


def split_glob(pattern: str) -> tuple[PurePosixPath, PurePosixPath]:
    """The folder before a glob's first wildcard, and the glob of its files in that folder."""
    parts = PurePosixPath(pattern).parts
    folders = parts[:-1]
    fixed = next((at for at, part in enumerate(folders) if WILDCARD.search(part)), len(folders))
    return PurePosixPath(*parts[:fixed]), PurePosixPath(*parts[fixed:])


def list_matching(folder: Path, pattern: str) -> list[Path]:
    """The files in a folder whose names match, in the order of their names.

    Args:
        folder: The folder; one that is not there has none.
        pattern: As of the shell.

    Raises:
        OSError: The folder cannot be read.
    """
    try:
        return sorted(path for path in folder.iterdir() if fnmatchcase(path.name, pattern))
    except (FileNotFoundError, NotADirectoryError):
        return []


def list_matching_below(folder: Path, pattern: str) -> list[Path]:
    """The files in a folder, and in those below it, whose names match, in the order of their paths.

    Raises:
        OSError: A folder cannot be read.
    """
    if not folder.exists():
        return []
    found = os.walk(folder, onerror=_refuse)
    return sorted(
        Path(place) / name
        for place, _, names in found
        for name in names
        if fnmatchcase(name, pattern)
    )


def _refuse(error: OSError) -> None:
    raise error
