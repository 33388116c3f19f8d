"""What a click on a figure gives: a command that a shell takes as it is, and that explains it."""

import json
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from flows.campaign_reports import campaign_reports
from tests.support.commands import Call
from tests.support.pages import PATIENCE
from tests.support.workspaces import as_json_lines, feed, write_workspace

NAMES = [
    "plain",
    'it\'s "quoted" $(touch hit) `touch hit` ; touch hit #',
    "</code><script>document.title='hit'</script>",
    "new\nline\ttab \x1b[201~touch hit",
    "--to=hit -- \\ & | > hit",
    "evil\u202e \N{LATIN SMALL LETTER O WITH STROKE}\U0001f3bf %41 {{x}}",
]
SHELL = "campaign-reports() { printf '%s\\0' \"$@\"; }\n"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Campaigns whose ids and names are as bad as a shell could fear, in a folder like that."""
    stats = [
        {"platform": "google_ads", "campaign_id": name, "campaign_name": name, "clicks": n}
        | {"date_day": f"2026-01-{day:02}", "spend": f"{n}.25", "impressions": 10}
        for n, name in enumerate(NAMES, start=1)
        for day in (1, 2)
    ]
    root = write_workspace(
        tmp_path_factory.mktemp("it's a $HOME"),
        feed("ad_stats", "raw/*.jsonl"),
        {"raw/stats.jsonl": as_json_lines(stats)},
    )
    campaign_reports.fn(str(root), wait_seconds=0)
    return root


def read_as_shell(command: str, folder: Path) -> list[str]:
    """The arguments that bash makes of a command line."""
    given = subprocess.run(
        ["/bin/bash", "-c", SHELL + command], capture_output=True, check=True, cwd=folder
    )
    return given.stdout.decode().split("\0")[:-1]


def test_the_command_of_every_kind_of_figure_explains_it(
    browser: Browser, workspace: Path, tmp_path: Path, call: Call
) -> None:
    """The sum of each campaign's two days, and the headline over all."""
    page = browser.new_page()
    page.set_default_timeout(PATIENCE)
    page.goto((workspace / "reports/latest/report.html").as_uri())
    page.click("[data-tab=ads]")
    page.check("input[value=all]")
    rows = page.locator("[data-period=all] table").nth(1).locator("tbody [data-column=spend]")
    figures = [page.locator("[data-period=all] .headlines [data-column=spend]"), *rows.all()]
    shown = [figure for figure in figures if figure.is_visible()]
    found = {}
    for figure in shown:
        figure.click()
        arguments = read_as_shell(page.inner_text("#where code"), tmp_path)
        assert arguments[:2] == ["explain", str(workspace)]
        said = json.loads(call(*arguments, "--json").out)
        assert said["value"] == float(figure.get_attribute("data-value") or "")
        found[said["key"].get("campaign_id")] = said["rows_total"]
    assert page.title() != "hit"
    page.close()
    assert found == {None: 2 * len(NAMES), **dict.fromkeys(NAMES, 2)}
    assert list(tmp_path.iterdir()) == []
