"""`campaign-reports run`: publish, and say in a few lines what came of it."""

import re
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter
from cyclopts.validators import Number

from contracts.manifest import Manifest
from flows.cli.console import print_json, print_note, until_closed
from flows.cli.failures import report_failure
from flows.cli.launch import launch_run
from flows.cli.options import Flag
from flows.cli.progress_bars import progress_bars
from flows.remote.needs import TO_SUM_UP
from flows.remote.workspace_place import open_workspace


def _require_address(_: object, address: str | None) -> None:
    if address is None:
        return
    pattern = import_module("contracts.config.setting_types").DASK_PATTERN
    if not re.fullmatch(pattern, address):
        msg = "not a scheduler's address, as tcp://host:8786"
        raise ValueError(msg)


DaskAddress = Annotated[str | None, Parameter(validator=_require_address)]


def run(
    workspaces: Annotated[list[Path], Parameter(negative=())],
    /,
    *,
    json: Flag = False,
    full: Flag = False,
    wait: Annotated[float, Parameter(validator=Number(gte=0))] = 0,
    dask: DaskAddress = None,
) -> int:
    """Read the feeds of workspaces and publish their reports.

    Args:
        workspaces: Folders with a campaigns.toml, run one after another.
        full: Read every file anew, as if none had been read before; the tables are the same.
        json: Print each manifest on stdout, one JSON document a line.
        wait: Seconds to wait for another run that holds the workspace.
        dask: Scheduler of the Dask cluster that carries out the tasks (tcp://host:8786).

    Returns:
        The highest exit code of the runs.
    """
    of_each = partial(_run_one, print_manifest=json, full=full, wait=wait, dask=dask)
    return max([of_each(root) for root in workspaces])


def _run_one(root: Path, *, print_manifest: bool, full: bool, wait: float, dask: str | None) -> int:
    try:
        with progress_bars() as progress:
            manifest = launch_run(root, wait, progress, full=full, dask=dask)
        if print_manifest:
            with until_closed():
                print_json(manifest.model_dump(mode="json"))
        with open_workspace(root, TO_SUM_UP) as local:
            print_note("\n".join(_summary(local, manifest)))
    except Exception as error:  # noqa: BLE001 - the other workspaces are still to be run
        return report_failure(error)
    return 0


def _summary(root: Path, manifest: Manifest) -> list[str]:
    summary = import_module("flows.announcements.run_summary").summarize_run(root, manifest)
    said = import_module("flows.announcements.summary_lines")
    lines = said.fit_lines(said.describe_run(summary))
    first, *others = [(line.label, line.text) for line in lines]
    return [f"{root}: {' '.join(first)}", *(f"  {label:<10}{text}" for label, text in others)]
