"""Prefect's server in a process of its own: `python -m flows.runtime.server_process SOCKET`.

It serves on a socket that the run has opened already, so that its address is known before it is
up and nobody can take its port, and it ends when its standard input does: with the run, however
that ended.
"""

import os
import socket
import sys
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from threading import Thread

from flows.runtime.imports import leave_out_needless, without_collecting
from flows.runtime.server_database import ServerDatabase, names_database

HOME = "PREFECT_HOME"
PRIVATE = {
    "PREFECT_UI_ENABLED": "false",
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT_API_BLOCKS_REGISTER_ON_START": "false",
    "PY_KEY_VALUE_DISABLE_BEARTYPE": "true",
}
"""What a server for one run does without: pages, block types, services for other runs, and types
checked of a store of keys that it has no use for."""


def end_with_input(folder: Path) -> None:
    """End this process once its standard input ends.

    Args:
        folder: What goes with it.
    """
    sys.stdin.buffer.read()
    # A server that is just starting would complain of its folder, which goes now.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())
    rmtree(folder, ignore_errors=True)
    os._exit(0)


def serve(descriptor: int, folder: Path) -> None:
    """Serve Prefect's API on a listening socket until the run ends.

    Args:
        descriptor: The inherited socket.
        folder: Where what goes with the server is written.
    """
    os.environ.pop("PREFECT_API_URL", None)
    os.environ.update(PRIVATE)
    database = None
    if HOME in os.environ and not names_database():
        database = ServerDatabase.of(Path(os.environ[HOME]), folder)
        os.environ.update(database.prepare())

    leave_out_needless()
    with without_collecting():
        import uvicorn  # noqa: PLC0415 - Prefect reads the environment when it is imported
        from prefect.server.api.server import create_app  # noqa: PLC0415

        app = create_app()

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started and database is not None:
                database.share()

    config = uvicorn.Config(app, log_level="error", lifespan="on", access_log=False)
    Server(config).run([socket.socket(fileno=descriptor)])


if __name__ == "__main__":
    own = Path(mkdtemp(prefix="campaign-reports-server-"))
    Thread(target=end_with_input, args=[own], daemon=True).start()
    serve(int(sys.argv[1]), own)
