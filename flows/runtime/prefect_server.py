"""Prefect's embedded server, begun first of all and never left behind.

Prefect would import its whole server into this process to start it in another, and poll until it
is up: 2.6 of the 8.5 seconds of a small run. Here it is started by its command line while this
process imports the flow, on a socket that is open from the start: a request that comes too early
waits in its queue.
"""

import atexit
import os
import socket
import subprocess
import sys
import tomllib
from collections.abc import Mapping, MutableMapping
from pathlib import Path

API_URL = "PREFECT_API_URL"
EPHEMERAL = "PREFECT_SERVER_EPHEMERAL_ENABLED"
BACKLOG = 128
PATIENCE_SECONDS = 5
_servers: list[subprocess.Popen[bytes]] = []


def start_server(environ: MutableMapping[str, str] = os.environ) -> bool:
    """Start the server that the flow will ask for, and name it in the environment.

    Call it before the first import of Prefect, which reads the environment. Once started it serves
    every run of this process and ends with it.

    Returns:
        Whether it was started; not where the user has a server of their own or wants none, where
        Prefect is imported already (a second workspace of one command), or where sockets cannot be
        handed to a process: there Prefect's own way holds.
    """
    is_too_late = "prefect" in sys.modules
    if is_too_late or os.name != "posix" or names_server(environ, Path.cwd()):
        return False
    server, environ[API_URL] = open_server(environ)
    _servers.append(server)
    atexit.register(end_server, server)
    return True


def open_server(environ: Mapping[str, str]) -> tuple[subprocess.Popen[bytes], str]:
    """Start a server of our own in a process, which ends with this one.

    Returns:
        The process, and the address of its API: it may be asked at once.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(BACKLOG)
        server = subprocess.Popen(  # noqa: S603 - our own module
            [sys.executable, "-m", "flows.runtime.server_process", str(listening.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=[listening.fileno()],
            env=dict(environ),
            start_new_session=True,
        )
        return server, f"http://127.0.0.1:{listening.getsockname()[1]}/api"


def is_private() -> bool:
    """Whether the server of this process is one of ours, which ends with it and nobody sees."""
    return bool(_servers)


def end_server(server: subprocess.Popen[bytes]) -> None:
    """End a server and wait until it is gone: it ends with its input, or by force."""
    if server.stdin is not None:
        server.stdin.close()
    try:
        server.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def leave(code: int) -> None:
    """End this process; where a server was its own, at once.

    The interpreter would wait for Prefect to send its last events to a server that ends as well,
    and take a second to free what the system frees anyway.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    if _servers:
        for server in _servers:
            end_server(server)
        os._exit(code)
    sys.exit(code)


def names_server(environ: MutableMapping[str, str], folder: Path) -> bool:
    """Whether the user's settings for Prefect name a server, or may do so in a profile.

    Args:
        folder: Where the command was called: Prefect reads settings from its files.
    """
    if environ.get(API_URL) or environ.get(EPHEMERAL, "true").lower() in {"0", "false", "no"}:
        return True
    profiles = environ.get("PREFECT_PROFILES_PATH") or str(
        Path(environ.get("PREFECT_HOME") or Path.home() / ".prefect", "profiles.toml")
    )
    stated = [
        _read(folder / "prefect.toml").get("api"),
        _read(folder / "pyproject.toml").get("tool", {}).get("prefect", {}).get("api"),
    ]
    dotenv = folder / ".env"
    is_in_dotenv = dotenv.is_file() and API_URL in dotenv.read_text("utf-8", errors="replace")
    return any(stated) or Path(profiles).exists() or is_in_dotenv


def _read(path: Path) -> dict[str, dict[str, dict[str, object]]]:
    """A TOML file; nothing where there is none or it cannot be read, which Prefect says itself."""
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
