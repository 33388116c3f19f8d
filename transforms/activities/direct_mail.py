"""Direct mail that no feed of sends has: events alone show it (SPEC §6.5)."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.people.described_activities import ContactSends, MessageEvents
from contracts.vocabulary import Action, Channel, SendStatus

ORG_ID, MESSAGE_ID, CONTACT_ID = (
    ContactSends.org_id,
    ContactSends.message_id,
    ContactSends.contact_id,
)
NAMES = [
    ContactSends.message_name,
    ContactSends.dispatch_id,
    ContactSends.campaign_id,
    ContactSends.campaign_name,
]
WINDOW = [DescribedMessages.window_start, DescribedMessages.window_days]
MAILED = f"{Channel.DIRECT_MAIL}_{Action.SENT}"


def list_shown_mail(
    sends: Rows[ContactSends], events: Rows[MessageEvents], messages: Rows[DescribedMessages]
) -> Rows[ContactSends]:
    """List the direct mail that only events show, with its window.

    Returns:
        Marked as `is_of_event` and with the id of the event that shows them. Two events of one
        instant are one send; one of a send that a feed has shows none.
    """
    windows = messages.filter(pl.col(MESSAGE_ID).is_not_null()).select(ORG_ID, MESSAGE_ID, *WINDOW)
    who = [ORG_ID, MESSAGE_ID, CONTACT_ID]
    return (
        events.filter(
            pl.col(MessageEvents.event_type) == MAILED,
            pl.col(CONTACT_ID).is_not_null(),
            ~pl.col(MessageEvents.of_send),
        )
        .join(sends.select(who).unique(), on=who, how="anti")
        .group_by(*who, pl.col(MessageEvents.occurred_at).alias(ContactSends.sent_at))
        .agg(
            pl.col(MessageEvents.event_id).min().alias(ContactSends.send_id),
            pl.col(*NAMES, ContactSends.channel).max(),
        )
        .join(windows, on=[ORG_ID, MESSAGE_ID], how="left", validate="m:1")
        .with_columns(
            pl.lit(str(SendStatus.SENT)).alias(ContactSends.status),
            pl.lit(value=False).alias(ContactSends.is_holdout),
            pl.lit(value=True).alias(ContactSends.is_of_event),
        )
        .select(columns(ContactSends))
    )
