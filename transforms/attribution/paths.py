"""The paths of channels to orders, and those that led to none yet (SPEC §6.5)."""

import polars as pl

from contracts.columns import Rows, columns, polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.order_facts import LastDays, PathEnds, PricedOrders, RankedTouches, Touches
from contracts.facts.people.numbered_activities import LastInstants, People
from contracts.reports.attribution import DIRECT, Paths
from transforms.attribution.persons import PERSON, add_persons
from transforms.common.calendar import last_instant_before, microseconds, reporting_day

SEPARATOR = " > "
ORG_ID, PATH, CONTACT_NO = Paths.org_id, Paths.path, People.contact_no
END_NO, CHANNEL = RankedTouches.end_no, RankedTouches.channel
IS_LONE = "is lone"
MAY_LIE, PART, FIRST_END, ENDS = "may lie", "part", "first_end", "ends"


def find_last_days(instants: Rows[LastInstants], timezone: str) -> Rows[LastDays]:
    """Find the last day on which anything happened in each organization."""
    at = LastDays.last_instant
    day_after = pl.col(LastDays.date_day).dt.offset_by("1d")
    return (
        instants.filter(pl.col(at).is_not_null())
        .group_by(ORG_ID)
        .agg(reporting_day(pl.col(at).max(), timezone).alias(LastDays.date_day))
        .with_columns(last_instant_before(day_after, timezone).alias(at))
        .select(columns(LastDays))
    )


def list_open_ends(
    people: Rows[People],
    orders: Rows[PricedOrders],
    last_days: Rows[LastDays],
    rules: AttributionSection,
) -> Rows[PricedOrders]:
    """List the contacts without an order in the look-back, as orders that have not come yet.

    Args:
        orders: With the number of their contact.

    Returns:
        With the number of their contact, in no order: one row per contact of the
        contacts feed under the contact's own id, worth nothing, at the last instant of the
        organization's last day.
    """
    end = pl.col(LastDays.last_instant)
    lookback = pl.duration(microseconds=microseconds(rules.lookback_days))
    bought = (
        orders.filter(pl.col(PricedOrders.is_conversion), ~pl.col(PricedOrders.is_refund))
        .join(last_days, on=ORG_ID, how="inner", validate="m:1")
        .filter(pl.col(PricedOrders.ordered_at).is_between(end - lookback, end))
        .select(CONTACT_NO)
    )
    schema = polars_schema(PricedOrders)
    known = {
        ORG_ID: pl.col(ORG_ID),
        PricedOrders.order_id: pl.col(People.contact_id),
        PricedOrders.contact_id: pl.col(People.contact_id),
        PricedOrders.ordered_at: end,
        PricedOrders.credited_at: end,
        PricedOrders.date_day: pl.col(LastDays.date_day),
        PricedOrders.revenue: pl.lit(0, schema[PricedOrders.revenue]),
        PricedOrders.is_conversion: pl.lit(value=True),
        PricedOrders.is_refund: pl.lit(value=False),
    }
    return (
        people.filter(People.is_known)
        .with_columns(pl.col(ORG_ID).cast(pl.String))
        .join(bought, on=CONTACT_NO, how="anti")
        .join(last_days, on=ORG_ID, how="inner", validate="m:1")
        .select(
            CONTACT_NO,
            *(known.get(name, pl.lit(None, dtype)).alias(name) for name, dtype in schema.items()),
        )
    )


def number_ends(
    orders: Rows[PricedOrders], open_ends: Rows[PricedOrders], devices: pl.LazyFrame | None
) -> Rows[PathEnds]:
    """Number what paths end in: the orders that count, then the contacts without one.

    Args:
        orders: With the number of their contact.
        open_ends: The same of contacts without an order (`list_open_ends`).
        devices: Those by which somebody unknown ordered, if any did.

    Returns:
        In the order of its numbers.
    """
    parts = {False: orders.filter(PricedOrders.is_conversion), True: open_ends}
    names = [CONTACT_NO, *columns(PricedOrders)]
    return (
        pl.concat(
            rows.select(*names, pl.lit(value=is_open).alias(PathEnds.is_open))
            for is_open, rows in parts.items()
        )
        .pipe(add_persons, devices)
        .sort(PathEnds.is_open, ORG_ID, PathEnds.order_id)
        .with_row_index(END_NO)
        .select(columns(PathEnds))
    )


def part_ends(ends: Rows[PathEnds], touches: Rows[Touches], most_touches: int) -> pl.LazyFrame:
    """Part ends so that about so many touches may lie on the paths to those of a part.

    Args:
        ends: In the order of their numbers.
        most_touches: Where one person has as many, each of their orders is a part of its own.

    Returns:
        One row per part, in order: the `first_end` of it and how many `ends` it has.
    """
    may_lie = touches.group_by(PERSON).agg(pl.len().cast(pl.Int64).alias(MAY_LIE))
    before = pl.col(MAY_LIE).fill_null(0).cum_sum().shift(fill_value=0)
    return (
        ends.select(END_NO, PERSON)
        .join(may_lie, on=PERSON, how="left", validate="m:1", maintain_order="left")
        .group_by((before // most_touches).alias(PART), maintain_order=True)
        .agg(pl.col(END_NO).first().alias(FIRST_END), pl.len().alias(ENDS))
        .select(FIRST_END, ENDS)
    )


def name_paths(ranked: Rows[RankedTouches], ends: Rows[PathEnds]) -> pl.LazyFrame:
    """Name the path to each end: its touches' channels in order, equal neighbours once.

    Returns:
        The ends with their `path`.
    """
    paths = join_channels(ranked, [END_NO])
    return ends.join(paths, on=END_NO, how="left", validate="1:1").with_columns(
        pl.col(PATH).fill_null(DIRECT)
    )


def join_channels(touches: pl.LazyFrame, path: list[str]) -> pl.LazyFrame:
    """Join the channels of each path, equal neighbours once.

    Args:
        touches: Touches with their `channel`, sorted by path and position.
        path: What tells paths apart.

    Returns:
        One row per path with touches: what tells it apart, and `path`.
    """
    channel = pl.col(CHANNEL)
    neighbours = [pl.col(name) == pl.col(name).shift() for name in (*path, CHANNEL)]
    is_repeated = pl.all_horizontal(neighbours).fill_null(value=False)
    is_other = [
        pl.any_horizontal(pl.col(name).ne_missing(pl.col(name).shift(by)) for name in path)
        for by in (1, -1)
    ]
    told = touches.select(*path, CHANNEL).filter(~is_repeated)
    # Most paths are of one channel, of which there is nothing to join.
    lone = told.with_columns(pl.all_horizontal(is_other).alias(IS_LONE))
    joined = (
        lone.filter(~pl.col(IS_LONE))
        .group_by(path, maintain_order=True)
        .agg(channel.str.join(SEPARATOR).alias(PATH))
    )
    return pl.concat([lone.filter(IS_LONE).select(*path, channel.alias(PATH)), joined])


def sum_paths(named: Rows[PathEnds]) -> Rows[Paths]:
    """Sum orders and contacts by the path of channels that led to them.

    A refund takes its revenue from the path of its order, and is not an order.

    Args:
        named: With their `path`.

    Returns:
        Additive over any split of the people.
    """
    is_open, is_known = pl.col(PathEnds.is_open), pl.col(PathEnds.contact_id).is_not_null()
    is_order = ~is_open & ~pl.col(PathEnds.is_refund)
    return (
        named.group_by(ORG_ID, PATH)
        .agg(
            pl.col(PERSON).filter(is_order & is_known).n_unique().alias(Paths.contacts),
            is_order.sum().alias(Paths.orders),
            pl.col(PathEnds.revenue).sum(),
            is_open.sum().alias(Paths.contacts_without_order),
        )
        .select(pl.col(name).cast(dtype) for name, dtype in polars_schema(Paths).items())
    )


def add_up_paths(parts: pl.LazyFrame) -> pl.LazyFrame:
    """Add up the sums of several people: `Paths`, sorted by its key."""
    schema = polars_schema(Paths)
    return (
        parts.group_by(ORG_ID, PATH)
        .agg(pl.exclude(ORG_ID, PATH).sum())
        .select(pl.col(name).cast(dtype) for name, dtype in schema.items())
        .sort(ORG_ID, PATH)
    )
