"""What a day of activities is, and which days of journeys lie together."""

from contracts.columns import Count, Day, Serial, Table, Text, column
from contracts.facts.key_types import Key


class ActivityDays(Table):
    """One row per day (UTC) of a piece of activities and what its rows are about: what they are."""

    day: Day = column("the day; empty for sends without a time of their own", key=True)
    subject: Key = column("key of the message, or of the link of a session", key=True)
    rows: Count = column("how many rows there are", required=True)
    steps: Count = column("how many of them are steps of a journey", required=True)
    content: Key = column("the sum of the hashes of these", required=True)
    content_check: Key = column("the sum of the hashes of their hashes", required=True)


class PieceDays(ActivityDays):
    """One row per day and subject of a piece of activities, with where its rows lie."""

    kind: Text = column("what kind of activities they are", key=True, required=True)
    piece: Serial = column("number of the piece among those of its kind", key=True, required=True)
    first: Count = column("the first of its rows in the piece", required=True)


class SubjectContents(Table):
    """One row per message or link: what a journey shows of it."""

    subject: Key = column("key of the message or link", key=True, required=True)
    content: Key = column("the hash of what is shown", required=True)
    content_check: Key = column("the hash of that hash", required=True)


class SliceDays(Table):
    """One row per day of journeys, with the slice in which it lies."""

    day: Day = column("the day; empty for what has no time", key=True)
    slice: Text = column("name of the slice", required=True)


class SliceStretches(Table):
    """One row per stretch of a piece of activities that lies in a slice of journeys."""

    slice: Text = column("name of the slice", key=True, required=True)
    kind: Text = column("what kind of activities they are", key=True, required=True)
    piece: Serial = column("number of the piece among those of its kind", key=True, required=True)
    first: Count = column("the first of its rows in the piece", key=True, required=True)
    rows: Count = column("how many rows it has", required=True)
    steps: Count = column("how many of them are steps of a journey", required=True)


class SliceContents(Table):
    """One row per slice of journeys and kind of activities: what they are."""

    slice: Text = column("name of the slice", key=True, required=True)
    kind: Text = column("the kind, or `names`: those of messages and links", key=True)
    steps: Count = column("how many steps there are", required=True)
    content: Key = column("the sum of their hashes", required=True)
    content_check: Key = column("the sum of the hashes of their hashes", required=True)
