"""Published tables as assets: their keys, and from which feeds each group of tables comes."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.feeds import FEEDS
from contracts.manifest import OutputTable
from contracts.reports.run_tables import RunFeeds
from flows.announcements.prefect_keys import in_key
from flows.announcements.run_summary import RunSummary

SCHEME = "campaignreports"
FEEDS_FOLDER = "feeds"
MONEY = frozenset({"orders", "exchange_rates"})
OF_MESSAGES = MONEY | {
    "campaigns",
    "contacts",
    "dispatches",
    "event_types",
    "events",
    "list_members",
    "messages",
    "sends",
}
WEB = frozenset({"page_views", "sessions"})
ADS = frozenset(name for name in FEEDS if name == "ads" or name.startswith("ad_"))
SUMS_OF_OTHERS = frozenset({"message_stats", "ad_breakdowns", "ad_conversions"})
"""Figures that platforms and providers have added up: no person's."""
READ_BY = {
    "ads": ADS | WEB | MONEY | {"campaigns", "contacts", "dispatches", "events", "messages"},
    "attribution": frozenset(FEEDS) - SUMS_OF_OTHERS - {"segments"},
    "campaigns": OF_MESSAGES,
    "people": frozenset(FEEDS) - SUMS_OF_OTHERS,
    "run": frozenset(FEEDS),
}
"""Group of tables -> the canonical tables whose rows decide its figures."""
READ_BY_CHANNELS = OF_MESSAGES | {"message_stats"}
"""The same of the groups of message channels."""


@dataclass(frozen=True)
class PublishedAsset:
    """One published table.

    Attributes:
        table: `group/table`.
        path: Where it lies, from the workspace; the folder of a table in parts.
    """

    key: str
    table: str
    rows: int
    bytes: int
    path: str


@dataclass(frozen=True)
class AssetGroup:
    """The tables of one group, which come from the same feeds.

    Attributes:
        feeds: Key as an asset -> name of each feed that they come from.
    """

    group: str
    assets: list[PublishedAsset]
    feeds: dict[str, str]


def list_asset_groups(summary: RunSummary) -> Iterator[AssetGroup]:
    """Every published table by group, with the feeds that it comes from."""
    workspace = summary.root.absolute().name
    feeds = summary.feeds.select(RunFeeds.feed, RunFeeds.table).rows()
    files: dict[str, dict[str, list[OutputTable]]] = {}
    for one in summary.manifest.outputs:
        files.setdefault(one.group, {}).setdefault(one.table, []).append(one)
    for group, tables in files.items():
        read = READ_BY.get(group, READ_BY_CHANNELS)
        yield AssetGroup(
            group,
            [_describe(workspace, group, name, parts) for name, parts in tables.items()],
            {name_asset(workspace, FEEDS_FOLDER, feed): feed for feed, one in feeds if one in read},
        )


def name_asset(workspace: str, group: str, name: str) -> str:
    """The key of a table or feed as an asset: `campaignreports://shop/email/message_report`."""
    place = "/".join(in_key(part, keep="_") for part in name.split("/"))
    return f"{SCHEME}://{in_key(workspace)}/{in_key(group, keep='_')}/{place}"


def _describe(workspace: str, group: str, name: str, parts: list[OutputTable]) -> PublishedAsset:
    path = parts[0].path if len(parts) == 1 else parts[0].path.rsplit("/", 1)[0]
    return PublishedAsset(
        name_asset(workspace, group, name),
        f"{group}/{name}",
        sum(one.rows for one in parts),
        sum(one.bytes for one in parts),
        path,
    )
