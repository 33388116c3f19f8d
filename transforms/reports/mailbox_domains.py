"""E-mail sends by the domain of the mailbox (SPEC §6.1)."""

import polars as pl

from contracts.columns import Rows, key, polars_schema
from contracts.facts.messaging.send_keys import ContactDomains, DomainNames
from contracts.facts.messaging.send_sums import DomainSums
from contracts.facts.order_facts import MessageOrders
from contracts.feeds import Contacts
from contracts.reports.messaging import DomainReport, Figures
from contracts.vocabulary import Channel
from transforms.common.keys import CONTACT, hash_id
from transforms.common.rates import COUNTS, sum_known
from transforms.messaging.domain_sums import NO_DOMAIN
from transforms.reports.messaging import ADDED, CONVERTED, add_figures, finish


def report_domains(
    sums: Rows[DomainSums],
    domains: Rows[ContactDomains],
    names: Rows[DomainNames],
    conversions: Rows[MessageOrders] | None,
) -> pl.LazyFrame:
    """One row per mailbox domain: the e-mail sends to it, and the orders that e-mails brought.

    Args:
        conversions: None where no feed gives orders.
    """
    on = key(DomainReport)
    is_email = pl.col(DomainReport.channel) == Channel.EMAIL
    email = pl.lit(Channel.EMAIL).alias(DomainReport.channel)
    schema = polars_schema(Figures)
    types = {name: schema[name] for name in ADDED}
    rows = sums.with_columns(pl.lit(None, dtype).alias(name) for name, dtype in types.items())
    if conversions is not None:
        ordered = (
            conversions.filter(is_email)
            .with_columns(
                hash_id(Contacts.contact_id, seed=CONTACT).alias(ContactDomains.contact_key)
            )
            .join(domains, on=ContactDomains.contact_key, how="left", validate="m:1")
            .join(names, on=ContactDomains.domain_key, how="left", validate="m:1")
            .with_columns(pl.col(DomainNames.domain).fill_null(NO_DOMAIN))
            .select(*on, *CONVERTED)
        )
        rows = pl.concat(
            [rows.with_columns(pl.col(CONVERTED).fill_null(0)), ordered], how="diagonal"
        )
    return (
        rows.group_by(on)
        .agg(pl.col(*COUNTS, DomainSums.assumed_sends).sum(), *sum_known(ADDED))
        .with_columns(email)
        .pipe(add_figures)
        .pipe(finish, DomainReport)
    )
