"""Where things lie in a workspace."""

import os
from dataclasses import dataclass
from pathlib import Path


def in_text(path: str) -> str:
    r"""A path as text: bytes of it that are none, as `M\xfcrz.csv` in Latin-1, stand as escapes."""
    return os.fsencode(path).decode(errors="backslashreplace")


@dataclass(frozen=True)
class Layout:
    """The places of one workspace."""

    root: Path

    @property
    def config(self) -> Path:
        """The configuration."""
        return self.root / "campaigns.toml"

    @property
    def reports(self) -> Path:
        """The published tree."""
        return self.root / "reports"

    @property
    def pointer(self) -> Path:
        """Which snapshot is published."""
        return self.reports / "current.json"

    @property
    def snapshots(self) -> Path:
        """One folder a published run."""
        return self.reports / "snapshots"

    @property
    def latest(self) -> Path:
        """The published one-file tables under paths that never change."""
        return self.reports / "latest"

    @property
    def quarantine(self) -> Path:
        """Rejected rows, one folder a run."""
        return self.root / "quarantine"

    @property
    def state(self) -> Path:
        """What runs keep for themselves."""
        return self.root / "state"

    @property
    def ledger(self) -> Path:
        """One folder per file read: its canonical parts and its receipt."""
        return self.state / "ledger"

    @property
    def kept(self) -> Path:
        """What a run need not compute again: intermediate results, and what each report wrote."""
        return self.state / "kept"

    @property
    def erasures(self) -> Path:
        """What is remembered of the people who were erased."""
        return self.state / "erasures.json"

    @property
    def erasures_copy(self) -> Path:
        """The same once more, in another folder: what is lost of it, no feed brings back."""
        return self.quarantine / "erasures.json"

    @property
    def erasing(self) -> Path:
        """An erasure that is decided and not yet carried out; absent at all other times."""
        return self.state / "erasing"

    @property
    def sums(self) -> Path:
        """The hashes of what runs wrote for others to read."""
        return self.state / "sums"

    @property
    def lock(self) -> Path:
        """The file that the running run holds."""
        return self.state / "lock"

    @property
    def staging(self) -> Path:
        """What is being written and is not yet published."""
        return self.state / "staging"

    @property
    def last_attempt(self) -> Path:
        """How the last attempt of a run ended."""
        return self.state / "last_attempt.json"

    @property
    def columns(self) -> Path:
        """Which columns the files of each feed gave."""
        return self.state / "columns.json"

    @property
    def journal(self) -> Path:
        """Which run is being published at this moment; absent at all other times."""
        return self.state / "publishing.json"

    def relative(self, path: Path) -> str:
        """A path as the manifest states it: from the workspace, with forward slashes."""
        return path.relative_to(self.root).as_posix()
