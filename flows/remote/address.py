"""Where a workspace or the files of a feed in an object store are: `s3://bucket/prefix`."""

import re
from dataclasses import dataclass
from pathlib import Path

from flows.folders import split_glob

ADDRESS = re.compile(r"^s3:/+(?P<bucket>[^/]+)(?:/+(?P<prefix>.*?))?/*$")
"""Also as `pathlib` leaves it, with one slash."""


@dataclass(frozen=True)
class Address:
    """A place in an object store.

    Attributes:
        prefix: What its objects' keys begin with, without the slash that follows; may be empty.
    """

    bucket: str
    prefix: str

    @property
    def name(self) -> str:
        """What a workspace there is called: the last part of its address."""
        return self.prefix.rsplit("/", 1)[-1] or self.bucket

    def __str__(self) -> str:
        """The address as a user writes it."""
        return f"s3://{self.bucket}/{self.prefix}".rstrip("/")


def parse_address(place: str | Path) -> Address | None:
    """The address that a workspace argument is; None for a folder."""
    found = ADDRESS.match(str(place))
    if found is None:
        return None
    parts = (found["prefix"] or "").split("/")
    return Address(found["bucket"], "/".join(part for part in parts if part))


def split_address(glob: str) -> tuple[Address, str] | None:
    """The folder of a store below which objects are matched, and their glob in it.

    Args:
        glob: As `s3://bucket/prefix/*.csv`; None is given for a path.
    """
    address = parse_address(glob)
    if address is None:
        return None
    folder, pattern = split_glob(address.prefix)
    return Address(address.bucket, "/".join(folder.parts)), pattern.as_posix()
