"""Prefect's embedded server answers on the address that was named, and ends with its run."""

import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from flows.runtime.prefect_server import names_server
from flows.runtime.server_database import ServerDatabase

PROJECT = Path(__file__).resolve().parents[3]
OWNER = f"""
import os, sys, time
sys.path.insert(0, {str(PROJECT)!r})
from flows.runtime import prefect_server
assert prefect_server.start_server()
print(prefect_server._servers[0].pid, os.environ["PREFECT_API_URL"], flush=True)
time.sleep(600)
"""


def is_running(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look at processes")
def test_the_server_answers_where_it_was_named_and_a_killed_run_leaves_none(tmp_path: Path) -> None:
    home = tmp_path / "prefect"
    environ = {**os.environ, "PREFECT_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    environ.pop("PREFECT_API_URL", None)
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, env=environ, cwd=tmp_path
    ) as owner:
        assert owner.stdout is not None
        pid, url = owner.stdout.readline().decode().split()
        with urllib.request.urlopen(f"{url}/health", timeout=300) as answer:  # noqa: S310 - ours
            assert answer.read() == b"true"
        assert ServerDatabase.of(home, tmp_path).empty.exists()
        assert is_running(int(pid))
        owner.kill()
        deadline = time.monotonic() + 300
        while is_running(int(pid)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not is_running(int(pid))
    assert owner.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("environ", "files", "expected"),
    [
        ({}, {}, False),
        ({"PREFECT_API_URL": "http://127.0.0.1:4200/api"}, {}, True),
        ({"PREFECT_SERVER_EPHEMERAL_ENABLED": "false"}, {}, True),
        ({}, {"prefect.toml": '[api]\nurl = "http://127.0.0.1:4200/api"'}, True),
        ({}, {"pyproject.toml": '[tool.prefect.api]\nurl = "http://127.0.0.1:4200/api"'}, True),
        ({}, {"pyproject.toml": '[tool.prefect]\nhome = ".prefect"'}, False),
        ({}, {"pyproject.toml": "no TOML ["}, False),
        ({}, {".env": "PREFECT_API_URL=http://127.0.0.1:4200/api"}, True),
        ({}, {"home/profiles.toml": 'active = "mine"'}, True),
    ],
)
def test_a_server_of_the_users_own_is_left_to_prefect(
    environ: dict[str, str], files: dict[str, str], *, expected: bool, tmp_path: Path
) -> None:
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    home = {"PREFECT_HOME": str(tmp_path / "home")}
    assert names_server({**home, **environ}, tmp_path) is expected
