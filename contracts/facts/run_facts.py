"""What the tables of the group run are made from: files read, now and before, and differences."""

from contracts.columns import Count, Day, Exact, Flag, Serial, Table, Text
from contracts.columns import column as field  # a column of these tables is called column


class FeedTables(Table):
    """One row per feed and canonical table that it gives."""

    feed: Text = field("the feed", key=True, required=True)
    table: Text = field("the canonical table", key=True, required=True)
    is_late: Flag = field("whether the feed is late", required=True)


class FeedFiles(Table):
    """One row per feed, file and canonical table that was read in this run."""

    feed: Text = field("the feed", key=True, required=True)
    table: Text = field("the canonical table", key=True, required=True)
    path: Text = field("the file, relative to the workspace", key=True, required=True)
    sha256: Text = field("hash of its bytes", required=True)
    is_copy: Flag = field("whether a file before it has the same content", required=True)
    first_day: Day = field("reporting day of its first row")
    last_day: Day = field("reporting day of its last row")
    rows_read: Count = field("its rows", required=True)
    accepted: Count = field("rows that count", required=True)
    rejected: Count = field("rows in quarantine", required=True)
    superseded: Count = field("rows of which a later version counts", required=True)
    duplicates: Count = field("rows delivered before", required=True)


class PastFeedFiles(Table):
    """One row per earlier run, feed, canonical table and content of a file that it read."""

    run: Serial = field("how many runs ago, from 1", key=True, required=True)
    feed: Text = field("the feed", key=True, required=True)
    table: Text = field("the canonical table", key=True, required=True)
    sha256: Text = field("hash of the file's bytes", key=True, required=True)
    rows_read: Count = field("its rows", required=True)


class ChangedFiles(Table):
    """One row per canonical table and file that is new, other or gone since the snapshot before."""

    table: Text = field("the canonical table", key=True, required=True)
    path: Text = field("the file, relative to the workspace", key=True, required=True)
    reason: Text = field("what became of it: a reason of run/changes", key=True, required=True)
    org_id: Text = field("whose all of its rows are; empty where its rows say it")
    first_day: Day = field("reporting day of its first row")
    last_day: Day = field(
        "reporting day of its last row; empty where they hold until further notice"
    )


class FigureDifferences(Table):
    """One row per figure of a day that two snapshots give differently."""

    org_id: Text = field("organization", key=True, required=True)
    report: Text = field("`group/table`", key=True, required=True)
    key: Text = field("the row's other key columns, as JSON", key=True, required=True)
    date_day: Day = field("reporting day", key=True)
    column: Text = field("the count or amount", key=True, required=True)
    name: Text = field("name of the message or campaign")
    before: Exact = field("what the earlier one says; empty where it has no row")
    after: Exact = field("what the later one says; empty where it has no row")
    difference: Exact = field("after - before, no row counting as 0", required=True)
    is_renamed: Flag = field("whether its name is another", required=True)
