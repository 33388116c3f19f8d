"""A contact's journey, told line by line with names instead of ids."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from flows.cli.console import print_table, tell

HEADER = ("when", "channel", "what", "about", "detail")
VERBS = {"send": "sent", "session": "visited", "order": "ordered"}

Happening = Mapping[str, Any]
"""A row of people/contact_journey."""


def print_story(journey: Sequence[Happening]) -> None:
    """Print what a contact went through, in order; contacts of several organizations in turn."""
    if not journey:
        tell("nothing is known of this contact")
        return
    organizations = {happening["org_id"] for happening in journey}
    lines = [_line(happening) for happening in journey]
    if len(organizations) > 1:
        named = [(row["org_id"], *line) for row, line in zip(journey, lines, strict=True)]
        print_table(("organization", *HEADER), named)
    else:
        print_table(HEADER, lines)


def _line(happening: Happening) -> tuple[str, ...]:
    return (
        _when(happening["occurred_at"]),
        happening["channel"] or "",
        _what(happening),
        _about(happening),
        _detail(happening),
    )


def _when(instant: datetime | None) -> str:
    return "not yet" if instant is None else f"{instant:%Y-%m-%d %H:%M:%S}"


def _what(happening: Happening) -> str:
    event, channel = happening["event_type"], happening["channel"]
    if event is None:
        return VERBS.get(happening["kind"], happening["kind"])
    return event.removeprefix(f"{channel}_").replace("_", " ")


def _about(happening: Happening) -> str:
    """The campaign, the message and the ad that it was about, each once, by name where known."""
    named = [
        happening["campaign_name"] or happening["campaign_id"],
        happening["message_name"] or happening["message_id"],
        happening["ad_name"] or happening["ad_id"] or happening["platform"],
    ]
    return " > ".join(dict.fromkeys(name for name in named if name))


def _detail(happening: Happening) -> str:
    if happening["kind"] == "order":
        return f"{happening['order_id']}: {happening['revenue']:.2f}"
    return happening["url"] or ""
