"""Which files a workspace's feeds are."""

from dataclasses import dataclass
from pathlib import Path

from flows.config.configured_feeds import ConfiguredFeed
from flows.readers import RefusedFile


@dataclass(frozen=True)
class RawFile:
    """One file of a feed; `path` as the manifest calls it, relative to the workspace."""

    feed: ConfiguredFeed
    path: str
    location: Path


def find_files(root: Path, feeds: list[ConfiguredFeed]) -> list[RawFile]:
    """Every file of every feed, in the order of the paths."""
    return [
        RawFile(feed, path.relative_to(root).as_posix(), path)
        for feed in feeds
        for path in sorted(root.glob(feed.section.files))
        if path.is_file() and not path.name.startswith(".")
    ]


def require_inside(root: Path, raw: RawFile) -> None:
    """Refuse a file whose real path lies outside the workspace."""
    if not raw.location.resolve().is_relative_to(root.resolve()):
        msg = "the file is a link to a place outside the workspace"
        raise RefusedFile(msg, "copy the file into the workspace")
