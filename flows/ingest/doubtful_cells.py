"""Cells that are read as they stand and could mean something else: counted, to be told."""

from collections import Counter

import polars as pl

from contracts.columns import key, polars_schema
from contracts.config.cell_forms import Unit
from contracts.feeds import FEEDS, HAPPENED_AT, AdStats, Campaigns, Contacts, Events, MessageStats
from contracts.manifest import looks_like_a_state
from contracts.reference.cell_words import ALL, TOTAL
from contracts.vocabulary import Action, BounceType
from flows.catalog.ledger import TableReceipt
from flows.config.configured_feeds import ConfiguredFeed
from transforms.ingest.column_mapping import ResolvedMapping
from transforms.ingest.parsing.ambiguous_cells import (
    MONTH_FIRST,
    DayOrders,
    count_day_orders,
    count_points,
    is_day_alone,
)
from transforms.ingest.row_completion import TEXT_OF

FIRST_ROWS, LAST_ROWS = 2, 3
"""Between which of a file's rows sums rarely stand."""
PIVOTED = (AdStats.campaign_name, AdStats.ad_group_name, AdStats.ad_name)
DAY_BYTES = len("2026-01-31")
OFFSET = r"(?i)(?:z|utc|gmt|[+-]\d\d(?::?\d\d)?)\s*$"
"""How a stamp ends that says its own zone."""
NAMES = (
    Campaigns.name,
    MessageStats.message_name,
    AdStats.account_name,
    AdStats.campaign_name,
    AdStats.ad_group_name,
    AdStats.ad_name,
)
"""The columns of names in tables that name campaigns, messages or ads."""
NO_BARE_ADDRESS = r"^\s*mailto:|[<>;,\"]|\S\s+\S"
"""What stands in a cell of a name with its address, or of several addresses."""


def count_doubts(
    receipt: TableReceipt, feed: ConfiguredFeed, resolved: ResolvedMapping, parsed: pl.DataFrame
) -> None:
    """Add the doubtful cells of some rows to what a table's receipt counts of them.

    Args:
        parsed: Rows that hold, with the text of their parsed columns (`parse_rows`).
    """
    receipt.days_alone += _count_days_alone(resolved, parsed)
    if feed.states_no_zone:
        receipt.local_stamps += _count_local_stamps(resolved, parsed)
    orders = _count_day_orders(feed, resolved, parsed)
    receipt.days_of_either_order += orders.either
    receipt.days_of_sure_order += orders.sure
    section = feed.section
    if not (section.decimal or section.thousands or receipt.are_points_shown):
        points = count_points(parsed, resolved, of_counts=section.source is not None)
        receipt.points_of_either_meaning += points.either
        receipt.are_points_shown = points.is_shown
    if receipt.table == "events":
        receipt.bounce_kinds.update(_count_bounce_kinds(parsed))
    if receipt.table == "message_stats":
        receipt.more_than_sent += parsed.filter(_says_more_than_sent()).height
    if receipt.table == "ad_stats":
        receipt.pivot_sums.update(_count_pivot_sums(parsed))
    if Contacts.email in parsed.columns:
        receipt.odd_addresses += int(
            parsed.get_column(Contacts.email).str.contains(NO_BARE_ADDRESS).sum()
        )


def count_totals(receipt: TableReceipt, parsed: pl.DataFrame) -> None:
    """Add the rows that a word for totals names to what a table's receipt counts of them.

    Args:
        parsed: Rows that hold, at the start or end of the file; those that need a time are none.
    """
    if receipt.table in HAPPENED_AT:
        return
    contract = FEEDS[receipt.table]
    names = [
        name
        for name, dtype in polars_schema(contract).items()
        if dtype == pl.String and (name in key(contract) or name in NAMES)
    ]
    for row in parsed.select(names).iter_rows():
        receipt.totals.update([name.strip() for name in row if name and TOTAL.match(name)][:1])


def _says_more_than_sent() -> pl.Expr:
    """Whether a summary of all days has more people than its mails; on a day there may be more."""
    sends, delivered = pl.col(MessageStats.sends), pl.col(MessageStats.delivered)
    reached = pl.coalesce(delivered, sends)
    opened, clicked = pl.col(MessageStats.unique_opens), pl.col(MessageStats.unique_clicks)
    is_more = (opened > reached, clicked > reached, delivered > sends)
    return pl.col(MessageStats.date_day).is_null() & pl.any_horizontal(is_more)


def _count_pivot_sums(parsed: pl.DataFrame) -> Counter[str]:
    """Count the rows named as a pivot table names its sums that cost what the others cost.

    One of a campaign and all of its ad groups costs what the campaign's other rows of the day do.
    """
    counts: Counter[str] = Counter()
    if not any(map(_names_all, parsed.select(PIVOTED).get_columns())):
        return counts
    day, spend = AdStats.date_day, pl.col(AdStats.spend)
    words = {name: pl.col(name).is_in(ALL).fill_null(value=False) for name in PIVOTED}
    is_sum = pl.any_horizontal(words.values())
    sums = parsed.filter(is_sum & (spend != 0))
    for over, rows in sums.group_by(words.values()):
        kept = [day, *(name for name, is_all in zip(PIVOTED, over, strict=True) if not is_all)]
        total = spend.sum().cast(parsed.schema[AdStats.spend], strict=False)
        others = parsed.filter(~is_sum).group_by(kept).agg(total)
        added = rows.join(others, on=[*kept, AdStats.spend], how="semi", nulls_equal=True)
        word = pl.coalesce(pl.when(is_all).then(name) for name, is_all in words.items())
        counts.update(added.select(word).to_series().to_list())
    return counts


def _names_all(names: pl.Series) -> bool:
    """Whether one of them is a word for all; of a column of long names few are looked at."""
    short = names.filter(names.str.len_bytes() <= max(map(len, ALL)))
    return bool(short.is_in(ALL).any())


def _count_days_alone(resolved: ResolvedMapping, parsed: pl.DataFrame) -> int:
    """Count the rows whose stamp is a day without a time: midnight, as it is read."""
    name = HAPPENED_AT.get(resolved.mapping.table, ("",))[0]
    if not name or name in resolved.mapping.units:
        return 0
    given = parsed.get_column(TEXT_OF + name)
    if given.dtype == pl.Date or is_day_alone(resolved.mapping.formats.get(name)):
        return len(given) - given.null_count()
    if given.dtype != pl.String:
        return 0
    return int((given.str.len_bytes() <= DAY_BYTES).sum())


def _count_local_stamps(resolved: ResolvedMapping, parsed: pl.DataFrame) -> int:
    """Count the times at which rows happened that carry no offset; days alone are none."""
    mapping = resolved.mapping
    return sum(
        _count_local(parsed.get_column(TEXT_OF + name), mapping.units.get(name))
        for name in HAPPENED_AT.get(mapping.table, ())
        if not (name in mapping.formats and is_day_alone(mapping.formats[name]))
    )


def _count_local(given: pl.Series, unit: Unit | None) -> int:
    if isinstance(given.dtype, pl.Datetime):
        return 0 if given.dtype.time_zone else len(given) - given.null_count()
    if given.dtype != pl.String or unit not in {None, Unit.EXCEL_DAYS}:
        return 0
    if given.str.ends_with("Z").all():  # as most do, which costs a tenth to see
        return 0
    has_time = given.str.contains(".", literal=True) if unit else given.str.len_bytes() > DAY_BYTES
    return int((has_time & ~given.str.contains(OFFSET)).sum())


def _count_bounce_kinds(parsed: pl.DataFrame) -> Counter[str]:
    """Count the bounces of a kind that is neither hard nor soft, by kind where it is a word."""
    kind = pl.col(Events.subtype)
    is_known = kind.str.strip_chars().str.to_lowercase().is_in([*map(str, BounceType)])
    is_bounce = pl.col(Events.event_type).str.ends_with(str(Action.BOUNCED))
    odd = parsed.select(Events.event_type, kind).drop_nulls().filter(~is_known).filter(is_bounce)
    counts: Counter[str] = Counter()
    for word, rows in odd.get_column(Events.subtype).value_counts().iter_rows():
        counts[word if looks_like_a_state(word) else ""] += rows
    return counts


def _count_day_orders(
    feed: ConfiguredFeed, resolved: ResolvedMapping, parsed: pl.DataFrame
) -> DayOrders:
    """Count the days that a source, not the user, says to read with the month first."""
    day, formats = AdStats.date_day, resolved.mapping.formats
    given = parsed.get_column(TEXT_OF + day) if TEXT_OF + day in parsed.columns else None
    if given is None or given.dtype != pl.String or day in feed.section.formats:
        return DayOrders()
    return count_day_orders(given) if MONTH_FIRST in formats.get(day, ()) else DayOrders()
