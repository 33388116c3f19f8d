"""The tabs of people and of attribution."""

from typing import Any

import polars as pl

from flows.page.charts import draw_chart
from flows.page.figures import COUNT, NUMBER, Cell, figure, plain
from flows.page.report_periods import ReportPeriod
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tables import TableSpec, make_headlines, make_table
from flows.page.views import Block, Column, Rows, Tab, TableView

CONTACTS = "people/contact_report"
CHANNELS = "attribution/channel_attribution"
ALL = ReportPeriod("all", "All days", None, None)


def build_people_tab(published: SnapshotTables, periods: list[ReportPeriod], limit: int) -> Tab:
    """Build the tab of people: counts over all of them, lists and segments; nobody by name.

    Args:
        published: The snapshot.
        periods: The periods that a reader chooses from.
        limit: How many rows a table shows at most.
    """
    growth = "people/list_growth"
    titles = {"subscribed": "Subscribed", "unsubscribed": "Unsubscribed", "net": "Net"}
    moves = {name: title for name, title in titles.items() if name != "net"}
    blocks = [
        Block(
            period=period.name,
            headlines=make_headlines(published, growth, titles, period, {}),
            charts=tuple(
                chart
                for chart in [draw_chart(published, "Lists by the day", growth, moves, period)]
                if chart is not None
            ),
        )
        for period in periods
        if published.has(growth)
    ]
    tables = (
        _subscriptions(published),
        make_table(published, _growth(), limit),
        make_table(published, _segments(), limit),
    )
    counted = published.count(CONTACTS)
    notes = [f"{counted:,} contacts are known."] if counted else []
    if published.has("people/identity_links"):
        links = published.count("people/identity_links")
        notes.append(f"{links:,} times a device or browser is known to be a contact's.")
    blocks.append(
        Block(
            title="All contacts",
            headlines=make_headlines(published, CONTACTS, _OF_CONTACTS, ALL, {})
            if published.has(CONTACTS)
            else (),
            tables=tuple(table for table in tables if table is not None),
            notes=tuple(notes),
        )
    )
    if all(block.is_empty for block in blocks):
        blocks = [Block(notes=("No feed has a row about people yet.",))]
    return Tab("people", "People", tuple(blocks))


_OF_CONTACTS = {
    "sends": "Sends",
    "delivered": "Delivered",
    "sessions": "Sessions",
    "orders": "Orders",
    "revenue": "Revenue",
}


def _subscriptions(published: SnapshotTables) -> TableView | None:
    """How many contacts are subscribed, unsubscribed or have complained, by channel."""
    table = "people/subscriptions"
    if not published.count(table):
        return None
    counts = (
        published.scan(table)
        .group_by("channel", "status")
        .len()
        .sort("channel", "status")
        .collect()
    )
    rows = tuple(
        Rows((plain(channel), plain(status), plain(count, COUNT)))
        for channel, status, count in counts.iter_rows()
    )
    columns = (Column("Channel", "text"), Column("Status", "text"), Column("Contacts", COUNT))
    return TableView("Subscriptions", columns, rows, len(rows), table)


def _growth() -> TableSpec:
    return TableSpec(
        "Lists by channel",
        "people/list_growth",
        {"channel": "Channel"},
        {"subscribed": "Subscribed", "unsubscribed": "Unsubscribed", "complained": "Complained"}
        | {"net": "Net"},
        "net",
        by=("org_id", "channel"),
    )


def _segments() -> TableSpec:
    return TableSpec(
        "Segments",
        "people/segment_report",
        {"segment_name": "Segment"},
        {
            "members": "Members",
            "campaigns_used_in": "Campaigns",
            "sends": "Sends",
            "human_open_rate": "Opened by people",
            "human_click_rate": "Clicked by people",
        },
        "members",
        bars=("human_click_rate",),
    )


def build_attribution_tab(
    published: SnapshotTables, periods: list[ReportPeriod], limit: int
) -> Tab:
    """Build the tab of attribution: models side by side, paths, and what hold-outs say.

    Args:
        published: The snapshot.
        periods: The periods that a reader chooses from.
        limit: How many rows a table shows at most.
    """
    campaigns = "attribution/campaign_attribution"
    of_channel, of_campaign = {"channel": "Channel"}, {"campaign_name": "Campaign"}
    blocks = []
    for period in periods:
        tables = (
            compare_models(published, "Revenue by channel", CHANNELS, of_channel, period, limit),
            compare_models(
                published,
                "Revenue by campaign",
                campaigns,
                of_campaign | of_channel,
                period,
                limit,
            ),
        )
        found = tuple(table for table in tables if table is not None)
        blocks.append(Block(period=period.name, tables=found))
    tables = (make_table(published, _paths(), limit), make_table(published, _lift(), limit))
    blocks.append(Block(tables=tuple(table for table in tables if table is not None)))
    if all(block.is_empty for block in blocks):
        blocks = [Block(notes=("No order has been read yet.",))]
    return Tab("attribution", "Attribution", tuple(blocks))


def compare_models(
    published: SnapshotTables,
    title: str,
    table: str,
    labels: dict[str, str],
    period: ReportPeriod,
    limit: int,
) -> TableView | None:
    """Put the revenue that each model credits side by side, one row a channel or campaign."""
    if not published.has(table):
        return None
    key = (
        ["org_id", "channel"]
        if "campaign_name" not in labels
        else [
            "org_id",
            "channel",
            "platform",
            "campaign_id",
        ]
    )
    texts = [name for name in labels if name not in key]
    rows = (
        published.scan(table)
        .filter(period.condition())
        .group_by(*key, "model")
        .agg(pl.col(texts).max(), pl.col("revenue").sum())
        .collect()
    )
    if not rows.height:
        return None
    models = sorted(rows["model"].unique())
    found: dict[tuple[object, ...], dict[str, Any]] = {}
    for row in rows.sort(*key).iter_rows(named=True):
        place = found.setdefault(tuple(row[name] for name in key), {n: row[n] for n in labels})
        place[f"revenue of {row['model']}"] = row["revenue"]
    ranked = sorted(found.items(), key=lambda item: -max(_amounts(item[1], models)))

    def write(place: tuple[object, ...], row: dict[str, Any]) -> tuple[Cell, ...]:
        key_of_row = dict(zip(key, place, strict=True)) | period.key()
        return (
            *(plain(_text(row[name])) for name in labels),
            *(
                figure(table, key_of_row | {"model": model}, "revenue", _amount(row, model))
                for model in models
            ),
        )

    return TableView(
        title,
        (
            *(Column(text, "text") for text in labels.values()),
            *(Column(model.replace("_", " "), "money") for model in models),
        ),
        tuple(Rows(write(place, row)) for place, row in ranked[:limit]),
        len(ranked),
        table,
    )


def _amount(row: dict[str, Any], model: str) -> Any:
    return row.get(f"revenue of {model}")


def _amounts(row: dict[str, Any], models: list[str]) -> list[float]:
    return [float(str(_amount(row, model) or 0)) for model in models]


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _paths() -> TableSpec:
    return TableSpec(
        "The commonest paths, with an order and without",
        "attribution/paths",
        {"path": "Path"},
        {
            "contacts": "Contacts",
            "orders": "Orders",
            "revenue": "Revenue",
            "contacts_without_order": "Contacts without an order",
        },
        "contacts",
        ratios={"Revenue per contact": ("revenue", "contacts", NUMBER)},
        bars=("contacts",),
    )


def _lift() -> TableSpec:
    return TableSpec(
        "What hold-outs say: people who got the message against people held back",
        "attribution/holdout_lift",
        {"campaign_name": "Campaign", "message_name": "Message", "channel": "Channel"},
        {
            "treated_contacts": "Got it",
            "holdout_contacts": "Held back",
            "treated_conversion_rate": "Converted",
            "holdout_conversion_rate": "Converted without",
            "conversion_rate_difference": "Difference",
            "conversion_rate_difference_low": "At least",
            "conversion_rate_difference_high": "At most",
        },
        "conversion_rate_difference",
        note="An interval from below zero to above it may be chance.",
    )
