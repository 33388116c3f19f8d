"""What all tests share: processes, where they write, and what they start from."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.faults.forked_commands import Commands, forked_commands
from tests.support.samples import SAMPLES, copy_sample
from tests.support.shared_folders import make_once

ROOT = Path(__file__).resolve().parents[1]
MEMORY = Path("/dev/shm")  # noqa: S108 - pytest makes a folder of its own there
LEAST_FREE = 4 << 30

if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > LEAST_FREE:
    # A run flushes every file that it writes: a fifth of the suite's processor time on a disk.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests wait for servers, workers and disks."""
    return (os.cpu_count() or 1) + 1


@pytest.fixture(scope="session")
def published_sample(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """A sample workspace with its reports, for who only reads: one command publishes all."""
    return make_once(tmp_path_factory, "samples", publish_samples).joinpath


def publish_samples(folder: Path) -> None:
    """Run the real command on a copy of every sample workspace."""
    roots = [copy_sample(one.name, folder / one.name) for one in sorted(SAMPLES.iterdir())]
    command = [sys.executable, "-m", "flows.cli.app", "run", *map(str, roots)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)


@pytest.fixture(scope="session")
def commands(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Commands]:
    """The process that forks commands which are killed or disturbed."""
    with forked_commands(tmp_path_factory.mktemp("commands")) as started:
        yield started
