"""What a command changed in its view, put into the store: a reader sees the old state or the new.

Tables come before the manifest that names them, the manifest before the pointer, and what is no
longer needed goes last. A snapshot is noted before its first object: what a run leaves that does
not come to its end is known by that note, never shown, and removed by the next one.
"""

import json
from collections.abc import Callable, Iterable
from contextlib import suppress
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

    Args:
        mirror: The view in which the command worked.
        lease: Held by this process.

    Raises:
        WorkspaceBusy: The lease is lost; nothing was published.
        DataRefused: A raw object that was written anew is not any more the one that was read.
        StorageFailed: The store refuses; what was published before still is, or what is now.
    """
    changes = mirror.find_changes()
    lease.require()
    run = _find_new_run(mirror, changes)
    if run:
        mirror.objects.put(f"{UPLOADS}{run}", b"{}\n")
    try:
        _upload_up_to_the_pointer(mirror, lease, changes, run)
    except WorkspaceBusy:
        if run:
            _withdraw(mirror, run)
        raise
    _show_latest(mirror)
    _upload(mirror, changes, _is_said_last)
    notes = [f"{UPLOADS}{run}"] if run else []
    _remove(mirror, [*_without_latest(changes.removed), *mirror.leftovers, *notes])


def upload_failure(mirror: Mirror, lease: Lease) -> None:
    """Put what a command that failed leaves: what was read, what was rejected, how it ended."""
    changes = mirror.find_changes()
    lease.require()
    kept = {key: path for key, path in changes.written.items() if kind_of(key) in OF_A_FAILURE}
    changes = Changes(kept)
    _upload_ledger(mirror, changes)
    _upload(mirror, changes, lambda key: kind_of(key) in BEFORE_THE_MANIFEST)
    _upload(mirror, changes, _is_said_last)


def _upload_up_to_the_pointer(mirror: Mirror, lease: Lease, changes: Changes, run: str) -> None:
    _upload(mirror, changes, lambda key: key in ERASURES)
    _require_same_raw(mirror, changes)
    _upload(mirror, changes, lambda key: kind_of(key) in {Kind.RAW, Kind.SETTING})
    _upload_ledger(mirror, changes)
    _upload(mirror, changes, lambda key: kind_of(key) in BEFORE_THE_MANIFEST)
    _upload(mirror, changes, lambda key: key.startswith(SUMS_FOLDER))
    if run:
        _require_whole(mirror, run)
    if POINTER in changes.written or any(kind_of(key) is Kind.MANIFEST for key in changes.written):
        lease.require()
        _upload(mirror, changes, lambda key: kind_of(key) is Kind.MANIFEST)
    if POINTER in changes.written:
        lease.require()
        _swap_pointer(mirror, changes.written[POINTER])


def _find_new_run(mirror: Mirror, changes: Changes) -> str:
    """The run whose snapshot is not in the store yet; empty for none."""
    known = {run_of(key) for key in mirror.stored if key.startswith(SNAPSHOTS)}
    new = {run_of(key) for key in changes.written if key.startswith(SNAPSHOTS)} - known
    return max(new, default="")


def _upload(mirror: Mirror, changes: Changes, is_meant: Callable[[str], bool]) -> None:
    """Upload the files whose keys are meant, several at a time."""
    work_at_once(lambda key: _put(mirror, key, changes), filter(is_meant, sorted(changes.written)))


def _is_said_last(key: str) -> bool:
    return kind_of(key) is Kind.STATE and key not in ERASURES and not key.startswith(SUMS_FOLDER)


def _put(mirror: Mirror, key: str, changes: Changes) -> None:
    path = changes.written[key]
    is_large = path.stat().st_size >= WORTH_COPYING
    if is_large and (source := mirror.find_same(path)) in mirror.stored:
        mirror.objects.copy(source, key)
        e_tag = mirror.objects.look(key).e_tag
    else:
        e_tag = mirror.objects.put(key, path)
    mirror.note_stored(key, e_tag, path)


def _upload_ledger(mirror: Mirror, changes: Changes) -> None:
    """Parts before the receipt that makes a reading of them."""
    ours = {key for key in changes.written if kind_of(key) is Kind.LEDGER}
    receipts = {key for key in ours if key.endswith(f"/{RECEIPT}")}
    _upload(mirror, changes, lambda key: key in ours - receipts)
    _upload(mirror, changes, lambda key: key in receipts)


def _require_same_raw(mirror: Mirror, changes: Changes) -> None:
    """Refuse to replace a raw object that is not the one that was read."""
    for key in changes.written:
        before = mirror.stored.get(key)
        if before is None or kind_of(key) is not Kind.RAW:
            continue
        with suppress(ObjectMissing):
            if mirror.objects.look(key).e_tag != before.e_tag:
                msg = f"{key} was changed while it was read: nothing was erased from it"
                raise DataRefused(msg, "Run the command again.")


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
