"""What was brought from a store, kept on this machine by key and e_tag."""

import fcntl
import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from flows.remote.address import Address
from flows.remote.object_store import PIECE_BYTES, S3Objects, StoredObject
from flows.storage.workspace_files import PRIVATE_FOLDER, remove_tree

IN_USE = "in-use"


def cache_folder(address: Address) -> Path:
    """The folder in which this machine keeps what it brought of a workspace, for its owner alone.

    It is `campaign-reports` in the user's cache (XDG_CACHE_HOME), or in the folder for temporary
    files where that cannot be written.
    """
    home = os.environ.get("XDG_CACHE_HOME") or str(Path("~/.cache").expanduser())
    endpoint = os.environ.get("AWS_ENDPOINT_URL", "")
    name = hashlib.sha256(f"{endpoint}|{address}".encode()).hexdigest()[:16]
    for top in (Path(home), Path(tempfile.gettempdir())):
        folder = top / "campaign-reports" / name
        with suppress(OSError):
            folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
            if os.access(folder, os.W_OK):
                return folder
    return Path(tempfile.mkdtemp(prefix="campaign-reports-"))


class ObjectCache:
    """Contents of objects by key and e_tag, and the views of commands that are running."""

    def __init__(self, folder: Path, objects: S3Objects) -> None:
        """Keep contents below a folder."""
        self._folder = folder / "objects"
        self._views = folder / "views"
        self._objects = objects
        self._folder.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)

    def has(self, one: StoredObject) -> bool:
        """Whether the content of an object is here."""
        kept = self._place(one)
        return kept.exists() and kept.stat().st_size == one.size

    def bring(self, one: StoredObject, target: Path, *, is_fresh: bool) -> None:
        """Put an object's content under a path, from the store where it is not here.

        Raises:
            ObjectMissing: It is gone.
            ObjectChanged: It is another one by now.
            StorageFailed: The store or the disk refuses.
        """
        kept = self._place(one)
        if not is_fresh and self.has(one):
            with suppress(FileNotFoundError):
                link(kept, target)
                return
        fetch(self._objects, one, target)
        self.keep(one, target)

    def keep(self, one: StoredObject, source: Path) -> None:
        """Keep a file with an object's content, which is never changed any more."""
        kept = self._place(one)
        kept.parent.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        link(source, kept)

    def drop_others(self, stored: Iterable[StoredObject]) -> None:
        """Remove the contents of objects that are no longer in the store."""
        kept = {self._place(one) for one in stored}
        for content in self._folder.glob("*/*"):
            if content not in kept and not content.suffix:
                content.unlink(missing_ok=True)

    def begin_view(self, name: str, *, is_kept: bool) -> tuple[Path, int]:
        """Make an empty folder of a name; those of processes that are gone go.

        Returns:
            The folder, and the handle that says as long as it is open that the view is in use.
        """
        self._views.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
        for old in self._views.iterdir():
            _remove_unused(old)
        if is_kept:
            home = self._views.with_name("opened")
            remove_tree(home)
        else:
            home = self._views / secrets.token_hex(8)
        (home / name).mkdir(mode=PRIVATE_FOLDER, parents=True)
        handle = os.open(home / IN_USE, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(handle, fcntl.LOCK_SH)
        return home / name, handle

    def _place(self, one: StoredObject) -> Path:
        identity = hashlib.sha256(f"{one.key}|{one.e_tag}|{one.size}".encode()).hexdigest()
        return self._folder / identity[:2] / identity[2:]


def fetch(objects: S3Objects, one: StoredObject, target: Path) -> None:
    """Write an object's content to a file piece by piece, under its name when it is whole."""
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        with draft.open("xb") as file:
            for start in range(0, one.size, PIECE_BYTES):
                file.write(objects.read(one, start, PIECE_BYTES))
        os.utime(draft, ns=(_nanoseconds(one), _nanoseconds(one)))
        draft.replace(target)
    finally:
        draft.unlink(missing_ok=True)


def link(source: Path, target: Path) -> None:
    """Put a file's content under another path, at once; as a hard link where that can be."""
    draft = target.with_name(f"{target.name}.{secrets.token_hex(4)}.part")
    try:
        draft.hardlink_to(source)
    except OSError:
        shutil.copy2(source, draft)
    draft.replace(target)
    draft.unlink(missing_ok=True)


def stand_in(one: StoredObject, target: Path) -> None:
    """Make a file that has an object's size and time, and takes no room."""
    with target.open("xb") as file:
        file.truncate(one.size)
    os.utime(target, ns=(_nanoseconds(one), _nanoseconds(one)))


def _nanoseconds(one: StoredObject) -> int:
    return int(one.modified.timestamp()) * 1_000_000_000


def _remove_unused(home: Path) -> None:
    """Remove a view whose process is gone."""
    try:
        handle = os.open(home / IN_USE, os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return
    try:
        with suppress(OSError):
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove_tree(home)
    finally:
        os.close(handle)
