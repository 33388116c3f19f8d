"""Deployments: each is one workspace, and bears its name."""

from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from flows.errors import ConfigurationError

PROJECT = Path(__file__).resolve().parents[2]


def describe_workspace(path: str = "") -> dict[str, str]:
    """A build step of `prefect deploy`: which workspace is deployed, and under which name.

    Args:
        path: The workspace, absolute or a URL of an object store.

    Returns:
        `name` and `path` of the workspace, and `project`, the folder of the code.

    Raises:
        SystemExit: No workspace was named, or by a path that a worker could read otherwise. Prefect
            shows a traceback of every exception of a step but this one, with which its own command
            ends too.
    """
    if not path or not (path.startswith("/") or "://" in path):
        stated = (
            f"{path!r} is not an absolute path" if path else "the deployment names no workspace"
        )
        hint = "Set WORKSPACE to the absolute path of a folder with campaigns.toml, then deploy."
        raise SystemExit(str(ConfigurationError(stated, hint)))
    return {"name": name_deployment(path), "path": path, "project": str(PROJECT)}


def name_deployment(path: str) -> str:
    """The name of a workspace's deployment: that of its folder."""
    return path.rstrip("/").rsplit("/", 1)[-1]


def require_distinct_names(paths: Iterable[str]) -> None:
    """Refuse workspaces whose deployments would replace each other.

    Raises:
        ConfigurationError: Two of them have folders of one name.
    """
    counted = Counter(name_deployment(path) for path in paths)
    if twice := [name for name, count in counted.items() if count > 1]:
        msg = f"{counted[twice[0]]} workspaces are called {twice[0]}"
        raise ConfigurationError(msg, "A deployment bears the name of its folder: rename one.")
