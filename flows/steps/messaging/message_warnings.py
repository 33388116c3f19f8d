"""What a run found that a person should look at, though nothing is wrong with the figures."""

from collections.abc import Iterator

import polars as pl

from contracts.channels import OTHER_CHANNEL
from contracts.columns import references
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_facts import CONTRADICTED, ELSEWHERE, ORPHANS, SHARED
from contracts.facts.messaging.send_keys import AddressOwners
from contracts.facts.messaging.send_sums import MessageRows
from contracts.feeds import FEEDS, Contacts, Orders, Sends
from contracts.manifest import Warned, count_of
from contracts.vocabulary import Action, Channel
from flows.catalog.canonical_tables import Catalog
from flows.steps.messaging.message_reports import MessageFacts
from transforms.common.joins import HELD
from transforms.common.key_places import KeyPlaces
from transforms.common.keys import (
    CONTACT,
    IMPLIED_MESSAGE,
    SEND,
    hash_cells,
    hash_email,
    hash_id,
    hash_unknown_message,
)

NEVER_NONE = {
    Action.OPENED: (MessageRows.opens, 100),
    Action.CLICKED: (MessageRows.clicks, 2_000),
}
"""Action -> what counts it, and of how many e-mails some are opened or clicked for sure."""
OF_FACTS = frozenset({"sends", "events"})
"""Tables whose references are counted from the facts."""


def find_message_warnings(catalog: Catalog, built: MessageFacts) -> Iterator[Warned]:
    """Warnings about deliveries that are not known, then about what is not clear.

    These are references that lead nowhere, statuses that events contradict, shared addresses.
    """
    yield from _find_assumed_deliveries(catalog, built)
    yield from _find_untold(built)
    yield from _find_unclear_sends(catalog, built.facts.count_unclear())
    yield from _find_assumed_channels(catalog, built.messages)
    yield from _find_several_campaigns(built.messages)
    yield from _unresolved_by_facts(catalog, built)
    yield from find_unresolved(catalog)
    sharing = built.names.owners.get_column(AddressOwners.contacts)
    if count := int((sharing > 1).sum()):
        addresses = count_of(count, "e-mail address")
        message = f"{addresses} of several contacts; the one updated last is meant"
        yield Warned(code="shared_email", message=message, count=count)


def _find_unclear_sends(catalog: Catalog, unclear: dict[str, int]) -> Iterator[Warned]:
    """Sends of which rows and events say different things.

    SendGrid, Postmark and Brevo give a mail to several recipients one id.
    """
    if count := unclear.get(CONTRADICTED, 0):
        message = (
            f"final status of {count_of(count, 'send')} contradicted by events; the row stands"
        )
        yield Warned(code="status_disagreement", message=message, count=count)
    if count := unclear.get(SHARED, 0):
        yield Warned(
            code="shared_send",
            message=f"{count_of(count, 'send')} of several contacts, as events say; each counts "
            "once, as one contact's: where a mail to several recipients has one id, join the "
            'address to it, as in columns = { send_id = { join = ["sg_message_id", "email"] } }',
            count=count,
            setting="[[feeds]] columns",
        )
    if count := unclear.get(ELSEWHERE, 0):
        yield Warned(
            code="several_channels",
            message=f"{count_of(count, 'send')} that events of another channel name, too; each "
            "counts in both: give its message, dispatch or campaign the channel in which it went "
            "out, or its events the type of that channel",
            count=count,
            setting="[[feeds]] table = messages",
        )
    if catalog.has_rows("sends") and (count := unclear.get(ORPHANS, 0)):
        yield _unresolved("events", Sends.send_id, "sends.send_id", count)


def _find_assumed_deliveries(catalog: Catalog, built: MessageFacts) -> Iterator[Warned]:
    """Feeds that never say which of their sends were delivered."""
    feeds = catalog.feeds.names
    for place, code, count in built.facts.count_assumed().collect().iter_rows():
        feed, channel = feeds[place], built.channels.names[code]
        event_type = f"{channel}_{Action.DELIVERED}"
        has_type = event_type in built.channels.interactions
        hint = f"a feed of {event_type} events or " if has_type else ""
        message = (
            f"{feed}: no receipts of {channel} deliveries; counted as delivered "
            f"(delivery_basis is assumed): {count_of(count, 'send')}, sent and neither bounced, "
            "dropped nor failed; "
            f"{hint}sends of status delivered would say which were"
        )
        yield Warned(
            code="receipts_assumed",
            message=message,
            feed=feed,
            count=count,
            channel=channel,
            setting="[[feeds]] table = events",
        )


def _find_untold(built: MessageFacts) -> Iterator[Warned]:
    """What was never told of so many e-mails that nobody can have done it to none of them."""
    names, rows = MessageRows, built.rows[Channel.EMAIL].lazy()
    counts = {action: pl.col(name).sum() for action, (name, _) in NEVER_NONE.items()}
    sums = rows.group_by(names.org_id).agg(pl.col(names.delivered).sum(), **counts).collect()
    for action, (name, least) in NEVER_NONE.items():
        lacking = sums.filter(pl.col(action) == 0, pl.col(names.delivered) >= least)
        if count := lacking.get_column(names.delivered).sum():
            event_type = f"{Channel.EMAIL}_{action}"
            yield Warned(
                code="never_told",
                message=f"no feed says of any of {count:,} delivered e-mails that it was {action}: "
                f"{name} and their rates are 0 for want of events; a feed of {event_type} gives "
                f"them, or values = {{ event_type = {{ … = {event_type!r} }} }} where a feed has "
                "them under another word",
                count=count,
                channel=Channel.EMAIL,
                setting="[[feeds]] table = events",
            )


def _find_assumed_channels(catalog: Catalog, messages: pl.DataFrame) -> Iterator[Warned]:
    """Sends that name nothing and of which no event names any, where events of others tell one."""
    names = DescribedMessages
    is_told = pl.col(names.channel) != OTHER_CHANNEL
    told = messages.filter(is_told, pl.col(names.message_key) == hash_unknown_message())
    if told.is_empty() or not catalog.has_rows("sends"):
        return
    send = hash_id(Sends.send_id, seed=SEND).alias("send")
    counts = (
        catalog.scan("sends")
        .filter(pl.col(Sends.message_id).is_null(), pl.col(Sends.campaign_id).is_null())
        .select(Sends.org_id, send)
        .join(catalog.scan("events").select(send), on="send", how="anti")
        .join(told.lazy().select(names.org_id, names.channel), on=names.org_id, how="inner")
        .group_by(names.channel)
        .len()
        .sort(names.channel)
    )
    for channel, count in counts.collect(engine="streaming").iter_rows():
        yield Warned(
            code="channel_assumed",
            message=f"{count_of(count, 'send')} of no message, no campaign and no event counted as "
            f"{channel}, as events say of others like them: name their message or campaign",
            count=count,
            channel=channel,
            setting="[[feeds]] columns",
        )


def _find_several_campaigns(messages: pl.DataFrame) -> Iterator[Warned]:
    """What stands under one campaign, or under none, though rows name several with it."""
    names = DescribedMessages
    if count := messages.filter(names.names_others).height:
        yield Warned(
            code="several_campaigns",
            message=f"{count_of(count, 'message')} with sends that name another campaign, too; all "
            "sends of a message stand under one: give each campaign's message an id of its own",
            count=count,
            setting="[[feeds]] table = messages",
        )
    campaigns = (
        messages.filter(pl.col(names.dispatch_id).is_not_null())
        .group_by(names.org_id, names.dispatch_id, names.channel)
        .agg(pl.col(names.campaign_id).n_unique())
    )
    if count := campaigns.filter(pl.col(names.campaign_id) > 1).height:
        yield Warned(
            code="several_campaigns",
            message=f"{count_of(count, 'dispatch')} with messages of several campaigns, or some of "
            "none; dispatch_report names no campaign, hierarchy_report has a row for each: "
            "give the dispatch a campaign_id, which is then that of its messages",
            count=count,
            setting="[[feeds]] table = dispatches",
        )


def _unresolved_by_facts(catalog: Catalog, built: MessageFacts) -> Iterator[Warned]:
    """What sends and events refer to in vain, counted by id: their facts have it ready."""
    names = DescribedMessages
    named = built.messages.filter(
        pl.col(names.message_id).is_not_null(),
        pl.col(names.message_key) != hash_id(names.campaign_id, seed=IMPLIED_MESSAGE).fill_null(0),
    )
    unknown = {"messages.message_id": named.filter(~pl.col(names.is_described)).height}
    campaigns = built.messages.filter(
        pl.col(names.campaign_id).is_not_null(), pl.col(names.campaign_name).is_null()
    )
    unknown["campaigns.campaign_id"] = campaigns.n_unique([names.org_id, names.campaign_id])
    known = catalog.scan("contacts").select(hash_id(Contacts.contact_id, seed=CONTACT))
    places = KeyPlaces.of(known.collect(engine="streaming").to_series())
    unknown["contacts.contact_id"] = built.facts.count_contacts(places)
    for target, count in unknown.items():
        table, column = target.split(".")
        if count and catalog.has_rows(table):
            yield _unresolved("sends or events", column, target, count)


def find_unresolved(catalog: Catalog) -> Iterator[Warned]:
    """References that point to no row of a table that the feeds give."""
    asked = [
        (table, name, target)
        for table, contract in FEEDS.items()
        for name, target in references(contract).items()
        if table not in OF_FACTS
        and catalog.has_rows(table)
        and catalog.has_rows(target.split(".")[0])
    ]
    counts = pl.collect_all(
        [_count_unresolved(catalog, table, name, target) for table, name, target in asked]
    )
    for (table, name, target), count in zip(asked, counts, strict=True):
        if count.item():
            yield _unresolved(table, name, target, count.item())
    if catalog.has_rows("contacts") and (count := _count_unknown_buyers(catalog)):
        untouched = ", and no click by their address is a touch of theirs until a contact bears it"
        yield _unresolved("orders", Orders.email, "contacts.email", count, untouched)


def _count_unknown_buyers(catalog: Catalog) -> int:
    """How many orders name nobody but an e-mail address that no contact bears."""
    bought = catalog.scan("orders").filter(pl.col(Orders.contact_id).is_null())
    addresses = bought.select(key=hash_email()).drop_nulls().collect(engine="streaming")
    if addresses.is_empty():
        return 0
    known = catalog.scan("contacts").select(key=hash_email())
    unknown = addresses.lazy().join(known, on="key", how="anti", build_side=HELD)
    return unknown.select(pl.len()).collect(engine="streaming").item()


def _count_unresolved(catalog: Catalog, table: str, name: str, target: str) -> pl.LazyFrame:
    referred, column = target.split(".")
    keys = ["org_id", *(["platform"] if "platform" in _columns(table, referred) else []), name]
    theirs = [*keys[:-1], column]
    ids = catalog.scan(table).filter(pl.col(name).is_not_null())
    ids = ids.select(key=hash_cells(map(pl.col, keys)))
    known = catalog.scan(referred).select(key=hash_cells(map(pl.col, theirs)))
    return ids.join(known, on="key", how="anti", build_side=HELD).select(pl.len())


def _columns(*tables: str) -> set[str]:
    return set.intersection(*(set(FEEDS[t].to_schema().columns) for t in tables))


def _unresolved(table: str, name: str, target: str, count: int, so: str = "") -> Warned:
    message = f"{table}: {count} unknown {name}, not in {target}; the rows are kept{so}"
    return Warned(
        code="unresolved_reference",
        message=message,
        table=table,
        column=name,
        references=target,
        count=count,
    )
