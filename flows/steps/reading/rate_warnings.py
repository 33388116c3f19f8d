"""Amounts in a currency without a rate: how many, how much, and what reads them (SPEC §8)."""

from collections.abc import Iterator, Mapping

import polars as pl

from contracts.config.toml_values import write_toml
from contracts.config.workspace import Workspace
from contracts.feeds import AdBreakdowns, AdStats, ExchangeRates, Messages, MessageStats, Orders
from contracts.manifest import Warned, count_of
from contracts.reference.currency_signs import CODE
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from transforms.common.currency import RATE, bill_accounts, find_unrated, normalize_currency
from transforms.ingest.deduplication import FILE
from transforms.messaging.messages.message_costs import COST_DAY, rate_messages

AMOUNTS = {"orders": Orders.revenue, "ad_stats": AdStats.spend}
"""Table whose rows without a rate are rejected -> what they would have added."""

CURRENCY, AMOUNT, ROWS, FEED = "currency", "amount", "rows", "feed"
NO_RATE = (
    "exchange_rates has no rate of {theirs} in {ours} on the day{known}; "
    "give it in a feed of exchange_rates, or set workspace.currency"
)
NO_CODE = (
    "their currency is not a three-letter code; say which it means in the feed: "
    'values = {{ currency = {{ {text} = "{ours}" }} }}'
)
NO_DAY = (
    "neither they nor their dispatches or campaigns say on which day they go out, which decides "
    "the rate of {theirs} in {ours}; give them a send_date, or set workspace.currency"
)
"""Why an amount could not be priced, and what would mend it."""
WORD = r"^[^\d@]{1,5}$"
"""What is told of cells that should name a currency, as `€` or `EURO`: no telephone number."""
MOST_OWNERS = 3
"""Of how many organizations with rates of a currency it is told."""


def find_missing_rates(catalog: Catalog, config: Workspace) -> Iterator[Warned]:
    """Warn of amounts in a currency without a rate on their day, and of rates in another one.

    Args:
        catalog: What was read, rows without a rate rejected.
    """
    yield from _warn_of_base(catalog, config.workspace.currency)
    known = _list_known_rates(catalog)
    for table, amount in AMOUNTS.items():
        yield from _warn(table, _sum_rejected(catalog, table, amount), "rejected", config, known)
    as_ours = f"counted as if in {config.workspace.currency}"
    scan, has_revenue = catalog.scan_numbered, pl.col(MessageStats.revenue).is_not_null()
    summaries = scan("message_stats").filter(has_revenue)
    for table, rows, amount, what in (
        ("ad_stats", _bill_silent(catalog), AdStats.spend, as_ours),
        ("message_stats", summaries, MessageStats.revenue, "standing without their revenue"),
        (
            "ad_breakdowns",
            scan("ad_breakdowns"),
            AdBreakdowns.spend,
            "standing without their spend",
        ),
    ):
        if catalog.has_rows(table):
            unrated = find_unrated(rows, rates_of(catalog), config.workspace.currency)
            amounts = unrated.select(FILE, CURRENCY, pl.col(amount).alias(AMOUNT))
            yield from _warn(table, _sum_by_feed(catalog, amounts), what, config, known)
    if catalog.has_rows("messages"):
        yield from _warn_of_costs(catalog, config, known)


def _warn_of_base(catalog: Catalog, ours: str) -> Iterator[Warned]:
    """Rates of the reporting currency itself other than 1: then all of them are in another one."""
    if (rates := rates_of(catalog)) is None:
        return
    rate = pl.col(ExchangeRates.rate)
    is_ours = normalize_currency(pl.col(ExchangeRates.currency)) == ours
    ((count, example),) = (
        rates.filter(is_ours & (rate != 1)).select(pl.len(), rate.max()).collect().iter_rows()
    )
    if count:
        yield Warned(
            code="rate_base",
            message=f"exchange_rates: {count_of(count, 'row')} with another rate than 1 of {ours}, "
            f"the reporting currency, as {example.normalize():f}: the rates seem to be in another "
            f"currency, and so every amount that they convert; deliver what one unit of each "
            f"currency is in {ours}, or set workspace.currency",
            count=count,
            setting="workspace.currency",
        )


def _list_known_rates(catalog: Catalog) -> dict[str, str]:
    """Currency -> whose rates of it there are, and from when on: each holds for its own alone."""
    if (rates := rates_of(catalog)) is None:
        return {}
    code = normalize_currency(pl.col(ExchangeRates.currency))
    firsts = (
        rates.group_by(code, ExchangeRates.org_id)
        .agg(pl.col(ExchangeRates.date_day).min())
        .sort(ExchangeRates.org_id)
        .group_by(ExchangeRates.currency)
        .agg(ExchangeRates.org_id, ExchangeRates.date_day)
        .collect()
    )
    return {
        currency: ", but of "
        + ", ".join(
            f"organization {org_id!r} from {first} on"
            for org_id, first in [*zip(owners, days, strict=True)][:MOST_OWNERS]
        )
        + (f" and {len(owners) - MOST_OWNERS:,} more" if len(owners) > MOST_OWNERS else "")
        for currency, owners, days in firsts.iter_rows()
    }


def _sum_rejected(catalog: Catalog, table: str, amount: str) -> pl.DataFrame:
    """Rows and amount of a table's rejected rows by feed and currency."""
    rejected = catalog.status.quarantined.get(table)
    if rejected is None:
        return pl.DataFrame()
    raw = pl.col("raw")
    return _sum_by_feed(
        catalog,
        rejected.lazy().select(
            FILE,
            raw.str.json_path_match("$.currency").alias(CURRENCY),
            raw.str.json_path_match(f"$.{amount}").alias(AMOUNT),
        ),
    )


def _bill_silent(catalog: Catalog) -> pl.LazyFrame:
    """Stats that name no currency, in that of their account."""
    currency = pl.col(AdStats.currency)
    silent = catalog.scan_numbered("ad_stats").filter(currency.is_null())
    return bill_accounts(silent, catalog.scan("ad_accounts")).filter(currency.is_not_null())


def _warn_of_costs(
    catalog: Catalog, config: Workspace, known: Mapping[str, str]
) -> Iterator[Warned]:
    """Messages whose cost has no rate, or no day of which a rate could be, by currency."""
    rules = config.workspace
    messages = catalog.scan_numbered("messages")
    dispatches, campaigns = map(catalog.scan, ("dispatches", "campaigns"))
    unpriced = rate_messages(
        messages.filter(pl.col(Messages.cost).is_not_null()),
        dispatches,
        campaigns,
        rates_of(catalog),
        rules.currency,
        rules.timezone,
    ).filter(pl.col(RATE).is_null())
    amounts = unpriced.with_columns(pl.col(Messages.cost).alias(AMOUNT))
    has_day = pl.col(COST_DAY).is_not_null()
    what = "counted without their cost"
    dated = _sum_by_feed(catalog, amounts.filter(has_day))
    yield from _warn("messages", dated, what, config, known)
    undated = _sum_by_feed(catalog, amounts.filter(~has_day))
    yield from _warn("messages", undated, what, config, known, why=NO_DAY)


def _sum_by_feed(catalog: Catalog, rows: pl.LazyFrame) -> pl.DataFrame:
    """Sum amounts by feed and currency; what can be none is null, since it may be about a person.

    Args:
        rows: `file`, `currency` and `amount`.
    """
    names = {file.order: file.raw.feed.name for file in catalog.files}
    feed = pl.col(FILE).replace_strict(names, return_dtype=pl.String).alias(FEED)
    currency = normalize_currency(pl.col(CURRENCY))
    return (
        rows.group_by(feed, pl.when(currency.str.contains(WORD)).then(currency))
        .agg(pl.col(AMOUNT).cast(pl.Decimal(38, 4)).sum(), pl.len().alias(ROWS))
        .sort(ROWS, CURRENCY, FEED, descending=[True, False, False])
        .collect()
    )


def _warn(
    table: str,
    sums: pl.DataFrame,
    what: str,
    config: Workspace,
    known: Mapping[str, str],
    *,
    why: str = NO_RATE,
) -> Iterator[Warned]:
    for feed, currency, amount, rows in sums.iter_rows():
        theirs, ours = currency or "theirs", config.workspace.currency
        reason = (why if CODE.fullmatch(theirs) else NO_CODE).format(
            theirs=theirs, ours=ours, known=known.get(theirs, ""), text=write_toml(theirs)
        )
        summed = f"{amount:.2f} {currency}" if currency else f"{amount:.2f}"
        yield Warned(
            code="rate_missing",
            message=f"{feed}: {count_of(rows, 'row')} with {summed} in all, "
            f"{what}, because {reason}",
            feed=feed,
            count=rows,
            amount=f"{amount:.4f}",
            setting="workspace.currency",
            table=table,
            currency=currency,
        )
