"""What every canonical table has."""

from contracts.columns import ADDS_UP, ANY_OF, DEFAULT_ORG, Table, Text, column

__all__ = ["ADDS_UP", "ANY_OF", "ATTRIBUTES", "IDENTIFYING_EMAIL", "Feed"]

ATTRIBUTES = "JSON object of the feed's custom columns"
IDENTIFYING_EMAIL = (
    "e-mail address that names the contact where the feed has no id; never published"
)


class Feed(Table):
    """One row per thing that a feed delivers; a subclass is a canonical table (SPEC §4)."""

    org_id: Text = column(f"organization; `{DEFAULT_ORG}` where a feed has none", key=True)
