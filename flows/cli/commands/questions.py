"""`campaign-reports audience` and `suggest`: questions to a workspace."""

from pathlib import Path
from typing import Annotated

import polars as pl
from cyclopts import Parameter

from contracts.config.workspace import AudienceSection
from flows.cli.console import print_json, print_note
from flows.cli.progress_bars import progress_bars
from flows.config.loading import load_workspace
from flows.errors import ConfigurationError
from flows.steps.people.audiences import draw
from flows.storage.published_files import published_tables, require_whole
from flows.storage.workspace_files import storage_errors
from transforms.matching.suggestions import render_aliases

ASKED = "asked"


def audience(
    workspace: Path,
    /,
    *,
    performed: str | None = None,
    campaign: str | None = None,
    message: str | None = None,
    from_: Annotated[str | None, Parameter(name="--from")] = None,
    to: str | None = None,
    never: str | None = None,
    segment: str | None = None,
    subscribed: str | None = None,
    output: Path = Path("audience.parquet"),
    json: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Write the contacts who did something, and never did something else, as Parquet.

    Args:
        workspace: The workspace's folder.
        performed: A type of event, as `email_clicked`.
        campaign: Of this campaign, by id or name.
        message: Of this message, by id or name.
        from_: On this day or later, as 2026-01-31.
        to: On this day or earlier.
        never: A type of event that must never have happened, as `email_unsubscribed`.
        segment: A member of this segment, by id or name.
        subscribed: Subscribed to this channel, as `email`, and since neither unsubscribed nor
            complained.
        output: The file to write.
        json: Print what was written as JSON.

    Returns:
        The exit code, 0.
    """
    asked = AudienceSection.model_validate(
        {
            "name": ASKED,
            "performed": performed,
            "campaign": campaign,
            "message": message,
            "from": from_,
            "to": to,
            "never": never,
            "segment": segment,
            "subscribed": subscribed,
        }
    )
    with progress_bars() as progress:
        found = draw(load_workspace(workspace), asked, progress)
    with storage_errors(f"writing {output}"):
        found.write_parquet(output)
    if json:
        print_json({"contacts": found.height, "path": str(output)})
    print_note(f"{found.height:,} contacts in {output}")
    return 0


def suggest(workspace: Path, /) -> int:
    """Print what broken links may have meant, as lines for [ads.aliases] of campaigns.toml.

    Args:
        workspace: The workspace's folder.

    Returns:
        The exit code, 0.
    """
    files = published_tables(workspace).get(("ads", "utm_audit"))
    if not files:
        msg = f"{workspace} has published no ads/utm_audit"
        raise ConfigurationError(msg, "It needs a feed of ads and one of sessions, and a run.")
    require_whole(workspace, "ads", "utm_audit")
    lines = render_aliases(pl.read_parquet(files))
    if lines:
        print(lines, end="")  # noqa: T201 - data on stdout
    else:
        print_note("nothing to suggest: no broken link resembles one ad or campaign clearly enough")
    return 0
