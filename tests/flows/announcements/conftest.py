"""Prefect's own server for the tests of what a run tells it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

PROJECT = Path(__file__).resolve().parents[3]
OWNER = """
import os, sys
from flows.runtime import prefect_server
assert prefect_server.start_server()
print(prefect_server._servers[0].pid, os.environ["PREFECT_API_URL"], flush=True)
sys.stdin.read()
"""


@dataclass(frozen=True)
class PrefectServer:
    """A server that a process started for its run.

    Attributes:
        owner: The process of the run.
        pid: The server's own.
        url: Where its API was named.
        home: What all servers of a user share.
    """

    owner: subprocess.Popen[bytes]
    pid: int
    url: str
    home: Path


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """The server that a run starts for itself, with a database of its own."""
    home = tmp_path_factory.mktemp("prefect")
    environ = {**os.environ, "PREFECT_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    environ.pop("PREFECT_API_URL", None)
    with subprocess.Popen(
        [sys.executable, "-c", OWNER],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environ,
        cwd=home,
    ) as owner:
        assert owner.stdin is not None
        assert owner.stdout is not None
        pid, url = owner.stdout.readline().decode().split()
        with temporary_settings({PREFECT_API_URL: url}):
            yield PrefectServer(owner, int(pid), url, home)
        owner.kill()
