"""Prefect's embedded default, quiet and private, unless the user says otherwise.

The command sets these before Prefect is imported; a user's own variables always win, so that a
PREFECT_API_URL of theirs is used and shows them their runs.
"""

import os
import tempfile
from collections.abc import MutableMapping
from pathlib import Path

LOOPBACK = "127.0.0.1,localhost"

DEFAULTS = {
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_SERVER_LOGGING_LEVEL": "CRITICAL",
    "PREFECT_LOGGING_TO_API_ENABLED": "false",
    "PREFECT_LOGGING_HANDLERS_CONSOLE_LEVEL": "CRITICAL",
    "PREFECT_SERVER_EPHEMERAL_ENABLED": "true",
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "180",
    "PREFECT_CLI_COLORS": "false",
}
"""What holds where the environment says nothing; the start limit of 20 s fails under load.

The terminal is the command's own: it shows progress and a summary, the log of a run the rest.
"""

TALKATIVE = ("PREFECT_LOGGING_LEVEL", "PREFECT_LOGGING_TO_API_ENABLED")
"""Left to Prefect where a server of the user's own takes the logs."""


def quiet_prefect(environ: MutableMapping[str, str] = os.environ) -> None:
    """Set what the environment leaves open; call it before the first import of Prefect."""
    own_server = bool(environ.get("PREFECT_API_URL"))
    for name, value in DEFAULTS.items():
        if not (own_server and name in TALKATIVE):
            environ.setdefault(name, value)
    if not own_server and "PREFECT_HOME" not in environ and not _has_profiles(environ):
        environ["PREFECT_HOME"] = str(_home(environ))
    for name in ("NO_PROXY", "no_proxy"):
        known = environ.get(name, "")
        if "127.0.0.1" not in known:
            environ[name] = ",".join(part for part in (known, LOOPBACK) if part)


def _has_profiles(environ: MutableMapping[str, str]) -> bool:
    """Whether the user has settings of their own for Prefect, which our home would hide."""
    if "PREFECT_PROFILES_PATH" in environ:
        return True
    return (Path(environ.get("HOME", "~")).expanduser() / ".prefect" / "profiles.toml").exists()


def _home(environ: MutableMapping[str, str]) -> Path:
    """A folder that all runs of this user share, so that its database is made only once."""
    cache = environ.get("XDG_CACHE_HOME") or str(
        Path(environ.get("HOME", "~"), ".cache").expanduser()
    )
    home = Path(cache) / "campaign-reports" / "prefect"
    try:
        home.mkdir(parents=True, exist_ok=True)
    except OSError:
        return Path(tempfile.mkdtemp(prefix="campaign-reports-"))
    return home if os.access(home, os.W_OK) else Path(tempfile.mkdtemp(prefix="campaign-reports-"))
