"""Which files a workspace's feeds are."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from flows.config.configured_feeds import ConfiguredFeed
from flows.errors import DataRefused
from flows.readers import RefusedFile
from flows.storage.raw_files import is_elsewhere

WILDCARD = re.compile(r"[*?\[]")


@dataclass(frozen=True)
class RawFile:
    """One file of a feed; `path` as the manifest calls it, relative to the workspace."""

    feed: ConfiguredFeed
    path: str
    location: Path


def find_files(root: Path, feeds: list[ConfiguredFeed]) -> list[RawFile]:
    """Every file of every feed, in the order of the paths.

    Raises:
        DataRefused: A feed's folder is gone, or it or one below it cannot be read. An object store
            has no folders: there a feed without an object has no files.
    """
    for feed in [] if is_elsewhere(root) else feeds:
        _require_folder(root, feed)
    return [
        RawFile(feed, path.relative_to(root).as_posix(), path)
        for feed in feeds
        for path in sorted(root.glob(feed.section.files))
        if path.is_file() and not path.name.startswith(".")
    ]


def _require_folder(root: Path, feed: ConfiguredFeed) -> None:
    """Tell a feed whose folder is gone from one to which nothing has been delivered."""
    folder, depth = _fixed_part(feed.section.files)
    try:
        for _ in _walk(root / folder, depth):
            pass
    except OSError as error:
        place = folder.as_posix()
        gone = isinstance(error, FileNotFoundError | NotADirectoryError)
        what = "is gone" if gone else f"cannot be read ({error.strerror})"
        msg = f"feed {feed.name}: its folder {place} {what}"
        hint = (
            f"Mount or make the folder {place}, or correct feeds[{feed.place}].files; an empty "
            "folder is a feed to which nothing has been delivered."
        )
        raise DataRefused(msg, hint) from error


def _fixed_part(pattern: str) -> tuple[PurePosixPath, int | None]:
    """The folder before a pattern's first wildcard, and how deep below it files lie; None: any."""
    *folders, _ = PurePosixPath(pattern).parts
    fixed = next((at for at, part in enumerate(folders) if WILDCARD.search(part)), len(folders))
    below = folders[fixed:]
    return PurePosixPath(*folders[:fixed]), None if "**" in below else len(below)


def _walk(folder: Path, depth: int | None) -> Iterator[Path]:
    """The folders from one on down, each of which can be listed."""
    with os.scandir(folder) as entries:
        below = [] if depth == 0 else [one for one in entries if one.is_dir(follow_symlinks=False)]
    yield folder
    for entry in below:
        yield from _walk(Path(entry.path), None if depth is None else depth - 1)


def require_inside(root: Path, raw: RawFile) -> None:
    """Refuse a file whose real path lies outside the workspace.

    Args:
        root: The workspace, its own links resolved.
        raw: The file.
    """
    if not os.path.realpath(raw.location).startswith(f"{root}{os.sep}"):
        msg = "the file is a link to a place outside the workspace"
        raise RefusedFile(msg, "copy the file into the workspace")
