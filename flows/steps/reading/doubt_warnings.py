"""What is said of cells that are read as they stand and may mean something else (SPEC §5.2)."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from contracts.config.toml_values import write_toml
from contracts.feeds import AdStats, Contacts, Events
from contracts.manifest import Warned, count_of, may_be_quoted
from flows.catalog.ledger import TableReceipt
from flows.catalog.read_files import ReadFile, list_receipts
from flows.config.configured_feeds import ConfiguredFeed
from transforms.common.calendar import find_day
from transforms.ingest.parsing.ambiguous_cells import MONTH_FIRST

MOST_KINDS = 3
"""How many kinds of bounces a warning names."""
BARE_ADDRESS = r"([^<>:;,\s]+@[^<>;,\s]+)"
"""The address in a cell that has a name beside it, as a mapping's `extract` takes it."""


def warn_of_doubts(
    feed: ConfiguredFeed, files: list[ReadFile], reporting_zone: str
) -> Iterator[Warned]:
    """Warn of what nothing in a feed's files shows the meaning of.

    Args:
        files: The feed's files that have rows.
        reporting_zone: The reports' time zone.
    """
    receipts = list_receipts(files)
    of_fixed_columns = list_receipts(one for one in files if one.receipt.has_fixed_columns)
    yield from _warn_of_shifted_days(feed, receipts, reporting_zone)
    yield from _warn_of_local_stamps(feed, receipts, reporting_zone)
    yield from _warn_of_day_orders(feed, receipts)
    yield from _warn_of_points(feed, of_fixed_columns)
    yield from _warn_of_addresses(feed, receipts)
    yield from _warn_of_bared_ids(feed, receipts)
    yield from _warn_of_totals(feed, receipts)
    yield from _warn_of_bounce_kinds(feed, receipts)
    yield from _warn_of_impossible_counts(feed, receipts)


def _warn_of_shifted_days(
    feed: ConfiguredFeed, receipts: list[TableReceipt], reporting: str
) -> Iterator[Warned]:
    """Days without a time, whose midnight in the feed's zone is the day before in the reports'."""
    for resolved in feed.mappings:
        table = resolved.mapping.table
        got = [one for one in receipts if one.table == table]
        count = sum(one.days_alone for one in got)
        newest = max((one.last_at for one in got if one.last_at and one.days_alone), default=None)
        if newest is None:
            continue
        day = find_day(newest, resolved.timezone)
        midnight = datetime.combine(day, time(), ZoneInfo(resolved.timezone)).isoformat()
        if find_day(midnight, reporting) < day:
            yield feed.warn(
                "no_time",
                f"{count_of(count, 'row')} of {table} with a day and no "
                f"time, read as its midnight in {resolved.timezone}, which is the day before in "
                f'{reporting}; for days as they stand say timezone = "{reporting}" in the feed',
                "timezone",
                count=count,
            )


def _warn_of_local_stamps(
    feed: ConfiguredFeed, receipts: list[TableReceipt], reporting: str
) -> Iterator[Warned]:
    """Times without an offset, of which neither the feed nor its source says the zone.

    Where the reports are in UTC, too, they are what the feed's default says (SPEC §3).
    """
    is_utc = ZoneInfo(reporting).utcoffset(None) == timedelta(0)  # `GMT` or `Etc/UTC`, too
    if is_utc or not feed.states_no_zone:
        return
    if count := sum(one.local_stamps for one in receipts):
        tables = " and ".join(sorted({one.table for one in receipts if one.local_stamps}))
        yield feed.warn(
            "no_offset",
            f"{count_of(count, 'stamp')} of {tables} without an offset, read as UTC, though "
            f'nothing says their zone: timezone = "{reporting}" in the feed reads them as local '
            'times there, timezone = "UTC" says that they are UTC',
            "timezone",
            count=count,
        )


def _warn_of_day_orders(feed: ConfiguredFeed, receipts: list[TableReceipt]) -> Iterator[Warned]:
    """Days that are read with the month first, of which none says that this is their order."""
    count = sum(one.days_of_either_order for one in receipts)
    if count and not any(one.days_of_sure_order for one in receipts):
        yield feed.warn(
            "day_order",
            f"{count_of(count, 'row')} with days such as 05/02/2026, read as 2 May, the month "
            "first, as the platform writes them in the United States; no day after the 12th shows "
            f'it yet: formats = {{ {AdStats.date_day} = "{MONTH_FIRST}" }} says that it is so, '
            '"%d/%m/%Y" that the day is first',
            f"formats.{AdStats.date_day}",
            count=count,
        )


def _warn_of_points(feed: ConfiguredFeed, receipts: list[TableReceipt]) -> Iterator[Warned]:
    """Numbers that are a thousand times as much if their point groups digits; not those of JSON."""
    count = sum(one.points_of_either_meaning for one in receipts)
    if count and not any(one.are_points_shown for one in receipts):
        yield feed.warn(
            "point_unclear",
            f"{count_of(count, 'number')} such as 1.234, with three digits behind the point, read "
            'as its fraction, and no number shows yet that it is none of thousands: decimal = "," '
            'says that it groups thousands, decimal = "." that it is as read',
            "decimal",
            count=count,
        )


def _warn_of_bared_ids(feed: ConfiguredFeed, receipts: list[TableReceipt]) -> Iterator[Warned]:
    """Ids that were not read as the file has them, but as other feeds write them."""
    counts = add_up(receipts, lambda got: got.bared_ids)
    for (table, name), count in sorted(counts.items()):
        yield feed.warn(
            "ids_bared",
            f"{count_of(count, 'cell')} of {table}.{name} with blanks around or written as "
            '="…" or \'… for a spreadsheet; read without, so that it meets that of other feeds',
            count=count,
        )


def _warn_of_totals(feed: ConfiguredFeed, receipts: list[TableReceipt]) -> Iterator[Warned]:
    """Rows that only a word for totals names; those that `total_rows` leaves out are none."""
    stated = feed.section.total_rows
    if "total_rows" in feed.section.model_fields_set and not stated:
        return
    pivots = add_up(receipts, lambda got: got.pivot_sums)
    for (_, word), count in sorted(pivots.items()):
        yield feed.warn(
            "total_suspected",
            f"{count_of(count, 'row')} whose campaign, ad group or ad is called {word!r} cost what "
            "others of the day cost together, as sums do: that counts again; export without "
            f"them, or {write_toml({'null_values': [word]})[2:-2]} reads no name there",
            "null_values",
            count=count,
        )
    for (table, word), count in sorted(add_up(receipts, lambda got: got.totals).items()):
        if (table, word) in pivots:
            continue
        mends = (
            f"total_rows leaves out none that begin otherwise: take {count_of(count, 'row')} out"
            if stated
            else f"total_rows = {write_toml([f'{word}$'])} leaves out those that begin so, "
            "total_rows = [] says that they are none that only add up"
        )
        yield feed.warn(
            "total_suspected",
            f"{count_of(count, 'row')} of {table} named {word!r} at the start or end of a file, "
            f"read like any other: {mends}",
            "total_rows",
            count=count,
        )


def _warn_of_bounce_kinds(feed: ConfiguredFeed, receipts: list[TableReceipt]) -> Iterator[Warned]:
    counts = add_up(receipts, lambda got: got.bounce_kinds)
    if counts:
        kinds = [word for (_, word), rows in counts.most_common() if may_be_quoted(word, rows)]
        shown = f" ({', '.join(map(repr, kinds[:MOST_KINDS]))})" if kinds else ""
        entry = write_toml({Events.subtype: {kinds[0] if kinds else "…": "hard"}})
        yield feed.warn(
            "bounce_kind_unknown",
            f"{count_of(counts.total(), 'bounce')} of a kind that is neither hard nor soft{shown}, "
            f"counted in other_bounces: values = {entry} says what it is",
            f"values.{Events.subtype}",
            count=counts.total(),
        )


def _warn_of_impossible_counts(
    feed: ConfiguredFeed, receipts: list[TableReceipt]
) -> Iterator[Warned]:
    """Summaries whose rates are above 1, as where a column's thousands or another one is read."""
    if count := sum(one.more_than_sent for one in receipts):
        yield feed.warn(
            "more_than_sent",
            f"{count_of(count, 'row')} of message_stats with more deliveries than sends, or more "
            "unique opens or clicks than deliveries, so that rates are above 1: look at which of "
            "the file's columns are read and how it writes thousands, and say it in columns and "
            "decimal",
            "columns",
            count=count,
        )


def _warn_of_addresses(feed: ConfiguredFeed, receipts: list[TableReceipt]) -> Iterator[Warned]:
    """Addresses that are none by themselves, so that they meet no other feed's."""
    if count := sum(one.odd_addresses for one in receipts):
        extract = write_toml({Contacts.email: {"column": "…", "extract": BARE_ADDRESS}})
        yield feed.warn(
            "address_odd",
            f"{count_of(count, 'cell')} of e-mail addresses with a name beside the address, or "
            f"several addresses; they are nobody's in other feeds: columns = {extract} takes the "
            "first address out of the file's column",
            "columns",
            count=count,
        )


def add_up(
    receipts: list[TableReceipt], told: Callable[[TableReceipt], Mapping[str, int]]
) -> Counter[tuple[str, str]]:
    """What receipts count by a word: (table, word) -> how often."""
    counts: Counter[tuple[str, str]] = Counter()
    for got in receipts:
        counts.update({(got.table, word): count for word, count in told(got).items()})
    return counts
