"""Prefect's defaults: quiet and private, and the user's own settings win."""

import os
from pathlib import Path

from flows.runtime import prefect_defaults


def test_quiet_defaults_leave_the_users_own_settings(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PREFECT_LOGGING_LEVEL": "DEBUG", "NO_PROXY": "intranet"}
    prefect_defaults.quiet_prefect(environ)
    assert environ["PREFECT_LOGGING_LEVEL"] == "DEBUG"
    assert environ["NO_PROXY"] == "intranet,127.0.0.1,localhost"
    assert environ["no_proxy"] == "127.0.0.1,localhost"
    assert environ["DO_NOT_TRACK"] == "1"
    assert environ["PREFECT_HOME"] == str(tmp_path / ".cache" / "campaign-reports" / "prefect")


def test_quiet_uses_a_server_of_the_users_own(tmp_path: Path) -> None:
    environ = {"HOME": str(tmp_path), "PREFECT_API_URL": "http://127.0.0.1:4200/api"}
    prefect_defaults.quiet_prefect(environ)
    assert environ["PREFECT_API_URL"] == "http://127.0.0.1:4200/api"
    assert not {"PREFECT_HOME", "PREFECT_LOGGING_LEVEL"} & set(environ)
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "profiles.toml").write_text("")
    with_profiles = {"HOME": str(tmp_path)}
    prefect_defaults.quiet_prefect(with_profiles)
    assert "PREFECT_HOME" not in with_profiles


def test_quiet_finds_a_home_where_there_is_none() -> None:
    environ = {"HOME": "/proc/nowhere"}
    prefect_defaults.quiet_prefect(environ)
    assert os.access(environ["PREFECT_HOME"], os.W_OK)
    Path(environ["PREFECT_HOME"]).rmdir()
