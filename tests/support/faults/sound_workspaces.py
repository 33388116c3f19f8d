"""A workspace as it should be, and what runs make of it."""

from dataclasses import dataclass
from pathlib import Path

from flows.cli.app import main
from tests.support.faults.faulty_workspaces import KEPT, Tables, build, deliver, published
from tests.support.publishing import publish_tables
from tests.support.workspace_copies import copy_workspace


@dataclass(frozen=True)
class Sound:
    """A workspace as it should be, to be copied.

    Attributes:
        root: It was published twice, and one contact erased in between.
        delivered: The same, to which files were delivered that no run has read.
        after: What the next run publishes of the first.
        after_delivery: Of the second.
        after_erasure: Of the second, one run later, when KEPT was erased.
    """

    root: Path
    delivered: Path
    after: Tables
    after_delivery: Tables
    after_erasure: Tables

    @classmethod
    def read(cls, folder: Path) -> "Sound":
        """What `make_sound` made in a folder."""
        after = [published(folder / name) for name in ("after", "after delivery", "after erasure")]
        return cls(folder / "ws", folder / "delivered", *after)


def make_sound(folder: Path) -> None:
    """Publish the workspace, and copies of it to which something happened."""
    root = build(folder / "ws")
    publish_tables(copy_workspace(root, folder / "after"))
    deliver(copy_workspace(root, folder / "delivered"))
    publish_tables(copy_workspace(folder / "delivered", folder / "after delivery"))
    erased = copy_workspace(folder / "after delivery", folder / "after erasure")
    assert main(["erase", str(erased), "--contact", KEPT, "--yes"]) == 0
    publish_tables(erased)
