"""A server of the user's own is left to Prefect."""

from pathlib import Path

import pytest

from flows.runtime.prefect_server import names_server


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
