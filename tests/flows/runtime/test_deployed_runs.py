"""Runs of real deployments on a real server and worker; minutes, so only with DEPLOYED=1."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import LogFilter, LogFilterFlowRunId
from prefect.client.schemas.objects import FlowRun

from contracts.manifest import Manifest
from flows.runtime.deployments import PROJECT
from flows.storage.layout import Layout
from flows.storage.lock import hold_workspace
from flows.storage.snapshots.published_files import read_manifest
from tests.support.object_stores import BUCKET, S3Server, s3_server
from tests.support.workspaces import feed, write_workspace

pytestmark = pytest.mark.skipif(
    os.environ.get("DEPLOYED") != "1", reason="a server, a worker and minutes: DEPLOYED=1"
)
POOL = "campaign-reports"
PATIENCE = 300
TOML = "".join(feed(table, f"raw/{table}/*.csv") for table in ("contacts", "sends"))
SENDS = "send_id,contact_id,status\n"
FINAL = {"Completed", "Failed", "Crashed", "Cancelled"}


def wait_for(found: Callable[[], Any]) -> Any:
    """What a function gives once it gives anything."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with suppress(OSError, ValueError):
            if value := found():
                return value
        time.sleep(0.05)
    raise TimeoutError


@dataclass(frozen=True)
class Prefect:
    """A server with its API, and what its commands need in their environment."""

    client: SyncPrefectClient
    environ: dict[str, str]

    def call(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "prefect", *arguments],
            cwd=PROJECT,
            env={**self.environ, **environ},
            capture_output=True,
            text=True,
            check=False,
        )

    def deploy(self, **environ: str) -> subprocess.CompletedProcess[str]:
        place = ("--prefect-file", "flows/prefect.yaml")
        return self.call("--no-prompt", "deploy", *place, "--all", **environ)

    def trigger(self, name: str) -> FlowRun:
        deployment = self.client.read_deployment_by_name(f"campaign-reports/{name}")
        return self.client.create_flow_run_from_deployment(deployment.id)

    def wait(self, run: FlowRun, *states: str) -> FlowRun:
        def reached() -> FlowRun | None:
            now = self.client.read_flow_run(run.id)
            return now if now.state_name in (states or FINAL) else None

        return wait_for(reached)

    def states(self, run: FlowRun) -> list[str]:
        return [state.name or "" for state in self.client.read_flow_run_states(run.id)]

    def logs(self, run: FlowRun) -> str:
        of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]))
        return "\n".join(one.message for one in self.client.read_logs(of_run, limit=200))


def start(environ: dict[str, str], *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", *arguments], cwd=environ["PREFECT_HOME"], env=environ
    )


@pytest.fixture(scope="module")
def s3(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3Server]:
    """An S3 server, to which the worker's variables lead."""
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture(scope="module")
def prefect_api(tmp_path_factory: pytest.TempPathFactory, s3: S3Server) -> Iterator[Prefect]:
    """A server on a free port, and a worker that tries again after two seconds."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    environ = {
        **os.environ,
        "DO_NOT_TRACK": "1",
        "NO_PROXY": "127.0.0.1,localhost",
        "PREFECT_HOME": str(tmp_path_factory.mktemp("prefect")),
        "PREFECT_API_URL": f"http://127.0.0.1:{port}/api",
        "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
        "PREFECT_FLOWS_DEFAULT_RETRY_DELAY_SECONDS": "2",
        "PYTHONPATH": str(PROJECT),
        "XDG_CACHE_HOME": str(tmp_path_factory.mktemp("cache")),
        **s3.environment,
    }
    server = start(environ, "prefect", "server", "start", "--host", "127.0.0.1", "--port", port)
    url = environ["PREFECT_API_URL"]
    worker = None
    try:
        wait_for(lambda: urllib.request.urlopen(f"{url}/health").read() == b"true")  # noqa: S310
        with SyncPrefectClient(api=url) as client:
            prefect = Prefect(client, environ)
            assert prefect.call("work-pool", "create", POOL, "--type", "process").returncode == 0
            worker = start(environ, "prefect", "worker", "start", "--pool", POOL)
            yield prefect
    finally:
        for process in (worker, server):
            if process is not None:
                process.send_signal(signal.SIGINT)
                process.wait(60)


@pytest.fixture
def root(tmp_path: Path, request: pytest.FixtureRequest) -> Path:
    name = request.node.name.removeprefix("test_").replace("_", "-")
    files = {
        "raw/contacts/1.csv": b"contact_id\n101\n102\n",
        "raw/sends/1.csv": (SENDS + "1,101,sent\n2,102,delivered\n").encode(),
    }
    return write_workspace(tmp_path / name, TOML, files)


def test_a_deployment_without_a_workspace_is_refused(prefect_api: Prefect) -> None:
    done = prefect_api.deploy()
    assert done.returncode != 0
    assert "the deployment names no workspace" in done.stderr
    assert "Traceback" not in done.stderr
    assert prefect_api.client.request("POST", "/deployments/count", json={}).json() == 0


def test_a_triggered_run_completes_and_shows_itself(prefect_api: Prefect, root: Path) -> None:
    assert prefect_api.deploy(WORKSPACE=str(root)).returncode == 0
    run = prefect_api.wait(prefect_api.trigger(root.name))
    assert run.state_name == "Completed"
    assert run.name.startswith(f"{root.name} 20")
    assert run.parameters == {"workspace": str(root), "full": False, "wait_seconds": 3600}
    assert wait_for(lambda: "rows: 4 read, 4 accepted" in prefect_api.logs(run))
    manifest = read_manifest(root)
    assert manifest is not None
    shown = prefect_api.client.request("POST", "/artifacts/latest/filter", json={}).json()
    (summary,) = [one for one in shown if one["key"] == f"campaign-reports-{root.name}-summary"]
    assert manifest.run_id in summary["data"]


def test_a_workspace_in_a_bucket_completes_and_is_the_same(
    prefect_api: Prefect, root: Path, s3: S3Server, tmp_path: Path
) -> None:
    """Triggered twice: read anew, and from what lies in the bucket; then as a folder."""
    address = f"s3://{BUCKET}/deployed/{root.name}"
    s3.upload(root, f"deployed/{root.name}")
    assert prefect_api.deploy(WORKSPACE=address).returncode == 0
    for _ in range(2):
        run = prefect_api.wait(prefect_api.trigger(root.name))
        assert run.state_name == "Completed"
        assert run.name.startswith(f"{root.name} 20")
        for said in ("rows: 4 read, 4 accepted", f"where: {address}"):
            assert wait_for(lambda said=said, run=run: said in prefect_api.logs(run))
    there = s3.download(f"deployed/{root.name}", tmp_path / "there")
    found = read_manifest(there)
    assert prefect_api.deploy(WORKSPACE=str(root)).returncode == 0
    assert prefect_api.wait(prefect_api.trigger(root.name)).state_name == "Completed"
    here = read_manifest(root)
    assert found is not None
    assert here is not None
    assert _hashes(found) == _hashes(here)
    assert not (root / "s3:").exists()


def _hashes(manifest: Manifest) -> dict[str, str]:
    """Table -> hash of its file; what tells of the run itself left out."""
    outputs = [one for one in manifest.outputs if one.group != "run"]
    return {f"{one.group}/{one.table}": one.sha256 for one in outputs}


def test_a_refusal_is_one_failed_state_without_a_traceback(
    prefect_api: Prefect, root: Path
) -> None:
    (root / "raw/sends/1.csv").write_text(SENDS + "1,101,sold\n")
    assert prefect_api.deploy(WORKSPACE=str(root)).returncode == 0
    run = prefect_api.wait(prefect_api.trigger(root.name))
    assert prefect_api.states(run).count("Failed") == 1
    assert run.state is not None
    assert (run.state.message or "").startswith("nothing was published: feed sends has 1 of 1")
    assert run.run_count == 1
    time.sleep(5)
    assert "Traceback" not in prefect_api.logs(run)


def test_a_storage_failure_is_tried_again(prefect_api: Prefect, root: Path) -> None:
    Layout(root).reports.mkdir()
    Layout(root).snapshots.write_text("in the way")
    assert prefect_api.deploy(WORKSPACE=str(root)).returncode == 0
    run = prefect_api.trigger(root.name)
    prefect_api.wait(run, "AwaitingRetry")
    Layout(root).snapshots.unlink()
    assert prefect_api.wait(run).state_name == "Completed"
    assert "it is tried again" in prefect_api.logs(run)
    assert "Traceback" not in prefect_api.logs(run)


def test_a_killed_run_is_crashed_and_the_next_completes(prefect_api: Prefect, root: Path) -> None:
    rows = "".join(f"{number},101,sent\n" for number in range(500_000))
    (root / "raw/sends/1.csv").write_text(SENDS + rows)
    assert prefect_api.deploy(WORKSPACE=str(root)).returncode == 0
    run = prefect_api.trigger(root.name)
    os.kill(wait_for(lambda: json.loads(Layout(root).lock.read_text())["pid"]), signal.SIGKILL)
    assert prefect_api.wait(run).state_name == "Crashed"
    assert read_manifest(root) is None
    assert prefect_api.wait(prefect_api.trigger(root.name)).state_name == "Completed"
    assert read_manifest(root) is not None


def test_two_runs_at_once_wait_for_each_other(prefect_api: Prefect, root: Path) -> None:
    assert prefect_api.deploy(WORKSPACE=str(root)).returncode == 0
    with hold_workspace(root):
        runs = [prefect_api.trigger(root.name) for _ in range(2)]
        for run in runs:
            prefect_api.wait(run, "Running")
            wait_for(lambda run=run: "another run holds" in prefect_api.logs(run))
    assert [prefect_api.wait(run).state_name for run in runs] == ["Completed", "Completed"]
    assert len(list(Layout(root).snapshots.iterdir())) == 2


def test_what_is_served_runs_by_schedule(prefect_api: Prefect, root: Path) -> None:
    command = ("flows.cli", "serve", str(root), "--cron", "* * * * *")
    serving = start(prefect_api.environ, *command, "--timezone", "Europe/Paris")
    try:
        wait_for(lambda: read_manifest(root))
        deployment = prefect_api.client.read_deployment_by_name(f"campaign-reports/{root.name}")
        assert deployment.parameters == {"workspace": str(root)}
    finally:
        serving.send_signal(signal.SIGINT)
        assert serving.wait(60) == 0
