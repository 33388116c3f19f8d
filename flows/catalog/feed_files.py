"""Which files a workspace's feeds are."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from flows.config.configured_feeds import ConfiguredFeed
from flows.errors import ANY_REMEDY, REMEDIES, DataRefused
from flows.folders import WILDCARD, split_glob
from flows.readers import RefusedFile
from flows.readers.compression import COMPRESSIONS
from flows.storage.layout import in_text
from flows.storage.raw_files import RawPlace, find_place, is_elsewhere

COMPRESSION = re.compile(rf"(?<!\*)({'|'.join(map(re.escape, COMPRESSIONS))})$", re.IGNORECASE)
LETTER = re.compile(r"[A-Za-z]")


@dataclass(frozen=True)
class RawFile:
    """One file of a feed.

    Attributes:
        path: As the manifest calls it: from the workspace, or the address of an object.
        location: Where its bytes are when they are read.
        home: The folder in which it has to lie, with symbolic links resolved.
    """

    feed: ConfiguredFeed
    path: str
    location: Path
    home: Path


def find_files(root: Path, feeds: list[ConfiguredFeed]) -> list[RawFile]:
    """Every file of every feed, in the order of the paths.

    Raises:
        DataRefused: A feed's folder is gone, or it or one below it cannot be read. An object store
            has no folders: there a feed without an object has no files.
    """
    places = [find_place(root, feed.section.files) for feed in feeds]
    for feed, place in zip(feeds, places, strict=True):
        if not is_elsewhere(place.folder):
            _require_folder(root, feed)
    return [
        raw for feed, place in zip(feeds, places, strict=True) for raw in _match_files(feed, place)
    ]


def _match_files(feed: ConfiguredFeed, place: RawPlace) -> Iterator[RawFile]:
    home = place.folder.resolve()
    above, slash, name = place.pattern.rpartition("/")
    # A name without a wildcard would be looked for through links: one to nothing is not found.
    is_plain = name and not WILDCARD.search(name)
    listed = f"{name[:-1]}[{name[-1]}]" if is_plain else name
    for path in sorted(place.folder.glob(f"{above}{slash}{listed}")):
        is_given = path.is_file() or _leads_nowhere(path)
        if is_given and not _is_hidden(path, place):
            yield RawFile(feed, place.call(path), path, home)


def _is_hidden(path: Path, place: RawPlace) -> bool:
    """Whether a file or a folder above it begins with a point and is not named by the pattern."""
    named = PurePath(place.pattern).parts
    parts = path.relative_to(place.folder).parts
    return any(part.startswith(".") and part not in named for part in parts)


def find_alike(root: Path, feed: ConfiguredFeed, files: list[RawFile]) -> tuple[str, list[str]]:
    """The files that differ from a feed's by capitals or compression alone, and that no feed reads.

    Args:
        files: Those of all feeds.

    Returns:
        A pattern that matches them, too, and their paths.
    """
    place = find_place(root, feed.section.files)
    above, _, name = place.pattern.rpartition("/")
    if "[" in name:
        return feed.section.files, []
    plain = COMPRESSION.sub("", name)
    either, *endings = (
        LETTER.sub(lambda found: f"[{found[0].lower()}{found[0].upper()}]", text)
        for text in (plain, *COMPRESSIONS)
    )
    wider = (PurePath(above, either + ending).as_posix() for ending in ("", *endings))
    alike = [
        one for pattern in wider for one in _match_files(feed, replace(place, pattern=pattern))
    ]
    matched = {one.location for one in files}
    more = [one.path for one in alike if one.location not in matched]
    is_any = any(COMPRESSION.search(path) for path in (name, *more))
    rest = "*" if is_any else ""
    return f"{feed.section.files.removesuffix(name)}{either}{rest}", more


def find_folders(root: Path, feed: ConfiguredFeed) -> list[Path]:
    """The folders that stand where a feed's files are meant, as programs write tables in parts.

    A pattern that says no ending matches folders by chance, unless it names one itself.
    """
    place = find_place(root, feed.section.files)
    is_meant = PurePath(place.pattern).suffix or not WILDCARD.search(place.pattern)
    if is_elsewhere(place.folder) or not is_meant:
        return []
    return [path for path in sorted(place.folder.glob(place.pattern)) if path.is_dir()]


def _leads_nowhere(path: Path) -> bool:
    return path.is_symlink() and not path.exists()


def _require_folder(root: Path, feed: ConfiguredFeed) -> None:
    """Tell a feed whose folder is gone from one to which nothing has been delivered."""
    folder, below = split_glob(feed.section.files)
    depth = None if "**" in below.parts else len(below.parts) - 1
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
        raise DataRefused(
            msg, hint if gone else REMEDIES.get(error.errno or 0, ANY_REMEDY)
        ) from error


def _walk(folder: Path, depth: int | None) -> Iterator[Path]:
    """The folders from one on down, so deep, each of which can be listed; None: all."""
    with os.scandir(folder) as entries:
        below = [] if depth == 0 else [one for one in entries if one.is_dir(follow_symlinks=False)]
    yield folder
    for entry in below:
        yield from _walk(Path(entry.path), None if depth is None else depth - 1)


def require_place(raw: RawFile) -> None:
    """Refuse a file whose name is not text, or that links to nothing or out of the workspace."""
    if in_text(str(raw.location)) != str(raw.location):
        msg = "the name of the file, or of a folder above it, is not UTF-8 text"
        raise RefusedFile(msg, "rename it, or run where the locale is one of UTF-8")
    if _leads_nowhere(raw.location):
        msg = "the file is a link to one that is not there"
        raise RefusedFile(msg, "bring that back, or remove the link")
    if not os.path.realpath(raw.location).startswith(f"{raw.home}{os.sep}"):
        msg = "the file is a link to a place outside the workspace"
        raise RefusedFile(msg, "copy the file into the workspace")
