"""A contact's journey, line by line, with names instead of ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.cli.console import print_note, print_table

HEADER = ("when", "channel", "what", "about", "detail")
VERBS = {"send": "sent", "session": "visited", "order": "ordered"}

JourneyRow = Mapping[str, Any]
"""A row of people/contact_journey."""


def print_journey(journey: Sequence[JourneyRow]) -> None:
    """Print what a contact went through, in order; contacts of several organizations in turn."""
    if not journey:
        print_note("nothing is known of this contact")
        return
    organizations = {row["org_id"] for row in journey}
    lines = [_line(row) for row in journey]
    if len(organizations) > 1:
        named = [(row["org_id"], *line) for row, line in zip(journey, lines, strict=True)]
        print_table(("organization", *HEADER), named)
    else:
        print_table(HEADER, lines)


def _line(row: JourneyRow) -> tuple[str, ...]:
    return (
        _when(row["occurred_at"]),
        row["channel"] or "",
        _what(row),
        _about(row),
        _detail(row),
    )


def _when(instant: datetime | None) -> str:
    return "not yet" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}"


def _what(row: JourneyRow) -> str:
    event, channel = row["event_type"], row["channel"]
    if event is None:
        return VERBS.get(row["kind"], row["kind"])
    return event.removeprefix(f"{channel}_").replace("_", " ")


def _about(row: JourneyRow) -> str:
    """The campaign, the message and the ad that it was about, each once, by name where known."""
    named = [
        row["campaign_name"] or row["campaign_id"],
        row["message_name"] or row["message_id"],
        row["ad_name"] or row["ad_id"] or row["platform"],
    ]
    return " > ".join(dict.fromkeys(name for name in named if name))


def _detail(row: JourneyRow) -> str:
    if row["kind"] == "order":
        return f"{row['order_id']}: {row['revenue']:.2f}"
    return row["url"] or ""
