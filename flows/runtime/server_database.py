"""The database of a server that serves one run: a copy of an empty one, gone with the server.

Nobody sees these runs. In one database for all of them each would make the next one's start slower,
by half a second after some thousand, and runs at one time would wait for each other.
"""

import os
import secrets
import sqlite3
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from shutil import copyfile

OF_THE_USER = ("PREFECT_API_DATABASE_", "PREFECT_SERVER_DATABASE_")
URL = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
MIGRATES = "PREFECT_SERVER_DATABASE_MIGRATE_ON_START"
NAME = "prefect.db"


@dataclass(frozen=True)
class ServerDatabase:
    """The database of one server.

    Attributes:
        path: Where it is.
        empty: The empty one with the tables of this version of Prefect, made by its first server.
    """

    path: Path
    empty: Path

    @classmethod
    def of(cls, home: Path, folder: Path) -> "ServerDatabase":
        """The database of a server that is about to start.

        Args:
            home: What all servers of this user share.
            folder: What goes with this one.
        """
        return cls(folder / NAME, home / f"empty-of-{version('prefect')}.db")

    def prepare(self) -> dict[str, str]:
        """Copy the empty database, if there is one.

        Returns:
            Prefect's settings for this one.
        """
        is_ready = self.empty.exists()
        if is_ready:
            copyfile(self.empty, self.path)
        return {URL: f"sqlite+aiosqlite:///{self.path}", MIGRATES: "false" if is_ready else "true"}

    def share(self) -> None:
        """Keep it, whose tables its server has just made, as the empty one, if that works."""
        if self.empty.exists():
            return
        draft = self.empty.with_name(f".{secrets.token_hex(8)}")
        with suppress(OSError, sqlite3.Error):
            with (
                closing(sqlite3.connect(self.path)) as made,
                closing(sqlite3.connect(draft)) as copy,
            ):
                made.backup(copy)
            draft.replace(self.empty)


def names_database(environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the user's settings name a database for Prefect's server."""
    return any(name.startswith(OF_THE_USER) for name in environ)
