"""`campaign-reports doctor`: whether this machine and this workspace can run."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path

from flows.cli.console import print_json_rows, print_table
from flows.cli.failures import NAME
from flows.cli.options import Flag
from flows.config.loading import LoadedWorkspace, load_workspace
from flows.errors import CampaignReportsError, StorageFailed, WorkspaceBusy
from flows.remote.needs import TO_LOOK
from flows.remote.workspace_place import open_workspace, refuse_if_held_elsewhere
from flows.runtime.prefect_defaults import quiet_prefect
from flows.storage.layout import Layout
from flows.storage.lock import refuse_if_held

SHOWN = ("polars", "pandera", "pyarrow", "prefect", "fastapi", "sqlalchemy", "duckdb")
SETTINGS = ("PREFECT_API_URL", "PREFECT_HOME", "PREFECT_PROFILES_PATH", "NO_PROXY")
SECRET = re.compile(r"//[^/@]*@")
SCARCE = 1 << 30
FOLDERS = ("state", "reports", "quarantine")


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        what: What it is.
        found: What was found.
        problem: What is wrong with it; empty where nothing is.
        exit_code: The exit code that a run would end with for it.
    """

    what: str
    found: str
    problem: str = ""
    exit_code: int = 0


def doctor(workspace: Path | None = None, /, *, json: Flag = False) -> int:
    """Look at versions, settings of Prefect, and a workspace's configuration, lock and disk.

    Args:
        workspace: The workspace's folder; without it only the machine is looked at.
        json: Print a JSON list of objects.

    Returns:
        The exit code: 0 where nothing is wrong, else the one that a run would end with.
    """
    findings = [*_look_at_versions(), *_look_at_prefect()]
    if workspace is not None:
        findings += _look_at_workspace(workspace)
    if json:
        print_json_rows(asdict(one) for one in findings)
    else:
        print_table(
            ("what", "found", "problem"), [(one.what, one.found, one.problem) for one in findings]
        )
    return max((one.exit_code for one in findings), default=0)


def _look_at_versions() -> Iterator[Finding]:
    yield Finding("python", sys.version.split()[0])
    yield Finding(NAME, version(NAME))
    for name in SHOWN:
        try:
            yield Finding(name, distribution(name).version)
        except PackageNotFoundError:
            yield Finding(name, "not installed", "install the project's dependencies", 1)


def _look_at_prefect() -> Iterator[Finding]:
    environ = dict(os.environ)
    quiet_prefect(environ)
    for name in SETTINGS:
        if value := environ.get(name):
            origin = "" if os.environ.get(name) == value else " (ours)"
            yield Finding(name, SECRET.sub("//…@", value) + origin)
    home = Path(environ.get("PREFECT_HOME", "~")).expanduser()
    if home.exists() and not os.access(home, os.W_OK):
        yield Finding("Prefect's home", str(home), "cannot be written to", 4)


def _look_at_workspace(root: Path) -> Iterator[Finding]:
    try:
        with open_workspace(root, TO_LOOK) as local:
            yield from _look_into(root, load_workspace(local))
    except CampaignReportsError as error:
        yield Finding("configuration", str(root), str(error), error.exit_code)


def _look_into(place: Path, loaded: LoadedWorkspace) -> Iterator[Finding]:
    feeds = len(loaded.config.feeds)
    yield Finding("configuration", f"{feeds} feeds, {loaded.config_sha256[:12]}")
    try:
        refuse_if_held_elsewhere(place)
        refuse_if_held(loaded.root)
        yield Finding("lock", "free")
    except CampaignReportsError as error:
        found = "held" if isinstance(error, WorkspaceBusy) else "cannot be taken"
        yield Finding("lock", found, error.message, error.exit_code)
    yield from _look_at_disk(loaded.root)


def _look_at_disk(root: Path) -> Iterator[Finding]:
    free = shutil.disk_usage(root).free
    problem = "less than 1 GB" if free < SCARCE else ""
    code = StorageFailed.exit_code
    yield Finding("free space", f"{free / 1e9:,.1f} GB", problem, code if problem else 0)
    layout = Layout(root)
    there = [path for path in (layout.state, layout.reports, layout.quarantine) if path.exists()]
    for path in [root, *there]:
        is_writable = os.access(path, os.W_OK)
        found = "can be written to" if is_writable else "cannot be written to"
        hint = "" if is_writable else "give the user of the run the right to write there"
        yield Finding(f"folder {path.name}", found, hint, 0 if is_writable else code)
    if len({path.stat().st_dev for path in [root, *there]}) > 1:
        hint = f"keep {', '.join(FOLDERS)} of a workspace on one file system"
        yield Finding("file systems", "several", hint, code)
