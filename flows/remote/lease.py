"""One run at a time on a workspace in an object store: a lease that is renewed (SPEC §12).

The lease is an object. It is taken by a conditional request, so that of two machines one gets it;
it says for how long it holds without being renewed. That it ran out only the store's clock tells,
whatever those of the machines say. Whoever takes over one that ran out first makes the pointer
another object of the same meaning: a request of the former holder that is still on its way, however
late, no longer finds the pointer that it is to replace.
"""

import json
import secrets
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

from flows.errors import StorageFailed, WorkspaceBusy
from flows.remote.address import Address
from flows.remote.object_keys import CLOCK, LEASE, POINTER
from flows.remote.object_store import S3Objects, StoredObject, read_whole
from flows.remote.store_errors import ObjectChanged, ObjectMissing
from flows.storage.lock import describe_holder, say_held

LEASE_SECONDS = 120
RENEWALS = 4
"""How often a lease is renewed in the time for which it holds."""
POLL_SECONDS = 1.0


class Lease:
    """A lease that this process holds, as far as it knows."""

    def __init__(self, objects: S3Objects) -> None:
        """Describe the holder; nothing is taken yet."""
        self._objects = objects
        token = secrets.token_hex(8)
        self._holder = {**describe_holder(), "token": token, "seconds": LEASE_SECONDS}
        self._e_tag: str | None = None
        self._renewals = 0
        self._is_lost = False
        self._turn = threading.Lock()
        self._ended = threading.Event()

    def take(self, e_tag: str | None) -> None:
        """Take it in place of one that is free or ran out, or where there was none.

        Raises:
            ObjectChanged: Another was quicker.
        """
        self._e_tag = self._objects.put_if(LEASE, self._say(), e_tag)

    def require(self) -> None:
        """Renew it now, or refuse to go on.

        Raises:
            WorkspaceBusy: Another run has it.
            StorageFailed: The store does not say.
        """
        with self._turn:
            if not self._is_lost:
                self._renew()
            if self._is_lost:
                msg = f"this run lost its hold on {self._objects.address}: nothing was published"
                raise WorkspaceBusy(
                    msg, "It did not renew its lease in time, and another run took it. Run again."
                )

    def renew_while_held(self) -> None:
        """Renew it again and again, until it is given back or lost."""
        while not self._ended.wait(LEASE_SECONDS / RENEWALS):
            with self._turn, suppress(StorageFailed):
                self._renew()
            if self._is_lost:
                return

    def give_back(self) -> None:
        """Let others have it at once; one that was lost is left alone."""
        self._ended.set()
        with self._turn, suppress(ObjectChanged, StorageFailed):
            if self._e_tag is not None and not self._is_lost:
                self._objects.put_if(LEASE, self._say(is_free=True), self._e_tag)

    def _renew(self) -> None:
        self._renewals += 1
        try:
            self._e_tag = self._objects.put_if(LEASE, self._say(), self._e_tag)
        except ObjectChanged:
            self._is_lost = True

    def _say(self, *, is_free: bool = False) -> bytes:
        return json.dumps({**self._holder, "renewals": self._renewals, "free": is_free}).encode()


@contextmanager
def hold_lease(objects: S3Objects, wait_seconds: float = 0) -> Generator[Lease]:
    """Hold a workspace against every other run, on this machine or another.

    Args:
        wait_seconds: How long to wait for a run that holds it.

    Raises:
        WorkspaceBusy: Another run holds it, still after the wait.
        StorageFailed: The store refuses.
    """
    lease = Lease(objects)
    try:
        _acquire(objects, lease, wait_seconds)
        threading.Thread(target=lease.renew_while_held, name="lease", daemon=True).start()
        yield lease
    finally:
        lease.give_back()


def refuse_if_leased(address: Address) -> None:
    """Say at once that another run holds a workspace, as far as the clock of this machine tells.

    Raises:
        WorkspaceBusy: Another run holds it.
    """
    objects = S3Objects(address)
    found = _find_lease(objects)
    if found is not None and _is_held(*found, datetime.now(UTC)):
        raise _busy(objects, found[0], 0)


def find_killed_lease(objects: S3Objects) -> dict[str, object] | None:
    """Who held a workspace last, where it gave nothing back and its lease ran out: it was killed.

    By the clock of this machine: who only looks writes nothing into the store.
    """
    found = _find_lease(objects)
    if found is None or found[0].get("free") or _is_held(*found, datetime.now(UTC)):
        return None
    return found[0]


def _acquire(objects: S3Objects, lease: Lease, wait_seconds: float) -> None:
    deadline = time.monotonic() + wait_seconds
    while True:
        found = _find_lease(objects)
        if found is None or _has_ended(objects, *found):
            with suppress(ObjectChanged):
                lease.take(found[1].e_tag if found else None)
                if found is not None and not found[0].get("free"):
                    _fence_pointer(objects)
                return
            found = _find_lease(objects)
        left = deadline - time.monotonic()
        if left <= 0:
            raise _busy(objects, found[0] if found else {}, wait_seconds)
        time.sleep(min(POLL_SECONDS, left))


def _find_lease(objects: S3Objects) -> tuple[dict[str, object], StoredObject] | None:
    try:
        content, stored = read_whole(objects, LEASE)
    except ObjectMissing:
        return None
    try:
        said = json.loads(content)
    except ValueError:
        said = {}
    return said if isinstance(said, dict) else {}, stored


def _is_held(said: dict[str, object], stored: StoredObject, now: datetime) -> bool:
    seconds = said.get("seconds")
    lasts = timedelta(seconds=seconds if isinstance(seconds, int | float) else LEASE_SECONDS)
    return not said.get("free") and now < stored.modified + lasts


def _has_ended(objects: S3Objects, said: dict[str, object], stored: StoredObject) -> bool:
    """Whether a lease holds no more; if it seems to have run out, the store is asked its time."""
    if _is_held(said, stored, datetime.now(UTC)):
        return False
    return bool(said.get("free")) or not _is_held(said, stored, _ask_time(objects))


def _ask_time(objects: S3Objects) -> datetime:
    """What the store's clock says: when it took what is written now."""
    objects.put(CLOCK, b"")
    return objects.look(CLOCK).modified


def _fence_pointer(objects: S3Objects) -> None:
    """Make the pointer another object that says the same, if there is one."""
    while True:
        try:
            content, stored = read_whole(objects, POINTER)
            objects.put_if(POINTER, content + b"\n", stored.e_tag)
        except ObjectMissing:
            return
        except ObjectChanged:
            continue
        return


def _busy(objects: S3Objects, said: dict[str, object], wait_seconds: float) -> WorkspaceBusy:
    return WorkspaceBusy(
        say_held(objects.address, said, wait_seconds),
        "Let it finish, or wait for it with --wait SECONDS; the hold of a run that was killed "
        f"ends {LEASE_SECONDS // 60} minutes after it renewed it last.",
    )
