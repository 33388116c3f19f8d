"""Prefect's embedded server: started while the rest is imported, and never left behind.

Prefect ends its server when the process ends; a process that is killed leaves it running, with the
pipes that it inherited. A shell of a few bytes waits for the end of this process and sees to it.
"""

import os
import subprocess
from contextlib import suppress
from threading import Thread

from prefect.server.api.server import SubprocessASGIServer
from prefect.settings import get_current_settings

POLL_SECONDS = 0.01
WATCH = """
while read -r pid; do server=$pid; done
[ -n "$server" ] || exit 0
kill "$server" 2>/dev/null || exit 0
sleep 1
kill -9 "$server" 2>/dev/null
"""
"""Reads process ids until its input ends, which is when this process ends, then ends the last."""


_watchers: list[subprocess.Popen[bytes]] = []


def start_server() -> Thread | None:
    """Begin to start the server that the flow will ask for.

    Returns:
        The thread to join before the flow is called; None where no server is to be started,
        because one runs or the user has one of their own.
    """
    settings = get_current_settings()
    server = SubprocessASGIServer()
    if settings.api.url or not settings.server.ephemeral.enabled or server.running:
        return None
    starting = Thread(target=_start, args=(server,), daemon=True)
    starting.start()
    Thread(target=watch_server, args=(server, starting), daemon=True).start()
    return starting


def _start(server: SubprocessASGIServer) -> None:
    """Start the server; where that fails, the flow's own attempt says why."""
    with suppress(Exception):
        server.start()


def watch_server(server: SubprocessASGIServer, starting: Thread) -> None:
    """Have a watcher end the server once this process has ended, however it ended.

    Args:
        server: What is being started; where a port is in use, Prefect starts another process.
        starting: The thread that starts it.
    """
    read, write = os.pipe()
    quiet = subprocess.DEVNULL
    command = ["/bin/sh", "-c", WATCH]
    _watchers.append(
        subprocess.Popen(command, stdin=read, stdout=quiet, stderr=quiet, start_new_session=True)  # noqa: S603 - a constant
    )
    os.close(read)
    told = None
    while True:
        is_starting = starting.is_alive()
        process = server.server_process
        if process is not None and process.pid != told:
            told = process.pid
            os.write(write, f"{told}\n".encode())
        if not is_starting:
            return
        starting.join(POLL_SECONDS)
