"""`campaign-reports audience`: the contacts who did one thing and never another, as a file."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from contracts.columns import polars_schema
from contracts.config.workspace import AudienceSection
from contracts.feeds.contacts import Contacts
from contracts.manifest import count_of
from flows.cli.console import print_json, print_note
from flows.cli.options import Flag, Texts, split_names
from flows.cli.progress_bars import progress_bars
from flows.config.loading import load_workspace
from flows.errors import UsageError
from flows.explain.cells import require_column
from flows.steps.people.audiences import draw_audience
from flows.storage.export_files import WRITERS, export_tables
from flows.storage.workspace_files import storage_errors

ASKED = "asked"
PARQUET = ".parquet"


def audience(
    workspace: Path,
    /,
    *,
    performed: str | None = None,
    campaign: str | None = None,
    message: str | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: Texts = (),
    never: str | None = None,
    segment: str | None = None,
    subscribed: str | None = None,
    output: Path = Path("audience.parquet"),
    columns: Texts = (),
    json: Flag = False,
) -> int:
    """Write the contacts who did something, and never did something else, to a file.

    Args:
        workspace: The workspace's folder.
        performed: A type of event, as `email_clicked`.
        campaign: Of this campaign, by id or name.
        message: Of this message, by id or name.
        from_: On this day or later, as 2026-01-31.
        to: On this day or earlier, as 2026-01-31; or the file to write, as `people.csv`.
        never: A type of event that must never have happened, as `email_unsubscribed`.
        segment: A member of this segment, by id or name.
        subscribed: Subscribed to this channel, as `email`, and since neither unsubscribed nor
            complained.
        output: The file to write: .parquet, or .csv, .xlsx or .duckdb, in which no text is a
            formula.
        columns: What of the contacts to write, personal data too, as `email,first_name`; by
            default org_id and contact_id alone.
        json: Print what was written as JSON.
    """
    until, file = _split_ends(to)
    path = file or output
    if path.suffix.lower() not in {PARQUET, *WRITERS}:
        msg = f"{path.name} has no ending that says what to write"
        raise UsageError(msg, f"Give a file that ends with {', '.join((PARQUET, *WRITERS))}.")
    names = split_names(columns)
    for name in names:
        require_column(name, polars_schema(Contacts), "contacts")
    asked = AudienceSection.model_validate(
        {
            "name": ASKED,
            "performed": performed,
            "campaign": campaign,
            "message": message,
            "from": from_,
            "to": until,
            "never": never,
            "segment": segment,
            "subscribed": subscribed,
        }
    )
    with progress_bars() as progress:
        found = draw_audience(load_workspace(workspace), asked, progress, names)
    if path.suffix.lower() in WRITERS:
        export_tables({"people/audience": found.lazy()}, path)
    else:
        with storage_errors(f"writing {path}"):
            found.write_parquet(path)
    if json:
        print_json({"contacts": found.height, "path": str(path)})
    print_note(f"{count_of(found.height, 'contact')} in {path}")
    return 0


def _split_ends(to: tuple[str, ...]) -> tuple[str | None, Path | None]:
    """The day and the file among what was given as --to.

    Raises:
        UsageError: Two are days, or two are files.
    """
    files = [one for one in to if Path(one).suffix[1:].isalpha()]
    days = [one for one in to if one not in files]
    if len(files) > 1 or len(days) > 1:
        msg = "--to is given twice"
        raise UsageError(msg, "Give one day, as 2026-01-31, and one file, as people.csv.")
    return next(iter(days), None), next(map(Path, files), None)
