"""Whether the feeds of a workspace can give any report: what is configured decides (SPEC §3)."""

from collections.abc import Iterable

from contracts.channels import RunChannels
from contracts.feeds import Events
from flows.config.configured_feeds import ConfiguredFeed
from flows.errors import ConfigurationError
from transforms.ingest.column_mapping import ResolvedMapping

PARENT_MODEL = "configure a parent model"
REPORTED = ("sends", "events", "ads", "ad_stats", "orders", "message_stats")
"""The tables from each of which a report follows."""


def require_parent_model(feeds: Iterable[ConfiguredFeed], own_channels: Iterable[str]) -> None:
    """Refuse feeds from which no report can follow, or that give messages to nobody.

    Args:
        own_channels: The channels of the user's own that the configuration names.

    Raises:
        ConfigurationError: What to add.
    """
    channels = RunChannels.of(own_channels)
    mappings = [resolved for feed in feeds for resolved in feed.mappings]
    tables = {resolved.mapping.table for resolved in mappings}
    interactive = [
        resolved
        for resolved in mappings
        if resolved.mapping.table == "sends" or _gives_interactions(resolved, channels)
    ]
    contacts = "add a [[feeds]] entry for the table contacts"
    if interactive and "contacts" not in tables:
        msg = f"{PARENT_MODEL}: the feeds give message interactions but no contacts"
        raise ConfigurationError(msg, f"{contacts}.")
    reported = tables.intersection(REPORTED)
    if reported == {"events"} and "contacts" not in tables:
        msg = f"{PARENT_MODEL}: the feeds give generic events but no contacts"
        raise ConfigurationError(msg, f"{contacts}.")
    if not reported:
        given = f"only {', '.join(sorted(tables))}" if tables else "no table"
        msg = f"{PARENT_MODEL}: the feeds give {given}, and no report follows from that"
        hint = (
            "add [[feeds]] entries for contacts and for sends or events, or for one of ads, "
            "ad_stats, orders or message_stats."
        )
        if "ad_breakdowns" in tables:
            hint += (
                " A report by device, age or place has the figures of campaigns, too: an entry of "
                "the same files with the platform's source of ad_stats, as google_ads.report or "
                "facebook_ads.ads_manager, adds them up."
            )
        raise ConfigurationError(msg, hint)


def _gives_interactions(resolved: ResolvedMapping, channels: RunChannels) -> bool:
    """Whether a feed may give events of messages: not if they are all of one generic type."""
    mapping = resolved.mapping
    one_type = mapping.constants.get(Events.event_type)
    is_fixed = one_type is not None and Events.event_type not in mapping.columns
    return mapping.table == "events" and not (is_fixed and one_type not in channels.interactions)
