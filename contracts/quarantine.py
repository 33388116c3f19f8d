"""Rejected rows, and why (SPEC §5.3)."""

from contracts.columns import Count, Table, Text, Texts, column


class Quarantine(Table):
    """One row per rejected row of a feed's file and table."""

    run_id: Text = column("the run that rejected it", key=True, required=True)
    org_id: Text = column("organization, where the row could be read that far")
    feed: Text = column("the feed", key=True, required=True)
    table: Text = column("the canonical table that it was to become", key=True, required=True)
    file: Text = column("the file, relative to the workspace", key=True, required=True)
    row_number: Count = column("the record, from 1 without the header", key=True, required=True)
    failed_checks: Texts = column("every reason", required=True)
    raw: Text = column("the row as the file has it, as JSON", required=True)
