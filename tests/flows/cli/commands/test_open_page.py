"""`open`: the page of what is published, and that a run leaves one everywhere it should."""

import json
from pathlib import Path

import pytest

from flows.campaign_reports import campaign_reports
from tests.support.commands import Call
from tests.support.workspaces import feed, write_workspace

TOML = feed("contacts", "raw/contacts.csv") + feed("sends", "raw/sends.csv")
SENDS = b"send_id,contact_id,status,sent_at\n1,101,sent,2026-07-01T10:00:00Z\n"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files = {"raw/contacts.csv": b"contact_id\n101\n", "raw/sends.csv": SENDS}
    return write_workspace(tmp_path / "ws", TOML, files)


def test_a_run_leaves_a_page_and_descriptions(root: Path, call: Call) -> None:
    run_id = campaign_reports.fn(str(root), wait_seconds=0)["run_id"]
    snapshot = root / f"reports/snapshots/{run_id}"
    for name in ("report.html", "datapackage.json", "views.sql", "sources.yml"):
        assert (snapshot / name).stat().st_size
    assert (snapshot / "contracts/people.contact_report.odcs.yaml").exists()
    latest = root / "reports/latest/report.html"
    assert latest.read_bytes() == (snapshot / "report.html").read_bytes()
    assert json.loads(call("open", root, "--json").out) == {"page": str(snapshot / "report.html")}
    assert call("open", root).out == f"{snapshot / 'report.html'}\n"
    (snapshot / "report.html").unlink()
    assert "report.html is gone" in call("open", root, code=4).err


def test_nothing_published_is_2(root: Path, call: Call) -> None:
    assert "nothing is published yet" in call("open", root, code=2).err
