"""`serve`: what is refused before anything is served; a real server is in the long test."""

from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.cli.app import main
from tests.support.commands import Call


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "no Prefect server is named"),
        (["--timezone", "Europe/Atlantis"], "there is no time zone 'Europe/Atlantis'"),
    ],
)
def test_what_cannot_be_served_is_told(
    arguments: list[str],
    says: str,
    workspace: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert main(["serve", str(workspace), "--cron", "0 5 * * *", *arguments]) == 2
    assert says in capsys.readouterr().err


def test_two_workspaces_of_one_name_are_refused(workspace: Path, call: Call) -> None:
    assert "2 workspaces are called ws" in call("serve", workspace, workspace, code=2).err
