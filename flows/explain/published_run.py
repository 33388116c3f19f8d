"""The canonical tables of the published run, read again without writing to the workspace.

Facts are built again from them by the very steps that built them for the reports.
"""

from collections.abc import Container, Generator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from contracts.config.workspace import Workspace
from contracts.manifest import InputFile, Manifest
from flows.catalog.canonical_tables import Catalog
from flows.config.loading import LoadedWorkspace, load_workspace
from flows.errors import UsageError
from flows.progress import silence
from flows.remote.workspace_place import open_feeds
from flows.steps.activities.people_inputs import PeopleInputs
from flows.steps.activities.write_activities import Activities, write_activities
from flows.steps.ads.ad_facts import AdFacts, build_ad_facts
from flows.steps.matching.sessions import find_sessions
from flows.steps.messaging.described_messages import NamedKeys, find_names
from flows.steps.reading.read_feeds import read_feeds
from flows.steps.snapshot_changes import list_rewritten
from flows.steps.step_inputs import StepInputs
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import published_tables, read_manifest, require_whole

RUN_AGAIN = "Run the workspace, then explain the figures that it publishes."


@dataclass(frozen=True)
class PublishedRun:
    """What the published tables were made from.

    Attributes:
        tables: Group and name of every published table -> its files.
        scratch: A folder outside the workspace, for intermediate tables.
        is_erased_since: Whether people were erased since: the rows that are left are not all.
        whole: The tables whose files were found to be what was published.
    """

    loaded: LoadedWorkspace
    catalog: Catalog
    tables: dict[tuple[str, str], list[Path]]
    run_id: str
    scratch: Path
    is_erased_since: bool
    whole: set[tuple[str, str]] = field(default_factory=set)

    @property
    def config(self) -> Workspace:
        """The workspace's configuration."""
        return self.loaded.config

    @property
    def timezone(self) -> str:
        """Whose midnight ends a day."""
        return self.config.workspace.timezone

    @property
    def inputs(self) -> StepInputs:
        """What the steps of the run are given, to compute facts anew."""
        return StepInputs.afresh(self.catalog, self.config, self.scratch)

    @cached_property
    def names(self) -> NamedKeys:
        """What the keys of sends and events stand for."""
        return find_names(self.inputs)

    @cached_property
    def ads(self) -> AdFacts:
        """What the ads reports were made from, with every session and its ad."""
        return build_ad_facts(self.inputs, find_sessions(self.inputs))

    @cached_property
    def activities(self) -> Activities:
        """What everybody did, whose each device was, cut into groups of people."""
        matched, ad_names = self.ads.matched, self.ads.names.lazy()
        return write_activities(PeopleInputs.of(self.inputs, self.names, matched, ad_names))

    def scan(self, group: str, name: str) -> pl.LazyFrame | None:
        """A published table; None where there is none."""
        is_there = (group, name) in self.tables
        return pl.scan_parquet(self.list_files(group, name)) if is_there else None

    def list_files(self, group: str, name: str) -> list[Path]:
        """The files of a published table, each of them what was published.

        Raises:
            PublishedDamage: One is gone, or its bytes differ.
        """
        if (group, name) not in self.whole:
            require_whole(self.loaded.root, group, name)
            self.whole.add((group, name))
        return self.tables[group, name]


@contextmanager
def open_published_run(root: Path) -> Generator[PublishedRun]:
    """Read the canonical tables of the published run; the workspace stays as it is.

    The ledger is seen through links in a folder of its own, so that whatever reading writes falls
    there.

    Raises:
        UsageError: Nothing is published, or files or configuration are not those of the run.
    """
    loaded = load_workspace(root)
    manifest = read_manifest(loaded.root)
    if manifest is None:
        msg = f"nothing is published yet in {root}"
        raise UsageError(msg, RUN_AGAIN)
    if manifest.config_sha256 != loaded.config_sha256:
        msg = f"the configuration is not the one that run {manifest.run_id} published with"
        raise UsageError(msg, RUN_AGAIN)
    with (
        TemporaryDirectory(prefix="campaign-reports-explain-") as folder,
        open_feeds(loaded.root, loaded.config.feed_files),
    ):
        ledger = Path(folder) / "ledger"
        ledger.mkdir()
        for reading in Layout(loaded.root).ledger.glob("*"):
            (ledger / reading.name).symlink_to(reading)
        read = read_feeds(loaded, ledger, silence)
        _require_same_files(manifest, read.inputs, list_rewritten(loaded.root))
        scratch = Path(folder) / "scratch"
        scratch.mkdir()
        tables = published_tables(loaded.root)
        since = _count_erased(read.inputs) != _count_erased(manifest.inputs)
        yield PublishedRun(loaded, read.catalog, tables, manifest.run_id, scratch, since)


def _count_erased(inputs: list[InputFile]) -> int:
    return sum(one.erased for one in inputs)


def _require_same_files(
    manifest: Manifest, inputs: list[InputFile], rewritten: Container[str]
) -> None:
    """Refuse to explain figures by other files than those that they were made from."""
    published, found = (
        {(one.path, one.feed, one.table, one.sha256) for one in listed}
        for listed in (manifest.inputs, inputs)
    )
    if differing := sorted({path for path, *_ in published ^ found}):
        further = f" and {len(differing) - 1} more" if len(differing) > 1 else ""
        anew = {path for path, *_, sha256 in found if sha256 in rewritten}
        how = " (an erasure wrote them anew)" if anew.issuperset(differing) else ""
        msg = f"since run {manifest.run_id} was published, {differing[0]}{further} changed{how}"
        raise UsageError(msg, RUN_AGAIN)
