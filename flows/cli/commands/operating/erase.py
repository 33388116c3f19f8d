"""`campaign-reports erase`: a person goes from a workspace, whole."""

import sys
from functools import partial
from pathlib import Path

from contracts.manifest import Manifest
from flows.cli.console import print_json, print_note
from flows.cli.options import Flag
from flows.cli.progress_bars import progress_bars
from flows.config.loading import LoadedWorkspace, load_workspace
from flows.descriptions.standard_forms import write_descriptions
from flows.errors import UsageError
from flows.page.report_page import write_page
from flows.page.snapshot_tables import SnapshotTables
from flows.steps.maintenance.erasure import Asked, Erased, erase_person


def erase(
    workspace: Path,
    /,
    *,
    contact: str | None = None,
    email: str | None = None,
    org: str | None = None,
    raw: Flag = False,
    yes: Flag = False,
    json: Flag = False,
) -> int:
    """Erase a person from state, quarantine and every kept snapshot.

    Raw files that bear the person are listed, and their rows refused from then on; with --raw they
    are written anew without them.

    Args:
        workspace: The workspace's folder.
        contact: The contact's id.
        email: The contact's e-mail address.
        org: The organization, where several know such a contact.
        raw: Write the raw files anew, too.
        yes: Do not ask.
        json: Print what was erased as JSON.

    Returns:
        The exit code, 0; 2 where it was not confirmed.
    """
    if (contact is None) == (email is None):
        msg = "an erasure names either --contact or --email"
        raise UsageError(msg, "Give the contact's id, or the address.")
    if not (yes or sys.stdin.isatty()):
        msg = "an erasure cannot be undone, and nobody can answer here"
        raise UsageError(msg, "Add --yes to erase without being asked.")
    loaded = load_workspace(workspace)
    with progress_bars() as progress:
        found = erase_person(
            loaded,
            Asked(contact, email, org),
            progress,
            raw=raw,
            confirm=lambda shown: yes or _ask(shown),
            describe=partial(redraw, loaded),
        )
    if found is None:
        print_note("nothing was erased")
        return UsageError.exit_code
    if json:
        print_json(
            {
                "organizations": found.organizations,
                "files": [{"path": path, "rows": rows} for path, rows in found.files.items()],
                "published_rows": found.published_rows,
                "raw_rewritten": found.is_raw_rewritten,
            }
        )
    else:
        for path, rows in found.files.items():
            print(f"{path}\t{rows}")  # noqa: T201 - data on stdout
    if not (found.files or found.published_rows):
        print_note("this person was erased before, and nothing more bears them")
        return 0
    what = "went from" if raw else "are refused from now on; they still stand in"
    print_note(f"erased; {sum(found.files.values()):,} raw rows {what} {len(found.files)} files")
    return 0


def redraw(loaded: LoadedWorkspace, folder: Path, manifest: Manifest) -> None:
    """Write what describes a snapshot, and its page, from its tables as they are now."""
    place = loaded.config.workspace
    write_descriptions(folder, manifest)
    write_page(SnapshotTables(folder, manifest, loaded.root.name, place.timezone, place.currency))


def _ask(found: Erased) -> bool:
    print_note(
        f"{sum(found.files.values()):,} raw rows in {len(found.files)} files and "
        f"{found.published_rows:,} published rows bear this person; this cannot be undone"
    )
    return input("Erase? [y/N] ").strip().lower() in {"y", "yes"}
