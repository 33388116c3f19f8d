"""Where things lie in a workspace."""

import os
from pathlib import Path


def in_text(path: str) -> str:
    r"""A path as text: bytes of it that are none, as `M\xfcrz.csv` in Latin-1, stand as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


class Layout:
    """The places of one workspace.

    Attributes:
        config: The configuration.
        reports: The published tree.
        pointer: Which snapshot is published.
        snapshots: One folder a published run.
        latest: The published one-file tables under paths that never change.
        quarantine: Rejected rows, one folder a run.
        state: What runs keep for themselves.
        ledger: One folder per file read: its canonical parts and its receipt.
        kept: What a run need not compute again: intermediate results, and what each report wrote.
        erasures: What is remembered of the people who were erased.
        erasures_copy: The same once more, in another folder: what is lost of it, no feed brings
            back.
        erasing: An erasure that is decided and not yet carried out; absent at all other times.
        sums: The hashes of what runs wrote for others to read.
        lock: The file that the running run holds.
        staging: What is being written and is not yet published.
        last_attempt: How the last attempt of a run ended.
        columns: Which columns the files of each feed gave.
        journal: Which run is being published at this moment; absent at all other times.
    """

    def __init__(self, root: Path) -> None:
        """Those below a folder."""
        self.root = root
        self.config = root / "campaigns.toml"
        self.reports, self.state = root / "reports", root / "state"
        self.quarantine = root / "quarantine"
        self.pointer = self.reports / "current.json"
        self.snapshots, self.latest = self.reports / "snapshots", self.reports / "latest"
        self.erasures = self.state / "erasures.json"
        self.erasures_copy = self.quarantine / "erasures.json"
        self.erasing = self.state / "erasing"
        self.ledger, self.kept = self.state / "ledger", self.state / "kept"
        self.sums, self.lock = self.state / "sums", self.state / "lock"
        self.staging = self.state / "staging"
        self.journal = self.state / "publishing.json"
        self.last_attempt = self.state / "last_attempt.json"
        self.columns = self.state / "columns.json"

    def relative(self, path: Path) -> str:
        """A path as the manifest states it: from the workspace, with forward slashes."""
        return path.relative_to(self.root).as_posix()
