"""Messages that the levels above imply, where a source has none of its own (SPEC §6.1).

A campaign without dispatches or messages has one of each that bears its id and name, a dispatch
without messages one message.

So campaign c1 alone has a dispatch c1 and a message c1, and sends that name only the campaign
are of that message. Events that name a message c1, which no feed describes, are of the implied one,
too: theirs is its name, and such sends are its sends. They are not where a feed's own message is
called c1: then the implied one is `campaign:c1`.
"""

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import FeedSends, MessageReferences
from contracts.feeds import Campaigns, Dispatches, Messages
from transforms.common.keys import IMPLIED_BY_DISPATCH, IMPLIED_MESSAGE, hash_id

IMPLIED_BY, IS_SENT, IS_LONE = "implied by", "is sent", "is lone"
BY_DISPATCH, BY_CAMPAIGN = "dispatch", "campaign"
REFERRED = "referred {}"
REFERRED_CAMPAIGN = REFERRED.format(MessageReferences.campaign_id)
REFERRED_LAST = REFERRED.format(MessageReferences.last_campaign_id)
REFERRED_CHANNEL = REFERRED.format(MessageReferences.channel)
CAMPAIGN_KEY = [Campaigns.org_id, Campaigns.campaign_id]
IDS = [DescribedMessages.org_id, DescribedMessages.message_id]


def imply_messages(
    messages: Rows[Messages],
    dispatches: Rows[Dispatches],
    campaigns: Rows[Campaigns],
    referred: pl.LazyFrame,
) -> pl.LazyFrame:
    """One row per message that a dispatch or a campaign implies.

    Args:
        referred: The messages that sends and events name: `MessageReferences`, its campaign and
            channel as `REFERRED_CAMPAIGN` and `REFERRED_CHANNEL`.

    Returns:
        Columns of `DescribedMessages`, `IMPLIED_BY` which level, and `IS_SENT` where sends name the
        campaign alone; it is described where that level has no other message.
    """
    by_dispatches = _imply_by_dispatches(dispatches, messages)
    by_campaigns = _imply_by_campaigns(campaigns, dispatches, messages, referred)
    return pl.concat([by_dispatches, by_campaigns], how="diagonal")


def _imply_by_dispatches(dispatches: Rows[Dispatches], messages: Rows[Messages]) -> pl.LazyFrame:
    of_dispatch = [Dispatches.org_id, Dispatches.dispatch_id]
    return dispatches.join(messages, on=of_dispatch, how="anti").select(
        *of_dispatch,
        hash_id(Dispatches.dispatch_id, seed=IMPLIED_BY_DISPATCH).alias(
            DescribedMessages.message_key
        ),
        pl.col(Dispatches.dispatch_id).alias(DescribedMessages.message_id),
        pl.col(Dispatches.name).alias(DescribedMessages.message_name),
        pl.lit(BY_DISPATCH).alias(IMPLIED_BY),
        pl.lit(value=True).alias(DescribedMessages.is_described),
    )


def _imply_by_campaigns(
    campaigns: Rows[Campaigns],
    dispatches: Rows[Dispatches],
    messages: Rows[Messages],
    referred: pl.LazyFrame,
) -> pl.LazyFrame:
    """Of campaigns that have no level below, and of those that sends name without a message."""
    has_id, has_campaign = (
        pl.col(name).is_not_null() for name in (MessageReferences.message_id, REFERRED_CAMPAIGN)
    )
    by_messages = referred.filter(has_id).rename({REFERRED_CAMPAIGN: Campaigns.campaign_id})
    lone = (
        campaigns.join(dispatches, on=CAMPAIGN_KEY, how="anti")
        .join(messages, on=CAMPAIGN_KEY, how="anti")
        .join(by_messages, on=CAMPAIGN_KEY, how="anti")
        .select(*CAMPAIGN_KEY, pl.lit(value=True).alias(IS_LONE))
    )
    sent = referred.filter(~has_id, has_campaign).select(
        MessageReferences.org_id,
        REFERRED_CHANNEL,
        pl.col(REFERRED_CAMPAIGN).alias(Campaigns.campaign_id),
        pl.lit(value=True).alias(IS_SENT),
    )
    return (
        lone.join(sent, on=CAMPAIGN_KEY, how="full", coalesce=True, validate="1:1")
        .join(
            campaigns.select(*CAMPAIGN_KEY, Campaigns.name),
            on=CAMPAIGN_KEY,
            how="left",
            validate="m:1",
        )
        .select(
            *CAMPAIGN_KEY,
            REFERRED_CHANNEL,
            hash_id(Campaigns.campaign_id, seed=IMPLIED_MESSAGE).alias(
                DescribedMessages.message_key
            ),
            pl.col(Campaigns.campaign_id).alias(DescribedMessages.message_id),
            pl.col(Campaigns.name).alias(DescribedMessages.message_name),
            pl.lit(BY_CAMPAIGN).alias(IMPLIED_BY),
            pl.col(IS_LONE).alias(DescribedMessages.is_described),
            IS_SENT,
        )
    )


def claim_implied(
    undescribed: pl.LazyFrame, implied: pl.LazyFrame
) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """Let a message that no asset describes be the implied one whose id it bears.

    One that sends name with another campaign is not the message of the campaign whose id it bears.

    Returns:
        The messages that nothing describes, the implied one's names beside; the other implied ones.
    """
    key, campaign = DescribedMessages.message_key, DescribedMessages.campaign_id
    names_another = pl.any_horizontal(
        pl.col(name) != pl.col(DescribedMessages.message_id)
        for name in (REFERRED_CAMPAIGN, REFERRED_LAST)
    ).fill_null(value=False)
    by_dispatch = implied.filter(pl.col(IMPLIED_BY) == BY_DISPATCH)
    claimed = pl.concat(
        undescribed.filter(is_such).join(
            _choose_implied(of), on=IDS, how="left", validate="m:1", suffix=" implied"
        )
        for is_such, of in ((names_another, by_dispatch), (~names_another, implied))
    )
    left = implied.join(claimed, left_on=key, right_on=f"{key} implied", how="anti")
    own = claimed.with_columns(pl.coalesce(f"{campaign} implied", campaign).alias(campaign))
    return own.drop(f"{campaign} implied", f"{key} implied"), left.drop(IS_SENT)


def _choose_implied(implied: pl.LazyFrame) -> pl.LazyFrame:
    """One row per id that a level without others implies: a dispatch's before a campaign's."""
    key = DescribedMessages.message_key
    implied_key = pl.when(IS_SENT).then(key).alias(DescribedMessages.implied_key)
    names = pl.col(
        key,
        DescribedMessages.implied_key,
        DescribedMessages.message_name,
        DescribedMessages.dispatch_id,
        DescribedMessages.campaign_id,
        DescribedMessages.is_described,
    )
    return (
        implied.filter(DescribedMessages.is_described)
        .with_columns(implied_key)
        .group_by(IDS)
        .agg(names.sort_by(IMPLIED_BY, descending=True).first())
    )


def list_claimed(messages: Held[DescribedMessages]) -> pl.DataFrame:
    """The messages that sends name by their campaign alone, and events by its id."""
    keys = messages.select(DescribedMessages.implied_key, DescribedMessages.message_key)
    return keys.drop_nulls().sort(DescribedMessages.implied_key)


def name_claimed(sends: Rows[FeedSends], claimed: pl.DataFrame) -> Rows[FeedSends]:
    """Give sends that name a campaign alone the message that claims to be its.

    Args:
        claimed: `list_claimed`.
    """
    if claimed.is_empty():
        return sends
    own = pl.col(FeedSends.message_key)
    return sends.with_columns(
        own.replace(claimed[DescribedMessages.implied_key], claimed[DescribedMessages.message_key])
    )
