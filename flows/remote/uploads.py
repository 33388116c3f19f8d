"""What a command changed in its view, put into the store: a reader sees the old state or the new.

Tables come before the manifest that names them, the manifest before the pointer, and what is no
longer needed goes last. A snapshot is noted before its first object: what a run leaves that does
not come to its end is known by that note, never shown, and removed by the next one.
"""

import json
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from flows.errors import DataRefused, StorageFailed, WorkspaceBusy
from flows.remote.lease import Lease
from flows.remote.mirror import Changes, Mirror, work_at_once
from flows.remote.object_keys import (
    ERASURES,
    POINTER,
    RECEIPT,
    SNAPSHOTS,
    SUMS_FOLDER,
    UPLOADS,
    Kind,
    kind_of,
    run_of,
)
from flows.remote.store_errors import ObjectChanged, ObjectMissing

LATEST = "reports/latest"
OF_A_FAILURE = frozenset({Kind.LEDGER, Kind.KEPT, Kind.QUARANTINE, Kind.STATE})
"""What a command that failed leaves on purpose."""
BEFORE_THE_MANIFEST = frozenset({Kind.KEPT, Kind.QUARANTINE, Kind.SNAPSHOT, Kind.PAGE})
KEYS_A_REQUEST = 1000
WORTH_COPYING = 1 << 20
"""From how many bytes on two requests are cheaper than sending what the store has already."""


def upload_changes(mirror: Mirror, lease: Lease) -> None:
    """Put what a command changed into the store, and remove what it removed.

    Raises:
        WorkspaceBusy: The lease is lost; nothing was published.
        DataRefused: A raw object that was written anew is not any more the one that was read.
        StorageFailed: The store refuses; what was published before still is, or what is now.
    """
    upload = _Upload(mirror, lease, mirror.find_changes())
    lease.require()
    run = upload.find_new_run()
    notes = [f"{UPLOADS}{run}"] if run else []
    for note in notes:
        mirror.objects.put(note, b"{}\n")
    try:
        upload.put_up_to_the_pointer(run)
    except WorkspaceBusy:
        if run:
            _withdraw(mirror, run)
        raise
    _show_latest(mirror)
    upload.put(_is_said_last)
    _remove(mirror, [*_without_latest(upload.changes.removed), *mirror.leftovers, *notes])


def upload_failure(mirror: Mirror, lease: Lease) -> None:
    """Put what a command that failed leaves: what was read, what was rejected, how it ended."""
    written = mirror.find_changes().written
    lease.require()
    left = {key: path for key, path in written.items() if kind_of(key) in OF_A_FAILURE}
    upload = _Upload(mirror, lease, Changes(left))
    upload.put_ledger()
    upload.put_kinds(BEFORE_THE_MANIFEST)
    upload.put(_is_said_last)


def upload_note_of_stop(mirror: Mirror, lease: Lease) -> None:
    """Put how a command ended that was stopped, and nothing else: little time is left to it."""
    lease.require()
    _Upload(mirror, lease, mirror.find_changes()).put(_is_said_last)


@dataclass(frozen=True)
class _Upload:
    """What a command changed, on its way into the store while the lease is held."""

    mirror: Mirror
    lease: Lease
    changes: Changes

    def find_new_run(self) -> str:
        """The run whose snapshot is not in the store yet; empty for none."""
        known = {run_of(key) for key in self.mirror.stored if key.startswith(SNAPSHOTS)}
        ours = {run_of(key) for key in self.changes.written if key.startswith(SNAPSHOTS)}
        return max(ours - known, default="")

    def put_up_to_the_pointer(self, run: str) -> None:
        """Put all that the pointer is to lead to, and then the pointer, where it is another."""
        self.put(lambda key: key in ERASURES)
        self._require_same_raw()
        self.put_kinds({Kind.RAW, Kind.SETTING})
        self.put_ledger()
        self.put_kinds(BEFORE_THE_MANIFEST)
        self.put(lambda key: key.startswith(SUMS_FOLDER))
        if run:
            _require_whole(self.mirror, run)
        written = self.changes.written
        if POINTER in written or any(kind_of(key) is Kind.MANIFEST for key in written):
            self.lease.require()
            self.put_kinds({Kind.MANIFEST})
        if POINTER in written:
            self.lease.require()
            _swap_pointer(self.mirror, written[POINTER])

    def put_ledger(self) -> None:
        """Put parts before the receipt that makes a reading of them."""
        for is_receipt in (False, True):
            self.put(
                lambda key, is_meant=is_receipt: (
                    kind_of(key) is Kind.LEDGER and key.endswith(f"/{RECEIPT}") == is_meant
                )
            )

    def put_kinds(self, kinds: AbstractSet[Kind]) -> None:
        """Put the files of some kinds."""
        self.put(lambda key: kind_of(key) in kinds)

    def put(self, is_meant: Callable[[str], bool]) -> None:
        """Put the files whose keys are meant, several at a time."""
        work_at_once(self._put_one, filter(is_meant, sorted(self.changes.written)))

    def _put_one(self, key: str) -> None:
        mirror, path = self.mirror, self.changes.written[key]
        is_large = path.stat().st_size >= WORTH_COPYING
        if is_large and (source := mirror.find_same(path)) in mirror.stored:
            mirror.objects.copy(source, key)
            e_tag = mirror.objects.look(key).e_tag
        else:
            e_tag = mirror.objects.put(key, path)
        mirror.note_stored(key, e_tag, path)

    def _require_same_raw(self) -> None:
        """Refuse to replace a raw object that is not the one that was read."""
        for key in self.changes.written:
            before = self.mirror.stored.get(key)
            if before is None or kind_of(key) is not Kind.RAW:
                continue
            with suppress(ObjectMissing):
                if self.mirror.objects.look(key).e_tag != before.e_tag:
                    msg = f"{key} was changed while it was read: nothing was erased from it"
                    raise DataRefused(msg, "Run the command again.")


def _is_said_last(key: str) -> bool:
    return kind_of(key) is Kind.STATE and key not in ERASURES and not key.startswith(SUMS_FOLDER)


def _require_whole(mirror: Mirror, run: str) -> None:
    """Have the store tell what it has of a new snapshot, before anything leads to it."""
    folder = f"{SNAPSHOTS}{run}"
    listed = {one.key: (one.size, one.e_tag) for one in mirror.objects.list_all(folder)}
    for key, one in mirror.stored.items():
        if key.startswith(f"{folder}/") and listed.get(key) != (one.size, one.e_tag):
            msg = f"storage failed: {key} is not in {mirror.objects.address} as it was written"
            raise StorageFailed(msg, "Run again; if it happens again, ask the store's operator.")


def _swap_pointer(mirror: Mirror, path: Path) -> None:
    before = mirror.stored.get(POINTER)
    try:
        e_tag = mirror.objects.put_if(POINTER, path.read_bytes(), before.e_tag if before else None)
    except ObjectChanged:
        msg = f"another run has published in {mirror.objects.address} meanwhile"
        raise WorkspaceBusy(msg, "Run again.") from None
    mirror.note_stored(POINTER, e_tag, path)


def _show_latest(mirror: Mirror) -> None:
    """Copy the published one-file tables and the page to the paths that never change."""
    shown = {
        path.relative_to(mirror.root).as_posix(): path
        for path in sorted((mirror.root / LATEST).rglob("*"))
        if path.is_file()
    }
    if not shown:
        return
    published = json.loads((mirror.root / POINTER).read_bytes())["run_id"]

    def copy(key: str) -> None:
        source = f"{SNAPSHOTS}{published}/{key.removeprefix(f'{LATEST}/')}"
        origin, there = mirror.stored.get(source), mirror.stored.get(key)
        if origin is None:
            mirror.objects.put(key, shown[key])
        elif there is None or there.e_tag != origin.e_tag:
            mirror.objects.copy(source, key)

    work_at_once(copy, shown)
    _remove(
        mirror, [key for key in mirror.stored if kind_of(key) is Kind.LATEST and key not in shown]
    )


def _without_latest(keys: Iterable[str]) -> list[str]:
    """Keys to remove; what makes a snapshot or a reading one goes before its files."""
    named = (Kind.MANIFEST, Kind.LEDGER)
    ours = [key for key in keys if kind_of(key) is not Kind.LATEST]
    first = [key for key in ours if kind_of(key) in named and key.endswith(".json")]
    return [*sorted(first), *sorted({*ours} - {*first})]


def _withdraw(mirror: Mirror, run: str) -> None:
    """Remove what was uploaded of a snapshot that will not be published."""
    ours = [key for key in mirror.stored if key.startswith(f"{SNAPSHOTS}{run}/")]
    with suppress(StorageFailed):
        _remove(mirror, [*ours, f"{UPLOADS}{run}"])


def _remove(mirror: Mirror, keys: list[str]) -> None:
    for start in range(0, len(keys), KEYS_A_REQUEST):
        mirror.objects.delete(keys[start : start + KEYS_A_REQUEST])
    for key in keys:
        mirror.stored.pop(key, None)
