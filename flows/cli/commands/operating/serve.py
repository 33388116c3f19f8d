"""`campaign-reports serve`: the deployments of workspaces and what runs them, in one process."""

import signal
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cyclopts import Parameter

from flows.cli.launch import SERVER_IS_DEAD, refuse_dead_server
from flows.config.loading import load_workspace
from flows.errors import ConfigurationError, UsageError
from flows.remote.address import parse_address
from flows.remote.needs import TO_LOOK
from flows.remote.workspace_place import open_workspace
from flows.runtime.deployments import name_deployment, require_distinct_names

DESCRIPTION = "Read the feeds of {place} and publish its reports."


def serve(
    workspaces: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    cron: str | None = None,
    timezone: str = "UTC",
) -> int:
    """Serve workspaces to a Prefect server: runs begin by schedule, from its pages, by events.

    Args:
        workspaces: Folders with a campaigns.toml; each is a deployment of the name of its folder.
        cron: When to run ("0 5 * * *": each night at five); without it runs begin on demand.
        timezone: Whose clock the schedule follows, as Europe/Paris.

    Returns:
        The exit code, once it is interrupted.
    """
    places = [_find_place(root) for root in workspaces]
    require_distinct_names(places)
    _require_timezone(timezone)
    _require_server()
    flow = import_module("flows.campaign_reports").campaign_reports
    by_module = import_module("prefect.deployments.runner").EntrypointType.MODULE_PATH
    schedule = _make_schedule(cron, timezone) if cron else None
    served: list[Any] = [
        flow.to_deployment(
            name=name_deployment(place),
            parameters={"workspace": place},
            description=DESCRIPTION.format(place=place),
            tags=["campaign-reports"],
            schedule=schedule,
            entrypoint_type=by_module,
        )
        for place in places
    ]
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        import_module("prefect").serve(*served)
    except RuntimeError as error:
        if SERVER_IS_DEAD in str(error):
            refuse_dead_server(error)
        raise
    return 0


def _find_place(workspace: Path) -> str:
    """Where a workspace is for whoever runs it, once its configuration is known to hold."""
    with open_workspace(workspace, TO_LOOK) as root:
        folder = load_workspace(root).root
    return str(parse_address(workspace) or folder.resolve())


def _require_server() -> None:
    """Refuse to serve without a server that has schedules and outlives this process."""
    if not import_module("prefect.settings").PREFECT_API_URL.value():
        msg = "no Prefect server is named"
        hint = (
            "Start one with `prefect server start`, and set "
            "PREFECT_API_URL=http://127.0.0.1:4200/api here."
        )
        raise ConfigurationError(msg, hint)


def _require_timezone(timezone: str) -> None:
    try:
        ZoneInfo(timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        msg = f"--timezone: there is no time zone {timezone!r}"
        raise UsageError(msg, "Name one as Europe/Paris.") from error


def _make_schedule(cron: str, timezone: str) -> Any:
    try:
        return import_module("prefect.schedules").Cron(cron, timezone=timezone)
    except ValueError as error:
        msg = f"--cron: {cron!r} is not a schedule"
        raise UsageError(msg, 'Five fields, as "0 5 * * *": each night at five.') from error
