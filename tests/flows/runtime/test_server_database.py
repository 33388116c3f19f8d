"""A server for one run works on a copy of an empty database, which the first of them has made."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flows.runtime.server_database import MIGRATES, URL, ServerDatabase, names_database


def write_row(path: Path) -> None:
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE IF NOT EXISTS runs (name TEXT)")
        database.execute("INSERT INTO runs VALUES ('first')")
        database.commit()


def test_the_first_server_makes_the_tables_and_the_next_have_a_copy_each(tmp_path: Path) -> None:
    home, first, second = (tmp_path / name for name in ("home", "first", "second"))
    for folder in (home, first, second):
        folder.mkdir()

    made = ServerDatabase.of(home, first)
    assert made.prepare() == {URL: f"sqlite+aiosqlite:///{first}/prefect.db", MIGRATES: "true"}
    write_row(made.path)
    made.share()

    copied = ServerDatabase.of(home, second)
    assert copied.prepare() == {URL: f"sqlite+aiosqlite:///{second}/prefect.db", MIGRATES: "false"}
    write_row(copied.path)
    copied.share()
    with closing(sqlite3.connect(made.empty)) as database:
        assert database.execute("SELECT * FROM runs").fetchall() == [("first",)]
    assert [path.name for path in home.iterdir()] == [made.empty.name]


def test_what_cannot_be_shared_is_made_again_by_the_next_server(tmp_path: Path) -> None:
    alone = ServerDatabase.of(tmp_path / "gone", tmp_path)
    alone.prepare()
    write_row(alone.path)
    alone.share()
    assert alone.prepare()[MIGRATES] == "true"


@pytest.mark.parametrize(
    "name",
    [
        "PREFECT_API_DATABASE_CONNECTION_URL",
        "PREFECT_SERVER_DATABASE_CONNECTION_URL",
        "PREFECT_SERVER_DATABASE_HOST",
    ],
)
def test_a_database_of_the_users_own_is_used(name: str) -> None:
    assert names_database({name: "postgresql+asyncpg://here/prefect"})
    assert not names_database({"PREFECT_HOME": "here"})
