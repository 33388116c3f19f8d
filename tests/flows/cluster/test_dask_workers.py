"""Tasks on a real Dask cluster: each done once, and the samples' tables the same as here."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from distributed import LocalCluster

from flows.cluster import dask_workers
from flows.cluster.dask_workers import connect
from flows.cluster.workers import Threads, Workers, perform
from flows.config import memory
from flows.errors import ConfigurationError
from flows.kept.kept_steps import KeptSteps
from flows.readers import RefusedFile
from flows.steps.ads import ad_facts, performance_reports
from flows.steps.messaging import key_files
from flows.storage.snapshots.published_files import read_pointer
from tests.support.samples import EVERY_TABLE, copy_sample
from tests.support.workspaces import run_workspace

ITEMS = range(12)


def note(folder: Path, item: int) -> tuple[int, int]:
    """Leave a file that names the item and the process that worked on it."""
    (folder / f"{item}-{os.getpid()}").touch()
    time.sleep(0.05)
    return item, os.getpid()


def die_once(folder: Path, item: int) -> int:
    """Die the first time that the item 3 comes; be slow with the item 5."""
    (folder / f"{item}-{os.getpid()}").touch()
    if item == 3 and not (folder / "killed").exists():
        (folder / "killed").write_text(str(os.getpid()))
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(1.5 if item == 5 else 0.05)
    return item


def refuse(_: object, item: int) -> int:
    if item == 7:
        msg = "it is no text"
        raise RefusedFile(msg, "deliver text")
    return item


def write_process(word: str, item: int, folder: Path) -> str | None:
    """Write which process worked on an item."""
    (folder / "process").write_text(f"{word} {item} {os.getpid()}")
    return f"odd {item}" if item % 2 else None


def test_a_cluster_does_each_task_once(tmp_path: Path, address: str) -> None:
    with connect(address, tmp_path) as workers:
        found: list[tuple[int, int]] = []
        perform(workers, note, tmp_path, ITEMS, found.append)
    done = dict(found)
    assert sorted(done) == list(ITEMS)
    assert os.getpid() not in done.values()
    assert len(set(done.values())) > 1
    assert len(list(tmp_path.iterdir())) == len(ITEMS)


class Noted:
    """What leaves a file that names each process in which it is unpickled."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name = folder, name
        (folder / f"{name}-{os.getpid()}").touch()

    def __reduce__(self) -> tuple[type["Noted"], tuple[Path, str]]:
        return Noted, (self.folder, self.name)


def take_noted(shared: Noted, item: Noted) -> tuple[str, str]:
    time.sleep(0.05)
    return shared.name, item.name


def test_the_scheduler_does_not_look_into_tasks(tmp_path: Path, cluster: LocalCluster) -> None:
    """The scheduler of this cluster runs in this process."""
    own = f"-{os.getpid()}"
    with connect(cluster.scheduler_address, tmp_path) as workers:
        items = [Noted(tmp_path, f"item {item}") for item in ITEMS]
        shared = Noted(tmp_path, "shared")
        for path in tmp_path.glob(f"*{own}"):
            path.unlink()
        done: list[tuple[str, str]] = []
        perform(workers, take_noted, shared, items, done.append)
    assert {*done} == {("shared", item.name) for item in items}
    opened = [path.name for path in tmp_path.iterdir()]
    assert not [name for name in opened if name.endswith(own)]
    assert len([name for name in opened if name.startswith("item")]) >= len(items)
    assert 1 < len([name for name in opened if name.startswith("shared")]) <= len(cluster.workers)


def test_a_scheduler_imports_nothing_but_what_tells_how_to_call() -> None:
    told = "import sys, flows.cluster.parcels; print(*(n for n in sys.modules if '.' not in n))"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    imported = {*done.stdout.split()} - {*sys.stdlib_module_names}
    assert "flows" in imported
    assert imported.isdisjoint(["polars", "pyarrow", "pandera", "prefect", "transforms", "numpy"])


def test_what_is_kept_is_written_by_workers_and_once(tmp_path: Path, address: str) -> None:
    def keep(items: range) -> list[tuple[str, str]]:
        inputs = [[item] for item in items]
        with connect(address, tmp_path) as workers:
            steps = KeptSteps(tmp_path / "kept", "code", workers)
            found = steps.each("a step", inputs, write_process, "item", items)
        return [(one.identity, (one.open() / "process").read_text()) for one in found]

    first, second = keep(ITEMS[:8]), keep(ITEMS)
    assert second[:8] == first
    assert [said.split()[:2] for _, said in second] == [["item", f"{item}"] for item in ITEMS]
    assert str(os.getpid()) not in {said.split()[2] for _, said in second}
    assert [identity for identity, _ in second][1::2] == [f"odd {item}" for item in ITEMS[1::2]]
    assert len({identity for identity, _ in second}) == len(ITEMS)


def test_of_a_killed_worker_only_its_own_tasks_are_done_again(tmp_path: Path, address: str) -> None:
    with connect(address, tmp_path) as workers:
        done: list[int] = []
        perform(workers, die_once, tmp_path, ITEMS, done.append)
    assert sorted(done) == list(ITEMS)
    begun = [path.name for path in tmp_path.glob("*-*")]
    of_killed = [name for name in begun if name.endswith(f"-{(tmp_path / 'killed').read_text()}")]
    assert len(ITEMS) < len(begun) <= len(ITEMS) + len(of_killed)


@pytest.mark.parametrize("remote", [False, True], ids=["threads", "cluster"])
def test_what_a_task_raises_is_raised_here(tmp_path: Path, address: str, *, remote: bool) -> None:
    def expect(workers: Workers) -> None:
        with pytest.raises(RefusedFile, match="it is no text; deliver text") as refused:
            perform(workers, refuse, None, ITEMS)
        assert refused.value.hint == "deliver text"

    if not remote:
        expect(Threads())
        return
    with connect(address, tmp_path) as workers:
        expect(workers)


def test_no_scheduler_at_the_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dask_workers, "SECONDS_TO_CONNECT", 1)
    told = pytest.raises(ConfigurationError, match=r"no Dask scheduler answers at tcp://127")
    with told, connect("tcp://127.0.0.1:9", tmp_path):
        pass


def test_workers_with_other_code_are_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_workers, "name_code", lambda: "another version")
    told = pytest.raises(ConfigurationError, match=r"(\d) of \1 workers have another version")
    with told, connect(address, tmp_path):
        pass


def test_workers_that_do_not_see_the_workspace_are_refused(
    tmp_path: Path, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dask_workers, "_read_probe", str)
    told = pytest.raises(ConfigurationError, match=r"(\d) of \1 workers do not see the workspace")
    with told, connect(address, tmp_path):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.fixture
def tasks_of_few_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a sample is cut into several tasks."""
    monkeypatch.setattr(key_files, "ROWS_A_GROUP", 100)
    for module in (ad_facts, performance_reports):
        monkeypatch.setattr(module, "STATS_ROWS", memory.STATS_ROWS._replace(most=100))


def run_sample(name: str, place: Path, workers: Workers) -> dict[str, bytes]:
    root = copy_sample(name, place / "ws")
    tables = run_workspace(root, place, workers).tables()
    assert tables
    return tables


def read_snapshot(root: Path) -> dict[str, bytes]:
    """The published tables, those of the run itself apart."""
    pointer = read_pointer(root)
    assert pointer is not None
    found = (root / "reports" / pointer.snapshot).rglob("*.parquet")
    tables = {f"{path.parent.name}/{path.stem}": path.read_bytes() for path in found}
    return {name: content for name, content in tables.items() if not name.startswith("run/")}


@pytest.mark.usefixtures("tasks_of_few_rows")
@pytest.mark.parametrize("sample", [name for name in EVERY_TABLE if name != "journeys"])
def test_a_cluster_gives_the_same_bytes(
    sample: str,
    tmp_path: Path,
    address: str,
    published_sample: Callable[[str], Path],
) -> None:
    here = read_snapshot(published_sample(sample))
    with connect(address, tmp_path) as workers:
        there = run_sample(sample, tmp_path / "there", workers)
    assert {name for name in here | there if here.get(name) != there.get(name)} == set()


@pytest.mark.usefixtures("tasks_of_few_rows")
def test_a_worker_killed_and_one_stopped_for_a_while(
    tmp_path: Path,
    cluster: LocalCluster,
    published_sample: Callable[[str], Path],
) -> None:
    """The largest sample; without a disturbance its bytes would be no others."""
    here = read_snapshot(published_sample("journeys"))
    killed, slow, *_ = (worker.pid for worker in cluster.workers.values())

    def disturb() -> None:
        time.sleep(0.2)
        os.kill(slow, signal.SIGSTOP)
        os.kill(killed, signal.SIGKILL)
        time.sleep(2)
        os.kill(slow, signal.SIGCONT)

    with connect(cluster.scheduler_address, tmp_path) as workers:
        disturbing = threading.Thread(target=disturb)
        disturbing.start()
        there = run_sample("journeys", tmp_path / "there", workers)
        disturbing.join()
    assert here == there
