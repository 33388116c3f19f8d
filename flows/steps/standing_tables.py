"""Tables that stand on without rows: an empty delivery removes none (SPEC §3)."""

from pathlib import Path

import polars as pl

from contracts.channels import RunChannels
from contracts.columns import polars_schema
from contracts.feeds import Events
from contracts.manifest import Check
from flows.catalog.feed_contents import FeedContents
from flows.config.configured_feeds import ConfiguredFeed
from flows.report_tables import FIXED_GROUPS, find_table
from flows.storage.report_files import write_table
from flows.storage.snapshots.published_files import read_manifest


def write_standing_tables(
    root: Path, staging: Path, feeds: FeedContents, channels: RunChannels
) -> list[Check]:
    """Write, without rows, what the snapshot before had and this run's rows do not give.

    Args:
        staging: The snapshot being written, all other tables in it.
        feeds: The feeds: a table stands on as long as its feeds are configured.
    """
    manifest = read_manifest(root)
    before = {(one.group, one.table) for one in manifest.outputs} if manifest else set()
    checks = []
    for group, name in sorted(before):
        if not _is_written(staging, group, name) and _is_given(group, name, feeds, channels):
            schema = polars_schema(find_table(group, name).contract)
            checks += write_table(staging, group, name, pl.DataFrame(schema=schema))
    return checks


def _is_given(group: str, name: str, feeds: FeedContents, channels: RunChannels) -> bool:
    """Whether the configured feeds can give a table that was published before."""
    try:
        table = find_table(group, name)
    except KeyError:
        return False
    if table.is_named_by_user or not table.is_given_by(feeds.configured):
        return False
    return group in FIXED_GROUPS or any(_gives(feed, group, channels) for feed in feeds)


def _gives(feed: ConfiguredFeed, channel: str, channels: RunChannels) -> bool:
    """Whether a feed may give rows of a channel: not if all of its events are of another one."""
    for resolved in feed.mappings:
        mapping = resolved.mapping
        if mapping.table in ("sends", "message_stats"):
            return True
        if mapping.table == "events":
            one_type = mapping.constants.get(Events.event_type)
            if one_type is None or Events.event_type in mapping.columns:
                return True
            of_channel, _ = channels.interactions.get(one_type, ("", None))
            if of_channel == channel:
                return True
    return False


def _is_written(staging: Path, group: str, name: str) -> bool:
    place = staging / group / name
    return place.is_dir() or place.with_name(f"{place.name}.parquet").exists()
