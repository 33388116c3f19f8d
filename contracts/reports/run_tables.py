"""The tables of the group run: what the run itself read, and what it says otherwise (SPEC §10)."""

from enum import StrEnum

from contracts.columns import Count, Day, Exact, Flag, Number, Rate, Table, Text
from contracts.columns import column as field  # a column of these tables is called column


class ChangeReason(StrEnum):
    """Why a figure is another than in the snapshot before."""

    LATE_ROWS = "late_rows"
    CORRECTED_FILE = "corrected_file"
    WITHDRAWN_FILE = "withdrawn_file"
    RENAMED = "renamed"
    RATE = "rate"
    IDENTITY = "identity"
    ERASED = "erased"
    CONFIGURATION = "configuration"
    CODE = "code"


class RunFeeds(Table):
    """One row per feed and canonical table that it gives."""

    feed: Text = field("the feed", key=True, required=True)
    table: Text = field("the canonical table", key=True, required=True)
    files: Count = field("files that match, copies among them", required=True)
    new_files: Count = field("files that the run before had not, copies apart", required=True)
    first_day: Day = field("reporting day of its first row")
    last_day: Day = field("reporting day of its last row")
    rows_read: Count = field("rows of all files", required=True)
    accepted: Count = field("rows that count", required=True)
    rejected: Count = field("rows in quarantine", required=True)
    superseded: Count = field("rows of which a later version counts", required=True)
    duplicates: Count = field("rows delivered before", required=True)
    rejected_share: Rate = field("rejected / rows_read")
    usual_rows: Number = field("median of rows_read in new files over the last 14 runs with any")
    is_late: Flag = field("whether more than expect_every has passed", required=True)


class RunChanges(Table):
    """One row per figure of a day that the snapshot before had, and that is another now."""

    org_id: Text = field("organization", key=True, required=True)
    report: Text = field("`group/table`", key=True, required=True)
    key: Text = field("the row's other key columns, as JSON", key=True, required=True)
    date_day: Day = field("reporting day", key=True)
    column: Text = field("the count or amount", key=True, required=True)
    name: Text = field("name of the message or campaign")
    before: Exact = field("what the snapshot before said; empty where it had no row")
    after: Exact = field("what this one says; empty where it has no row")
    difference: Exact = field("after - before, no row counting as 0", required=True)
    reason: Text = field("why: late_rows, corrected_file, …; several joined by `+`", required=True)
    files: Text = field("paths of the files that brought it, joined by `; `", required=True)
