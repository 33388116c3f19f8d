"""`campaign-reports suggest`: aliases for links that match no ad."""

from pathlib import Path

import polars as pl

from contracts.reports.session_matches import UtmAudit
from flows.cli.console import print_json_rows, print_note
from flows.cli.options import Flag
from flows.cli.published import list_published
from flows.errors import ConfigurationError
from flows.storage.snapshots.published_files import require_whole
from transforms.matching.suggestions import render_aliases


def suggest(workspace: Path, /, *, json: Flag = False) -> int:
    """Print what broken links may have meant, as lines for [ads.aliases] of campaigns.toml.

    Args:
        workspace: The workspace's folder.
        json: Print a JSON list of objects, one a broken link that has a suggestion.
    """
    files = list_published(workspace).get(("ads", "utm_audit"))
    if not files:
        msg = f"{workspace} has published no ads/utm_audit"
        raise ConfigurationError(msg, "It needs a feed of ads and one of sessions, and a run.")
    require_whole(workspace, "ads", "utm_audit")
    audit = pl.read_parquet(files)
    lines = render_aliases(audit)
    if json:
        print_json_rows(audit.filter(pl.col(UtmAudit.score).is_not_null()).iter_rows(named=True))
    elif lines:
        print(lines, end="")  # noqa: T201 - data on stdout
    else:
        print_note("nothing to suggest: no broken link resembles one ad or campaign clearly enough")
    return 0
