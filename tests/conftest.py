"""What all tests share: processes, where they write, and what they start from."""

import os
import shutil
import sys
from collections.abc import Callable, Generator, Iterator
from itertools import chain
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from flows.runtime.allocator import keep_pages
from flows.runtime.imports import without_collecting
from tests.support.examples import choose_examples
from tests.support.faults.forked_commands import Commands, forked_commands
from tests.support.samples import publish_samples
from tests.support.shared_folders import make_once

ROOT = Path(__file__).resolve().parents[1]
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
LEAST_FREE = 4 << 30
SERVED = (
    ("tests/flows/remote/", "tests/flows/cluster/"),
    ("tests/faults/", "tests/flows/test_nights.py"),
)
"""What shares a server, or a process that has imported what it forks."""
LONGEST = (
    *chain(*SERVED),
    "tests/test_end_to_end.py",
    "tests/flows/announcements/",
    "tests/flows/test_kept_inputs.py",
)
"""Tests that take tens of seconds together."""

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > LEAST_FREE:
    # A run flushes every file that it writes: a fifth of the suite's processor time on a disk.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))

if sys.dont_write_bytecode:
    # A hundred processes would compile all modules anew, which takes twice as long as loading them.
    # The folders of who forbids bytecode beside the sources stay as they are.
    sys.dont_write_bytecode = False
    sys.pycache_prefix = str(ROOT / ".pytest_cache" / "bytecode")
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    os.environ["PYTHONPYCACHEPREFIX"] = sys.pycache_prefix

keep_pages()  # of the processes that begin from here on: a tenth of their time
choose_examples()


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests wait for servers, workers and disks."""
    return (os.cpu_count() or 1) + 1


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """A module's tests go to one process; those that share a server, together."""
    return Scheduling(config, log)


class Scheduling(LoadScopeScheduling):
    """Gives modules to processes in the order of collection."""

    def _split_scope(self, nodeid: str) -> str:
        served = next((places[0] for places in SERVED if nodeid.startswith(places)), None)
        return served or super()._split_scope(nodeid)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """The modules and tests stay to the end: nobody need look whether they are garbage."""
    with without_collecting():
        return (yield)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that no process is left with it at the end."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONGEST))


@pytest.fixture(autouse=True)
def _environment_stays() -> Iterator[None]:
    """Take back what commands that are called in this process set for theirs."""
    before = dict(os.environ)
    yield
    if os.environ != before:
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def published_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A sample workspace with its reports, for who only reads: one command publishes all."""
    return make_once(tmp_path_factory, "samples", publish_samples).joinpath


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The process that forks commands which are killed or disturbed."""
    with forked_commands(tmp_path_factory.mktemp("commands")) as started:
        yield started
