"""Where a workspace in an object store is: `s3://bucket/prefix`."""

import re
from dataclasses import dataclass
from pathlib import Path

ADDRESS = re.compile(r"^s3:/+(?P<bucket>[^/]+)(?:/+(?P<prefix>.*?))?/*$")
"""Also as `pathlib` leaves it, with one slash."""


@dataclass(frozen=True)
class Address:
    """A workspace's place in an object store.

    Attributes:
        bucket: The bucket.
        prefix: What its objects' keys begin with, without the slash that follows; may be empty.
    """

    bucket: str
    prefix: str

    @property
    def name(self) -> str:
        """What the workspace is called: the last part of its address."""
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
