"""The few requests that a workspace in an object store takes, and what their failures mean."""

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import obstore
from obstore.exceptions import BaseError
from obstore.store import S3Store

from flows.errors import ConfigurationError, StorageFailed
from flows.remote.address import Address
from flows.remote.store_errors import ObjectChanged, ObjectMissing, is_passing, store_errors

T = TypeVar("T")
PIECE_BYTES = 8 << 20
"""What is moved by one request; as many pieces are in memory as files are moved at a time."""
PARTS_AT_ONCE = 2
READINGS = 3
"""How often an object is looked at that is another one each time."""
REQUEST = timedelta(seconds=60)
"""How long one request may take, from the connection to the last byte."""
RETRIES, IN_ALL = 5, timedelta(seconds=90)
"""How often one is made again that found no answer, or a fault of the store, and for how long."""
FIRST_PAUSE, LONGEST_PAUSE = timedelta(milliseconds=100), timedelta(seconds=5)
ALLOW_HTTP = "AWS_ALLOW_HTTP"


@dataclass(frozen=True)
class StoredObject:
    """An object as a listing tells it.

    Attributes:
        key: From the workspace's prefix.
        e_tag: What is another whenever its content is.
    """

    key: str
    size: int
    e_tag: str
    modified: datetime


class S3Objects:
    """The objects below a prefix of a bucket; credentials and endpoint from `AWS_…` variables."""

    def __init__(self, address: Address) -> None:
        """Prepare requests; none is made yet.

        Raises:
            ConfigurationError: A variable `AWS_…` cannot be used.
        """
        self.address = address
        try:
            self._store = S3Store(
                address.bucket,
                prefix=address.prefix or None,
                client_options={
                    "timeout": REQUEST,
                    "connect_timeout": "10s",
                    "allow_http": os.environ.get(ALLOW_HTTP, "").lower() in {"true", "1", "yes"},
                },
                retry_config={
                    "max_retries": RETRIES,
                    "retry_timeout": IN_ALL,
                    "backoff": {"init_backoff": FIRST_PAUSE, "max_backoff": LONGEST_PAUSE},
                },
            )
        except (BaseError, ValueError):
            msg = f"{address} cannot be reached by the variables AWS_… as they are"
            hint = (
                "Look at AWS_ENDPOINT_URL and AWS_REGION, and whether AWS_ACCESS_KEY_ID and "
                "AWS_SECRET_ACCESS_KEY are both set."
            )
            raise ConfigurationError(msg, hint) from None

    def list_all(self, folder: str) -> list[StoredObject]:
        """Every object below a folder; the workspace itself is ``""``."""
        found = self._ask("listing", lambda: obstore.list(self._store, folder or None).collect())
        return [_describe(one) for one in found]

    def list_level(self, folder: str) -> tuple[list[str], list[StoredObject]]:
        """The folders and the objects right below a folder."""
        found = self._ask(
            "listing", lambda: obstore.list_with_delimiter(self._store, folder or None)
        )
        return [*found["common_prefixes"]], [_describe(one) for one in found["objects"]]

    def look(self, key: str) -> StoredObject:
        """What an object is.

        Raises:
            ObjectMissing: There is none.
        """
        return _describe(self._ask(f"reading {key}", lambda: obstore.head(self._store, key)))

    def read(self, one: StoredObject, start: int, length: int) -> bytes:
        """Some bytes of an object, if it is still the one that was listed.

        Raises:
            ObjectMissing: It is gone.
            ObjectChanged: It is another one by now.
        """
        end = min(start + length, one.size)
        if end <= start:
            return b""
        options: dict[str, object] = {"if_match": one.e_tag, "range": (start, end)}

        def fetch() -> bytes:
            return bytes(obstore.get(self._store, one.key, options=options).bytes())  # ty: ignore[invalid-argument-type]

        return self._ask(f"reading {one.key}", fetch)

    def put(self, key: str, content: bytes | Path) -> str:
        """Write an object, whatever was there; its e_tag. Nobody sees a part of it.

        A large one is sent in parts; the store checks what it receives.
        """
        done = self._ask(
            f"writing {key}",
            lambda: obstore.put(
                self._store, key, content, chunk_size=PIECE_BYTES, max_concurrency=PARTS_AT_ONCE
            ),
        )
        return done["e_tag"] or ""

    def put_if(self, key: str, content: bytes, e_tag: str | None) -> str:
        """Write a small object in place of a known one, or of none.

        An attempt whose answer was lost may have succeeded: it counts as done if what is there now
        is what was to be written.

        Raises:
            ObjectChanged: What is there is another one.
        """
        mode: Any = "create" if e_tag is None else {"e_tag": e_tag}
        try:
            done = self._ask(
                f"writing {key}", lambda: obstore.put(self._store, key, content, mode=mode)
            )
        except (ObjectChanged, ObjectMissing):
            found = self._find(key)
            if found is not None and self.read(found, 0, found.size) == content:
                return found.e_tag
            raise ObjectChanged(key) from None
        return done["e_tag"] or ""

    def copy(self, source: str, target: str) -> None:
        """Have the store copy an object.

        Raises:
            ObjectMissing: There is nothing to copy.
        """
        self._ask(f"writing {target}", lambda: obstore.copy(self._store, source, target))

    def delete(self, keys: Sequence[str]) -> None:
        """Remove objects; those that are not there are no mistake."""
        if keys:
            self._ask(f"removing {keys[0]}", lambda: obstore.delete(self._store, list(keys)))

    def _find(self, key: str) -> StoredObject | None:
        try:
            return self.look(key)
        except ObjectMissing:
            return None

    def _ask(self, doing: str, request: Callable[[], T]) -> T:
        """Make a request; one whose answer was lost on the way is made again.

        The client does so by itself where no answer begins, but not where one breaks off.
        """
        ends = time.monotonic() + IN_ALL.total_seconds()
        for attempt in range(RETRIES + 1):
            with store_errors(doing, self.address):
                try:
                    return request()
                except (BaseError, OSError) as error:
                    is_last = attempt == RETRIES or time.monotonic() > ends
                    if is_last or not is_passing(error):
                        raise
            time.sleep(min(FIRST_PAUSE * 2**attempt, LONGEST_PAUSE).total_seconds())
        raise AssertionError


def read_whole(objects: S3Objects, key: str) -> tuple[bytes, StoredObject]:
    """A small object as it is now.

    Raises:
        ObjectMissing: There is none.
    """
    for _ in range(READINGS):
        found = objects.look(key)
        try:
            return objects.read(found, 0, found.size), found
        except ObjectChanged:
            continue
    msg = f"storage failed while reading {key} in {objects.address}: it changes all the time"
    raise StorageFailed(msg, "Run again.")


def _describe(found: Mapping[str, Any]) -> StoredObject:
    modified = found["last_modified"] or datetime.now(UTC)
    return StoredObject(found["path"], found["size"], found["e_tag"] or "", modified)
