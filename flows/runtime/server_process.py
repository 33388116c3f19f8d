"""Prefect's server in a process of its own: `python -m flows.runtime.server_process SOCKET`.

It serves on a socket that the run has opened already, so that its address is known before it is
up and nobody can take its port, and it ends when its standard input does: with the run, however
that ended.
"""

import os
import socket
import sys
from pathlib import Path
from threading import Thread

from flows.runtime.imports import without_collecting

DATABASE_IS_READY = "PREFECT_API_DATABASE_MIGRATE_ON_START"
PRIVATE = {
    "PREFECT_UI_ENABLED": "false",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
}
"""What a server for one run does without: pages, block types, and services for other runs."""


def end_with_input() -> None:
    """End this process once its standard input ends."""
    sys.stdin.buffer.read()
    os._exit(0)


def mark_of_database(home: Path) -> Path:
    """The file that says that the database in a home has this version's tables."""
    from importlib.metadata import version  # noqa: PLC0415 - after the environment is set

    return home / f".database-of-{version('prefect')}"


def serve(descriptor: int) -> None:
    """Serve Prefect's API on a listening socket until the run ends.

    Args:
        descriptor: The inherited socket.
    """
    os.environ.pop("PREFECT_API_URL", None)
    os.environ.update(PRIVATE)
    home = Path(os.environ.get("PREFECT_HOME", ""))
    mark = mark_of_database(home)
    is_ready = "PREFECT_HOME" in os.environ and mark.exists() and (home / "prefect.db").exists()
    if is_ready:
        os.environ.setdefault(DATABASE_IS_READY, "false")

    with without_collecting():
        import uvicorn  # noqa: PLC0415 - Prefect reads the environment when it is imported
        from prefect.server.api.server import create_app  # noqa: PLC0415

        app = create_app()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started and not is_ready and "PREFECT_HOME" in os.environ:
                mark.touch()

    config = uvicorn.Config(app, log_level="error", lifespan="on", access_log=False)
    Server(config).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    Thread(target=end_with_input, daemon=True).start()
    serve(int(sys.argv[1]))
