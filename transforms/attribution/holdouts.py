"""What a message or campaign really added: the treated against those held out.

Both sides are watched for equally long. Everybody to whom a message was meant to go is treated,
whatever became of the send, so that the comparison is of like with like.
"""

import polars as pl

from contracts.columns import Rows, columns, key, polars_schema
from contracts.config.workspace import AttributionSection
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.described_activities import ContactSends
from contracts.reports.attribution import HoldoutLift
from contracts.vocabulary import Channel, MessageLevel
from transforms.attribution.touches import lookback_of
from transforms.common.calendar import last_instant_before, microseconds, start_of_day
from transforms.common.proportions import Z_95
from transforms.common.rates import divide

UNITS = 10**4
"""Money in whole ten-thousandths, whose squares add up exactly whatever their order."""

ORG_ID, CONTACT_ID = ContactSends.org_id, ContactSends.contact_id
IS_HOLDOUT = ContactSends.is_holdout
LEVEL = key(HoldoutLift)
SIDE_REVENUE = HoldoutLift.treated_revenue
FROM, UNTIL, COUNT, REVENUE = "watched_from", "watched_until", "orders", PricedOrders.revenue


def report_holdout_lift(
    sends: Rows[ContactSends], orders: Rows[PricedOrders], rules: AttributionSection, timezone: str
) -> Rows[HoldoutLift]:
    """Compare the treated with those held out, by message and by campaign.

    A contact is watched from the send (a held-out one without a time: from the message's first
    send to anybody) for the look-back of the channel, direct mail for its attribution window. Who
    was held out of one message of a campaign and got another is treated by the campaign. The
    intervals are normal approximations: the difference plus or minus 1.96 standard errors, of
    proportions (unpooled) and of means (Welch).

    Args:
        orders: Contacts filled in.

    Returns:
        Sorted by its key: messages and campaigns that held contacts out.
    """
    return (
        list_watched_contacts(list_watched_sends(sends, rules, timezone))
        .pipe(_add_conversions, orders)
        .pipe(_sum_sides)
        .pipe(add_differences)
        .select(columns(HoldoutLift))
        .sort(LEVEL)
    )


def list_watched_sends(
    sends: Rows[ContactSends], rules: AttributionSection, timezone: str
) -> pl.LazyFrame:
    """List the sends of messages and campaigns that held contacts out.

    Returns:
        Rows of `ContactSends`, once for the message and once for the campaign (the key of
        `HoldoutLift`), with the first and the last instant at which orders count.
    """
    watched = _watch(sends, rules, timezone)
    levels = pl.concat(
        _tag_level(watched, one) for one in (MessageLevel.MESSAGE, MessageLevel.CAMPAIGN)
    )
    held = levels.filter(IS_HOLDOUT).select(LEVEL).unique()
    return levels.join(held, on=LEVEL, how="semi", nulls_equal=True)


def list_watched_contacts(watched: pl.LazyFrame) -> pl.LazyFrame:
    """One row per message or campaign and contact: treated or held out, and watched how long.

    Args:
        watched: `list_watched_sends`.
    """
    return watched.group_by(*LEVEL, CONTACT_ID).agg(
        pl.col(IS_HOLDOUT).all(),
        pl.col(FROM).min(),
        pl.col(UNTIL).max(),
        pl.col(HoldoutLift.campaign_name, HoldoutLift.message_name).max(),
        pl.col(HoldoutLift.channel).min(),
        pl.col(HoldoutLift.channel).max().alias("other_channel"),
    )


def _watch(sends: Rows[ContactSends], rules: AttributionSection, timezone: str) -> pl.LazyFrame:
    """Sends to known contacts, with the first and the last instant at which orders count."""
    message = [ORG_ID, ContactSends.campaign_id, ContactSends.message_id]
    window = pl.when(pl.col(ContactSends.channel) == Channel.DIRECT_MAIL).then(
        ContactSends.window_start
    )
    day_after = window.dt.offset_by(pl.format("{}d", pl.col(ContactSends.window_days)))
    lookback = pl.coalesce(
        lookback_of(pl.col(ContactSends.channel), rules), pl.lit(microseconds(rules.lookback_days))
    )
    timed = sends.filter(pl.col(CONTACT_ID).is_not_null()).with_columns(
        pl.col(IS_HOLDOUT).fill_null(value=False),
        pl.coalesce(start_of_day(window, timezone), ContactSends.sent_at).alias(FROM),
    )
    firsts = timed.group_by(message).agg(
        pl.col(FROM).filter(~pl.col(IS_HOLDOUT)).min().alias("first_sent_at")
    )
    return (
        timed.join(firsts, on=message, how="left", validate="m:1", nulls_equal=True)
        .with_columns(pl.coalesce(FROM, "first_sent_at").alias(FROM))
        .filter(pl.col(FROM).is_not_null())
        .with_columns(
            pl.coalesce(
                last_instant_before(day_after, timezone),
                pl.col(FROM) + pl.duration(microseconds=lookback),
            ).alias(UNTIL)
        )
    )


def _tag_level(watched: pl.LazyFrame, level: MessageLevel) -> pl.LazyFrame:
    """The sends as rows of one level; a campaign's rows name no message."""
    is_of_message = level == MessageLevel.MESSAGE
    own_id = HoldoutLift.message_id if is_of_message else HoldoutLift.campaign_id
    named = [] if is_of_message else [HoldoutLift.message_id, HoldoutLift.message_name]
    return watched.filter(pl.col(own_id).is_not_null()).with_columns(
        pl.lit(level).alias(HoldoutLift.level),
        *(pl.lit(None, pl.String).alias(name) for name in named),
    )


def list_watched_orders(contacts: pl.LazyFrame, orders: Rows[PricedOrders]) -> pl.LazyFrame:
    """List what each contact ordered while watched, in whole ten-thousandths.

    Args:
        contacts: `list_watched_contacts`.
        orders: Contacts filled in.

    Returns:
        One row per message or campaign, contact and order, refunds among them.
    """
    units = (pl.col(REVENUE).cast(pl.Decimal(38, 4)) * UNITS).cast(pl.Int64)
    return (
        contacts.select(*LEVEL, CONTACT_ID, FROM, UNTIL)
        .join(
            orders.filter(pl.col(PricedOrders.is_conversion)).select(
                ORG_ID,
                CONTACT_ID,
                PricedOrders.order_id,
                PricedOrders.credited_at,
                PricedOrders.is_refund,
                units,
            ),
            on=[ORG_ID, CONTACT_ID],
            how="inner",
            validate="m:m",
        )
        .filter(pl.col(PricedOrders.credited_at).is_between(FROM, UNTIL))
    )


def _add_conversions(contacts: pl.LazyFrame, orders: pl.LazyFrame) -> pl.LazyFrame:
    """Add what each contact ordered while watched, in whole ten-thousandths."""
    brought = (
        list_watched_orders(contacts, orders)
        .group_by(*LEVEL, CONTACT_ID)
        .agg((~pl.col(PricedOrders.is_refund)).sum().alias(COUNT), pl.col(REVENUE).sum())
    )
    return contacts.join(
        brought, on=[*LEVEL, CONTACT_ID], how="left", validate="1:1", nulls_equal=True
    ).with_columns(
        (pl.col(COUNT) > 0).fill_null(value=False).alias("converted"), pl.col(REVENUE).fill_null(0)
    )


def _sum_sides(contacts: pl.LazyFrame) -> pl.LazyFrame:
    """One row per level and id with both sides' contacts, conversions and revenue."""
    sides = {"treated": ~pl.col(IS_HOLDOUT), "holdout": pl.col(IS_HOLDOUT)}
    square = pl.col(REVENUE).cast(pl.Int128) * pl.col(REVENUE)
    one_channel = pl.col(HoldoutLift.channel).min() == pl.col("other_channel").max()
    return contacts.group_by(LEVEL).agg(
        pl.col(HoldoutLift.campaign_name, HoldoutLift.message_name).max(),
        pl.when(one_channel).then(pl.col(HoldoutLift.channel).min()).alias(HoldoutLift.channel),
        *(
            expression.alias(f"{side}_{name}")
            for side, is_side in sides.items()
            for name, expression in {
                "contacts": is_side.sum().cast(pl.Int64),
                "conversions": pl.col("converted").filter(is_side).sum().cast(pl.Int64),
                "revenue": _in_money(pl.col(REVENUE).filter(is_side).sum()),
                "squares": square.filter(is_side).sum().cast(pl.Float64) / UNITS**2,
            }.items()
        ),
    )


def _in_money(units: pl.Expr) -> pl.Expr:
    unit = pl.lit(1, pl.Decimal(38, 4)) / UNITS
    return (units.cast(pl.Decimal(38, 4)) * unit).cast(polars_schema(HoldoutLift)[SIDE_REVENUE])


def add_differences(sums: pl.LazyFrame) -> pl.LazyFrame:
    """Add rates, differences and their intervals; null where a side has too few contacts.

    Args:
        sums: of both sides (`treated_`, `holdout_`) the contacts, conversions and revenue, and the
            `squares` of the contacts' revenue, added up.
    """
    rate, mean, rate_error, mean_error = {}, {}, {}, {}
    for side in ("treated", "holdout"):
        contacts = pl.col(f"{side}_contacts")
        some = pl.when(contacts > 0).then(contacts)
        several = pl.when(contacts > 1).then(contacts)
        total = pl.col(f"{side}_revenue").cast(pl.Float64)
        rate[side] = divide(f"{side}_conversions", f"{side}_contacts")
        mean[side] = divide(f"{side}_revenue", f"{side}_contacts")
        rate_error[side] = rate[side] * (1 - rate[side]) / some
        spread = pl.col(f"{side}_squares") - total**2 / several
        mean_error[side] = pl.max_horizontal(spread / (several - 1), 0.0) / several
    lift, gain = rate["treated"] - rate["holdout"], mean["treated"] - mean["holdout"]
    lift_error = Z_95 * (rate_error["treated"] + rate_error["holdout"]).sqrt()
    gain_error = Z_95 * (mean_error["treated"] + mean_error["holdout"]).sqrt()
    base = pl.when(rate["holdout"] > 0).then(rate["holdout"])
    return sums.with_columns(
        treated_conversion_rate=rate["treated"],
        holdout_conversion_rate=rate["holdout"],
        conversion_rate_difference=lift,
        conversion_rate_difference_low=lift - lift_error,
        conversion_rate_difference_high=lift + lift_error,
        conversion_lift=lift / base,
        treated_revenue_per_contact=mean["treated"],
        holdout_revenue_per_contact=mean["holdout"],
        revenue_per_contact_difference=gain,
        revenue_per_contact_difference_low=gain - gain_error,
        revenue_per_contact_difference_high=gain + gain_error,
    )
