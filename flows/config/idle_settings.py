"""Settings of feeds that are allowed and do nothing where they stand (SPEC §3)."""

from collections.abc import Iterator

from contracts.columns import columns, required
from contracts.feeds import ADDITIVE, FEEDS, AdConversions
from contracts.manifest import Warned
from flows.config.configured_feeds import ConfiguredFeed


def find_idle_settings(feed: ConfiguredFeed) -> Iterator[Warned]:
    """Settings of a feed without which all of it would be read and judged in the same way."""
    section = feed.section
    tables = {resolved.mapping.table: resolved for resolved in feed.mappings}
    guards = (section.expect_every, section.min_rows, section.max_drop)
    if section.on_late == "fail" and all(one is None for one in guards):
        guarded = "the feed is never late without expect_every, min_rows or max_drop"
        yield _tell(feed, "on_late", guarded)
    if section.repeats == "add" and not ADDITIVE.intersection(tables):
        kept = f"of rows of one key in {' and '.join(tables)} the latest counts, always"
        yield _tell(feed, "repeats", f"{kept}; rows of {' and '.join(sorted(ADDITIVE))} can add up")
    by_name = tables.get("ad_conversions")
    is_chosen = by_name is not None and AdConversions.platform in by_name.mapping.constants
    if section.conversions and "ad_stats" not in tables and not is_chosen:
        chosen = "conversions are chosen by platform, and no constant of the feed says which it is"
        none = f"{' and '.join(tables)} has none"
        yield _tell(feed, "conversions", chosen if by_name is not None else none)
    for name in section.without:
        having = [table for table in tables if name in columns(FEEDS[table])]
        if all(name in required(FEEDS[table]) for table in having):
            needed = f"{' and '.join(having)} cannot be without {name}: a file that lacks it is"
            yield _tell(feed, "without", f"{needed} refused")
        elif name in section.columns:
            named = f"columns name {name}: a file that lacks it is refused"
            yield _tell(feed, "without", named)


def _tell(feed: ConfiguredFeed, setting: str, why: str) -> Warned:
    return feed.warn("setting_idle", f"{setting} does nothing here: {why}", setting)
