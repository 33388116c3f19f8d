"""`campaign-reports open`: the page of what is published."""

import webbrowser
from pathlib import Path

from flows.cli.console import on_terminal, print_json, print_lines, print_note
from flows.cli.options import Flag
from flows.cli.published import list_published
from flows.errors import ConfigurationError
from flows.storage.snapshots.published_files import find_page, require_written


def open_page(workspace: Path, /, *, json: Flag = False) -> int:
    """Open the page of the published snapshot in a browser, or print its path without a terminal.

    Args:
        workspace: The workspace's folder.
        json: Print {"page": path} and open nothing.

    Raises:
        ConfigurationError: Nothing is published, or it was published without a page.
        PublishedDamage: The page is gone, or not what was written.
    """
    list_published(workspace)
    found = find_page(workspace)
    if found:
        require_written(workspace, found.parent.name, found)
    if not (found and found.exists()):
        msg = "the published snapshot has no page: it is of an earlier version"
        raise ConfigurationError(msg, f"Publish anew with `campaign-reports run {workspace}`.")
    page = found.resolve()
    if json:
        print_json({"page": str(page)})
        return 0
    print_lines([str(page)])
    if on_terminal() and not webbrowser.open(page.as_uri()):
        print_note("no browser could be started; open the file above")
    return 0
