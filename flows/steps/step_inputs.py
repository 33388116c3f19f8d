"""What a step is given: the tables and settings that it may read, and where it writes."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from contracts.config.workspace import Workspace
from flows.catalog.canonical_tables import Catalog
from flows.cluster.workers import Workers
from flows.kept.identities import identify
from flows.kept.keepers import Keeper, Scratch
from flows.report_tables import find_table


@dataclass(frozen=True)
class StepInputs:
    """The tables and settings that a step may read, which decide its result, and where it writes.

    Attributes:
        catalog: The canonical tables that it may read.
        config: The configuration, as far as it may read it.
        scratch: A folder for what is not kept.
        keeper: Has files written that a later run may take over.
        on_part: Told after each part of the work how many of how many are done.
    """

    catalog: Catalog
    config: Workspace
    scratch: Path
    keeper: Keeper
    on_part: Callable[[int, int], None] = field(default=lambda _done, _all: None, kw_only=True)

    @classmethod
    def afresh(cls, catalog: Catalog, config: Workspace, scratch: Path) -> "StepInputs":
        """Those of a question, whose steps compute everything anew and keep nothing."""
        return cls(catalog, config, scratch, Scratch(scratch / "kept"))

    @property
    def identity(self) -> str:
        """All that decides what is made from the tables and settings alone."""
        return identify(self.catalog, self.config)

    @property
    def workers(self) -> Workers:
        """What carries out the tasks of the step."""
        return self.keeper.workers


def is_given(catalog: Catalog, group: str, name: str) -> bool:
    """Whether the configured feeds make a report table exist (SPEC §3)."""
    return find_table(group, name).is_given_by(catalog.feeds.configured)
