"""Sessions are written once, and read again while their files are what they were."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import polars as pl

from contracts.config.workspace import Workspace
from contracts.facts.matching.session_matching import SourceDays
from flows.catalog.canonical_tables import Catalog
from flows.cluster.workers import THREADS, Workers
from flows.kept.identities import identify
from flows.kept.keepers import Keeper, ScratchFolder, WriteDrafts
from flows.steps.matching.sessions import KeyedSessions, find_sessions
from flows.steps.step_inputs import StepInputs
from tests.support.workspaces import feed, read_files

TABLES = ("sessions", "page_views", "ads")
FEEDS = "".join(feed(table, f"raw/{table}/*") for table in TABLES)
ADS = b"platform,campaign_id\ngoogle_ads,c1\n"
SESSIONS = "org_id,session_id,started_at,landing_url\n"
VIEWS = "org_id,page_view_id,viewed_at,anonymous_id,url\n"
DAYS = 160
"""So many files that a run of them without the end of a batch is out of the question."""


@dataclass
class Memory(Keeper):
    """Has files written that are not there yet, and tells of which steps."""

    home: Path
    workers: Workers = THREADS
    written: list[str] = field(default_factory=list)

    def folders(
        self, name: str, inputs: Sequence[Iterable[object]], write: WriteDrafts
    ) -> list[ScratchFolder]:
        identities = [identify(name, [*of]) for of in inputs]
        found = [ScratchFolder(self.home / one, one) for one in identities]
        new = [(at, one.path) for at, one in enumerate(found) if not one.path.exists()]
        for _, path in new:
            path.mkdir(parents=True)
        write(new, lambda _: self.written.append(name))
        return found

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:
        raise NotImplementedError(name)


def day(number: int, org_id: str = "a") -> bytes:
    """Two sessions of a day: one by an ad's link, one by nothing."""
    at = f"2026-01-{number % 28 + 1:02}T10:00:00Z"
    link = "https://x.io/?utm_source=google&utm_campaign=c"
    return (
        f"{SESSIONS}{org_id},{number}-1,{at},{link}{number % 3}\n"
        f"{org_id},{number}-2,{at},https://x.io/b\n"
    ).encode()


def read(place: Path, views: str, sessions: dict[str, bytes]) -> Catalog:
    files = {f"raw/sessions/{name}.csv": content for name, content in sessions.items()}
    files |= {"raw/page_views/1.csv": views.encode(), "raw/ads/1.csv": ADS}
    return read_files(place, FEEDS, files).catalog


def find(catalog: Catalog, place: Path, memory: Memory | None = None) -> KeyedSessions:
    given = StepInputs.afresh(catalog, Workspace(), place / "scratch")
    return find_sessions(given if memory is None else replace(given, keeper=memory))


def tell(found: KeyedSessions) -> tuple[pl.DataFrame, ...]:
    """Sessions, traffic sources and days, in one order."""
    keys = [SourceDays.traffic_source, SourceDays.date_day]
    days = found.days.group_by(keys).agg(pl.sum(SourceDays.session_count))
    rows = (found.sessions.sort("org_id", "session_id"), found.sources.sort(keys[0]))
    return tuple(part.collect() for part in (*rows, days.sort(keys)))


def is_same(one: KeyedSessions, other: KeyedSessions) -> bool:
    return all(a.equals(b) for a, b in zip(tell(one), tell(other), strict=True))


def test_a_new_file_has_few_sessions_written_and_gives_those_of_all_files(tmp_path: Path) -> None:
    views = f"{VIEWS}b,1,2026-01-02T10:00:00Z,d1,https://x.io/\n"
    before = {f"{number:02}": day(number) for number in range(DAYS)}
    memory = Memory(tmp_path / "kept")
    first = find(read(tmp_path / "one", views, before), tmp_path / "one", memory)
    assert memory.written.count("sessions of files") > 2
    assert memory.written.count("sessions of page views") == 1

    memory.written.clear()
    now = read(tmp_path / "two", views, before | {"new": day(DAYS)})
    found = find(now, tmp_path / "two", memory)
    # Where batches end hangs on the hashes of files: the new one may end one, or begin another.
    assert {*memory.written} == {"sessions of files"}
    assert len(memory.written) <= 2
    assert found.identity != first.identity
    assert is_same(found, find(now, tmp_path / "three"))
    assert found.sessions.collect().height == 2 * DAYS + 3


def test_an_organization_that_delivers_sessions_has_none_of_its_page_views(tmp_path: Path) -> None:
    """Its page views made sessions as long as it delivered none."""
    views = f"{VIEWS}b,1,2026-01-02T10:00:00Z,d1,https://x.io/\n"
    memory = Memory(tmp_path / "kept")
    alone = find(read(tmp_path / "one", views, {"01": day(1)}), tmp_path / "one", memory)
    now = read(tmp_path / "two", views, {"01": day(1), "02": day(2, "b")})
    both = find(now, tmp_path / "two", memory)
    assert alone.sessions.collect()["session_id"].sort().to_list() == ["1-1", "1-2", "view:1"]
    assert both.sessions.collect()["session_id"].sort().to_list() == ["1-1", "1-2", "2-1", "2-2"]
    assert is_same(both, find(now, tmp_path / "three"))


def test_nothing_delivered_is_no_session(tmp_path: Path) -> None:
    found = find(read(tmp_path, VIEWS, {"01": SESSIONS.encode()}), tmp_path)
    assert [part.height for part in tell(found)] == [0, 0, 0]
