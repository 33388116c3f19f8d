"""A run of the flow, whose modules are imported when it is called and not before."""

from importlib import import_module
from pathlib import Path
from typing import NoReturn

from contracts.manifest import Manifest
from flows.errors import ConfigurationError, StorageFailed
from flows.progress import Progress
from flows.remote.address import parse_address
from flows.remote.needs import TO_LOOK
from flows.remote.workspace_place import open_workspace, refuse_if_held_elsewhere
from flows.runtime.imports import without_collecting
from flows.runtime.prefect_defaults import quiet_prefect
from flows.runtime.prefect_server import start_server

NEEDED_LATER = ("fastapi.encoders", "prefect.task_engine", "pyarrow.compute", "numpy.ma")
"""What a run would import when Prefect's server has answered, which is to come up still."""
SERVER_IS_DEAD = "Failed to reach API"
"""How Prefect begins its RuntimeError when the user's own server is not there."""


def launch_run(
    root: Path, wait_seconds: float, progress: Progress, *, full: bool, dask: str | None
) -> Manifest:
    """Run the Prefect flow for one workspace in this process.

    Prefect's server comes up meanwhile. Configuration and lock are looked at before the flow is
    imported, so that a mistake or a running run is told at once.

    Raises:
        CampaignReportsError: What stopped the run.
    """
    quiet_prefect()
    start_server()
    with open_workspace(root, TO_LOOK) as local, without_collecting():
        loaded = import_module("flows.config.loading").load_workspace(local)
    if wait_seconds == 0:
        refuse_if_held_elsewhere(root)
        import_module("flows.storage.lock").refuse_if_held(loaded.root)
    place = str(parse_address(root) or loaded.root)
    with without_collecting():
        flow = import_module("flows.campaign_reports")
        for name in NEEDED_LATER:
            import_module(name)
    try:
        return flow.run_workspace(place, wait_seconds, progress, full=full, dask=dask)
    except RuntimeError as error:
        if SERVER_IS_DEAD in str(error):
            refuse_dead_server(error)
        raise
    except import_module("httpx").TransportError as error:
        msg = "the Prefect server stopped answering during the run, whose end it does not know"
        hint = f"`campaign-reports status {root}` says whether it was published; start the server."
        raise StorageFailed(msg, hint) from error


def refuse_dead_server(error: Exception) -> NoReturn:
    """Say that the user's own server is not there.

    Raises:
        ConfigurationError: Always.
    """
    msg = "the Prefect server that PREFECT_API_URL names does not answer"
    raise ConfigurationError(msg, "Start it, or unset PREFECT_API_URL.") from error
