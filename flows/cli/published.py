"""What commands that read a workspace's tables ask first."""

from pathlib import Path

from contracts.config.nearest_names import hint_nearest
from flows.errors import ConfigurationError, UsageError
from flows.report_tables import REPORT_TABLES
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import published_tables, read_pointer

Tables = dict[tuple[str, str], list[Path]]
"""Group and name of a table -> its files."""


def require_workspace(workspace: Path) -> None:
    """Refuse a folder that is not there, or in which nothing of a workspace is.

    Raises:
        ConfigurationError: There is no such folder, or neither configuration nor anything of a run.
    """
    places = Layout(workspace)
    if not any(one.exists() for one in (places.config, places.reports, places.state)):
        msg = f"there is no workspace {workspace}"
        raise ConfigurationError(msg, "Give the folder that holds campaigns.toml.")


def list_published(workspace: Path) -> Tables:
    """The files of every published table.

    Raises:
        ConfigurationError: There is no such workspace, or nothing is published in it.
    """
    require_workspace(workspace)
    if read_pointer(workspace) is None:
        msg = f"nothing is published yet in {workspace}"
        raise ConfigurationError(msg, f"Publish with `campaign-reports run {workspace}`.")
    return published_tables(workspace)


def find_published(name: str, tables: Tables) -> tuple[str, str]:
    """The group and name of the table that is meant.

    Args:
        name: `email/message_report`, or `message_report` or its end where one group has it.

    Raises:
        UsageError: None is meant, or several are.
    """
    exact = [key for key in tables if name in {"/".join(key), key[1]}]
    found = exact or [key for key in tables if key[1].endswith(f"_{name}")]
    if len(found) == 1:
        return found[0]
    if found:
        choices = ", ".join("/".join(key) for key in found)
        msg = f"several groups have a table {name!r}"
        raise UsageError(msg, f"Say which one: {choices}.")
    msg = f"no table {name!r} is published"
    if known := [table for table in REPORT_TABLES if name in {table.label, table.name}]:
        raise UsageError(msg, f"It needs {known[0].needs}.")
    labels = ["/".join(key) for key in tables]
    raise UsageError(msg, hint_nearest(name, labels, "Leave the name out for a list."))
