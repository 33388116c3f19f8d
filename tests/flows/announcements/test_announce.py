"""What a run tells a real Prefect server: states, log lines, artifacts, assets and events."""

import json
import signal
import time
import urllib.request
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import prefect
import pytest
import yaml
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.filters import (
    ArtifactFilter,
    ArtifactFilterKey,
    FlowRunFilter,
    FlowRunFilterId,
    LogFilter,
    LogFilterFlowRunId,
)
from prefect.client.schemas.objects import FlowRun, TaskRun
from prefect.client.schemas.sorting import FlowRunSort
from prefect.events.schemas.automations import AutomationCore
from prefect.events.worker import EventsWorker
from prefect.logging.handlers import APILogWorker

from flows import campaign_reports as flow
from flows.announcements.announce import PUBLISHED, REFUSED
from flows.announcements.progress_artifacts import ProgressArtifacts
from flows.errors import CampaignReportsError, DataRefused, StorageFailed, WorkspaceBusy
from flows.runtime.deployments import PROJECT
from flows.runtime.server_database import ServerDatabase
from flows.steps.reading import file_tasks
from flows.storage.lock import hold_workspace
from tests.flows.announcements.conftest import PrefectServer
from tests.support.publishing import write_tables_alone
from tests.support.workspaces import feed, write_workspace

pytestmark = pytest.mark.usefixtures("prefect_server")
TOML = "".join(feed(table, f"raw/{table}/*.csv") for table in ("contacts", "messages", "sends"))
SENDS = b"send_id,contact_id,message_id,status,sent_at\n"
FIRST = SENDS + b"1,101,m1,sent,2026-07-01T10:00:00Z\n"
LATE = SENDS + b"2,102,m1,sent,2026-07-01T12:00:00Z\n3,103,m1,sold,2026-07-01T12:00:00Z\n"
SHARE = "[workspace]\nmax_rejected_share = 0.5\n"
PATIENCE = 300
EVERYBODY = b"contact_id,email\n101,jane@example.com\n"


@dataclass(frozen=True)
class Told:
    """What Prefect knows of a run."""

    run: FlowRun
    states: list[tuple[str, str]]
    tasks: dict[str, tuple[str, str]]
    logs: list[tuple[int, str]]
    artifacts: dict[str, Any]

    def text(self) -> str:
        parts = [self.states, self.tasks, self.logs, self.artifacts]
        return "\n".join(str(part) for part in parts)


@pytest.fixture
def client() -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as one:
        yield one


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {
        "raw/contacts/1.csv": EVERYBODY,
        "raw/messages/1.csv": b"message_id,name,channel\nm1,Hello *you* | me@shop.example,email\n",
        "raw/sends/1.csv": FIRST,
    }
    return write_workspace(tmp_path / "Shop & Co", SHARE + TOML, files)


def drain() -> None:
    EventsWorker.drain_all()
    APILogWorker.drain_all()


def look(client: SyncPrefectClient, *awaited: str) -> Told:
    """What the API says of the run that started last, once it knows some tasks.

    The server hears of tasks by and by: in which order, and how long after the run, is its own.
    """
    drain()
    (run,) = client.read_flow_runs(sort=FlowRunSort.START_TIME_DESC, limit=1)
    only = FlowRunFilter(id=FlowRunFilterId(any_=[run.id]))
    of_run = LogFilter(flow_run_id=LogFilterFlowRunId(any_=[run.id]))
    deadline = time.monotonic() + PATIENCE
    tasks = client.read_task_runs(flow_run_filter=only)
    while awaited and not have_ended(tasks, awaited):
        assert time.monotonic() < deadline, [(one.name, one.state_name) for one in tasks]
        time.sleep(0.1)
        tasks = client.read_task_runs(flow_run_filter=only)
    return Told(
        run,
        [(state.name or "", state.message or "") for state in client.read_flow_run_states(run.id)],
        {
            one.name: (one.state_name or "", (one.state and one.state.message) or "")
            for one in tasks
        },
        [(log.level, log.message) for log in client.read_logs(of_run, limit=200)],
        {one.key or "": one.data for one in client.read_artifacts(flow_run_filter=only)},
    )


def have_ended(tasks: list[TaskRun], awaited: Collection[str]) -> bool:
    """Whether some tasks are known, and all that are known have ended."""
    is_final = {one.name: bool(one.state and one.state.is_final()) for one in tasks}
    return is_final.keys() >= {*awaited} and all(is_final.values())


def events(client: SyncPrefectClient, run: FlowRun, *awaited: str) -> list[dict[str, Any]]:
    """The events that a run sent, oldest first, once its end and some resources are told of."""
    related = {"id": [f"prefect.flow-run.{run.id}"]}
    deadline = time.monotonic() + PATIENCE
    while True:
        answer = client.request(
            "POST", "/events/filter", json={"filter": {"related": related}, "limit": 50}
        )
        found = answer.json()["events"]
        ours = {one["event"] for one in found} & {PUBLISHED, REFUSED}
        if ours and {one["resource"]["prefect.resource.id"] for one in found}.issuperset(awaited):
            return list(reversed(found))
        assert time.monotonic() < deadline, found
        time.sleep(0.1)


def test_a_published_run_is_told_in_lines_artifacts_assets_and_one_event(
    root: Path, client: SyncPrefectClient
) -> None:
    flow.campaign_reports(str(root), wait_seconds=0)
    (root / "raw/sends/2.csv").write_bytes(LATE)
    published = flow.campaign_reports(str(root), wait_seconds=0)
    told = look(client, "raw/sends/2.csv", "report messages", "publish", "publish email")
    assert told.run.name.startswith("Shop & Co 20")
    assert told.run.parameters == {"workspace": str(root), "full": False, "wait_seconds": 0}
    assert told.states[-1][0] == "Completed"
    assert {"read raw feeds", "report messages", "publish", "publish email"} <= set(told.tasks)
    assert {name for name in told.tasks if name.startswith("raw/")} == {"raw/sends/2.csv"}
    assert told.tasks["raw/sends/2.csv"] == ("Completed", "sends: 2 rows, 1 rejected")
    assert {name for name, _ in told.tasks.values()} == {"Completed"}
    lines = [message for _, message in told.logs]
    assert "rows: 5 read, 4 accepted, 1 rejected, 0 superseded, 0 duplicates" in lines
    assert "changed: email sends of 2026-07-01 +1 (late rows, 1 file)" in lines
    assert "jane" not in told.text()

    key = "campaign-reports-shop-co"
    assert set(told.artifacts) == {f"{key}-{x}" for x in ("summary", "feeds", "changes", "rejects")}
    summary = told.artifacts[f"{key}-summary"]
    assert "# Shop & Co" in summary
    assert "| Rows rejected | 1 |" in summary
    assert "email sends of 2026-07-01 +1 (late rows, 1 file)" in summary
    assert (root / "reports/latest/report.html").as_uri() in summary
    rejects = json.loads(told.artifacts[f"{key}-rejects"])
    assert [(one["feed"], one["file"], one["rows"]) for one in rejects] == [
        ("sends", "raw/sends/2.csv", 1)
    ]
    feeds = json.loads(told.artifacts[f"{key}-feeds"])
    assert {one["feed"]: one["new_files"] for one in feeds} == {
        "contacts": 0,
        "messages": 0,
        "sends": 1,
    }
    changes = json.loads(told.artifacts[f"{key}-changes"])
    assert {"Hello *you* | (an address)"} == {one["name"] for one in changes}

    tables = {f"{one['group']}/{one['table']}" for one in published["outputs"]}
    assets = {f"campaignreports://shop-co/{table}" for table in tables}
    sent = events(client, told.run, *assets)
    (event,) = [one for one in sent if one["event"] == PUBLISHED]
    assert event["resource"]["prefect.resource.id"] == "campaign-reports.workspace.shop-co"
    assert event["payload"]["workspace"] == "Shop & Co"
    assert event["payload"]["run_id"] == published["run_id"]
    assert "email/message_report" in event["payload"]["tables"]
    assert event["payload"]["changes"] == len(changes)
    made = {
        one["resource"]["prefect.resource.id"]: one
        for one in sent
        if one["event"] == "prefect.asset.materialization.succeeded"
    }
    assert set(made) == assets
    report = made["campaignreports://shop-co/email/message_report"]
    assert report["payload"]["rows"] == 1
    assert report["payload"]["bytes"] > 0
    upstream = {one["prefect.resource.id"] for one in report["related"]}
    assert "campaignreports://shop-co/feeds/sends" in upstream


def test_a_refusal_is_one_failed_state_with_its_sentence_and_one_event(
    root: Path, client: SyncPrefectClient
) -> None:
    (root / "raw/sends/1.csv").write_bytes(FIRST.replace(b"sent,", b"jane@example.com,"))
    with pytest.raises(DataRefused) as refusal:
        flow.campaign_reports(str(root), wait_seconds=0)
    told = look(client, "refuse bad data")
    failed = [message for name, message in told.states if name == "Failed"]
    assert failed == [refusal.value.message]
    assert told.tasks["refuse bad data"] == ("Refused", refusal.value.message)
    assert {name for name, _ in told.tasks.values()} == {"Completed", "Refused"}
    assert told.run.run_count == 1
    assert "Traceback" not in told.text()
    assert "jane" not in told.text()
    assert told.artifacts == {}
    (event,) = [one for one in events(client, told.run) if one["event"] == REFUSED]
    assert event["payload"]["workspace"] == "Shop & Co"
    assert event["payload"]["message"] == refusal.value.message
    assert event["payload"]["exit_code"] == 3


def test_a_run_says_for_whom_it_waits_and_fails_with_its_sentence(
    root: Path, client: SyncPrefectClient
) -> None:
    with hold_workspace(root), pytest.raises(WorkspaceBusy):
        flow.campaign_reports(str(root), wait_seconds=0.2)
    told = look(client)
    assert [name for name, _ in told.states] == ["Pending", "Running", "Failed"]
    assert told.states[-1][1].startswith("another run holds the workspace")
    assert any(line.endswith("; waiting up to 0.2 seconds") for _, line in told.logs)
    assert told.tasks == {}


def test_a_refused_file_is_a_task_that_says_so(root: Path, client: SyncPrefectClient) -> None:
    (root / "raw/sends/2.csv").write_bytes(b"send_id,contact_id\n2,101\n")
    with pytest.raises(DataRefused):
        flow.campaign_reports(str(root), wait_seconds=0)
    told = look(client, "raw/sends/1.csv", "raw/sends/2.csv", "read raw feeds")
    state, reason = told.tasks["raw/sends/2.csv"]
    assert state == "Refused"
    assert "status" in reason
    assert told.tasks["raw/sends/1.csv"][0] == "Completed"
    assert told.tasks["read raw feeds"][0] == "Completed"
    assert [name for name, _ in told.states] == ["Pending", "Running", "Failed"]


def test_files_beyond_the_most_are_read_without_a_task(
    root: Path, client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_tables_alone(monkeypatch)
    monkeypatch.setattr(file_tasks, "MOST_TASKS", 2)
    flow.campaign_reports(str(root), wait_seconds=0)
    largest = {"raw/messages/1.csv", "raw/sends/1.csv"}
    told = look(client, *largest, "publish")
    assert {name for name in told.tasks if name.startswith("raw/")} == largest


def test_a_stage_that_takes_long_is_an_artifact_that_moves(client: SyncPrefectClient) -> None:
    seconds = iter((0, 1, 6, 7, 8, 9, 20))
    told: list[tuple[str, int, int]] = []

    @prefect.flow
    def stages() -> None:
        progress = ProgressArtifacts("shop", lambda *at: told.append(at), lambda: next(seconds))
        for at in ((0, 4), (1, 4), (2, 4), (3, 4), (4, 4)):
            progress("reading feeds", *at)
        progress("publishing", 0, 1)
        progress("publishing", 1, 1)

    stages()
    assert len(told) == 7
    (artifact,) = client.read_artifacts(
        artifact_filter=ArtifactFilter(
            key=ArtifactFilterKey(any_=["campaign-reports-shop-progress"])
        )
    )
    assert (artifact.data, artifact.description) == (100, "reading feeds: 4 of 4")


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (ValueError("jane@example.com"), "ValueError at "),
        (StorageFailed("the disk is full", "make room"), "the disk is full"),
    ],
)
def test_any_other_failure_is_a_sentence_too(
    error: Exception,
    says: str,
    root: Path,
    client: SyncPrefectClient,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object) -> None:
        raise error

    write_tables_alone(monkeypatch)
    monkeypatch.setattr(flow, "publish_snapshot", fail)
    with pytest.raises(type(error)) as raised:
        flow.campaign_reports(str(root), wait_seconds=0)
    assert raised.value is error
    told = look(client, "publish")
    assert [name for name, _ in told.states] == ["Pending", "Running", "Failed"]
    assert says in told.states[-1][1]
    assert told.tasks["publish"][0] == "Stopped"
    assert "Traceback" not in told.text()
    assert "jane" not in told.text()


def test_a_storage_failure_is_tried_again_and_nothing_else_is(
    root: Path, client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    failures: list[CampaignReportsError] = [StorageFailed("the disk is full")]
    publish = flow.publish_snapshot

    def fail_first(*args: Any) -> None:
        if failures:
            raise failures.pop()
        publish(*args)

    write_tables_alone(monkeypatch)
    monkeypatch.setattr(flow, "publish_snapshot", fail_first)
    patient = flow.campaign_reports.with_options(retries=2, retry_delay_seconds=1)
    patient(str(root), wait_seconds=0)
    told = look(client)
    names = [name for name, _ in told.states]
    assert names == ["Pending", "Running", "AwaitingRetry", "Running", "Completed"]
    assert "the disk is full" in told.states[2][1]
    assert (30, "the disk is full; it is tried again") in told.logs
    assert "Traceback" not in told.text()
    failures[:] = [StorageFailed("the disk is full") for _ in range(2)]
    with pytest.raises(StorageFailed):
        patient.with_options(retries=1)(str(root), wait_seconds=0)
    told = look(client)
    names = [name for name, _ in told.states]
    assert names == ["Pending", "Running", "AwaitingRetry", "Running", "Failed"]
    assert told.states[-1][1] == "the disk is full"
    failures[:] = [DataRefused("raw/a.csv is truncated")]
    with pytest.raises(DataRefused):
        patient(str(root), wait_seconds=0)
    assert [name for name, _ in look(client).states] == ["Pending", "Running", "Failed"]


def test_the_example_automations_are_accepted_and_wait_for_what_is_sent(
    client: SyncPrefectClient,
) -> None:
    stated = yaml.safe_load((PROJECT / "flows/automations.yaml").read_text())["automations"]
    expected = {name for one in stated for name in one["trigger"]["expect"]}
    assert expected == {PUBLISHED, REFUSED}
    for one in stated:
        automation = AutomationCore.model_validate(one)
        answer = client.request(
            "POST", "/automations/", json=automation.model_dump(mode="json", exclude_unset=True)
        )
        assert answer.status_code == 201
        kept = client.request("GET", f"/automations/{answer.json()['id']}").json()
        assert kept["trigger"]["match"]["prefect.resource.id"] == "campaign-reports.workspace.shop"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="needs /proc to look at processes")
def test_the_server_answers_where_it_was_named_and_a_killed_run_leaves_none(
    prefect_server: PrefectServer,
) -> None:
    """The last test: nobody has a server after it."""
    with urllib.request.urlopen(f"{prefect_server.url}/health", timeout=PATIENCE) as answer:  # noqa: S310 - ours
        assert answer.read() == b"true"
    assert ServerDatabase.of(prefect_server.home, prefect_server.home).empty.exists()
    assert is_running(prefect_server.pid)
    prefect_server.owner.kill()
    deadline = time.monotonic() + PATIENCE
    while is_running(prefect_server.pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not is_running(prefect_server.pid)
    assert prefect_server.owner.wait() == -signal.SIGKILL


def is_running(pid: int) -> bool:
    """Whether a process is there and not merely waiting to be buried."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
