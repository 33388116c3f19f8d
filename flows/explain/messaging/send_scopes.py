"""Which sends a row of a report is about."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from contracts.columns import Rows, key
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_facts import SendFacts
from contracts.facts.messaging.send_sums import ChannelDays
from contracts.feeds import ListMembers
from flows.explain.cells import AskedCell, have_values_of
from flows.explain.messaging.unit_facts import NAMES
from flows.report_tables import find_table
from transforms.common.keys import CAMPAIGN, hash_id
from transforms.messaging.segment_sums import (
    CAMPAIGN_CONTACT,
    hash_campaign_and_contact,
    key_members,
)

DAY = ChannelDays.date_day
CHANNEL = DescribedMessages.channel


@dataclass(frozen=True)
class SendScope:
    """The sends of a report's row, told by their message, channel, contact and day.

    Attributes:
        of_messages: Ids that its messages have, of those in `NAMES`.
        channels: Its channels; None for all.
        contact: Whether a send is to one of its contacts, by `contact_key` and the ids in `NAMES`;
            None for everybody.
        day: `date_day` and its day, where the row is about one.
        bearing: Texts by which rejected rows of these contacts are known.
    """

    of_messages: Mapping[str, object]
    channels: Sequence[str] | None = None
    contact: pl.Expr | None = None
    day: Mapping[str, object] = field(default_factory=dict)
    bearing: Collection[str] = ()

    def are_messages(self) -> list[pl.Expr]:
        """Whether rows with the ids of a message are about one of the scope."""
        return have_values_of(self.of_messages, self.of_messages)

    def are_of_channels(self) -> list[pl.Expr]:
        """Whether rows with a `channel` are of one of the scope."""
        return [] if self.channels is None else [pl.col(CHANNEL).is_in(list(self.channels))]

    def of_one_channel(self) -> tuple[str, pl.Expr, str]:
        """Organization, contacts and channel of a scope that is of some contacts and one channel.

        Raises:
            ValueError: It is of other sends.
        """
        if self.contact is None or self.channels is None:
            msg = "a scope of all contacts or all channels"
            raise ValueError(msg)
        (channel,) = self.channels
        return str(self.of_messages[DescribedMessages.org_id]), self.contact, channel

    def are_sends(self, *, with_day: bool = True) -> list[pl.Expr]:
        """Whether rows with a message's ids, channel, contact and day are of the scope."""
        days = have_values_of(self.day, self.day, pl.Date) if with_day else []
        contacts = [] if self.contact is None else [self.contact]
        return [*self.are_messages(), *self.are_of_channels(), *contacts, *days]


def scope_of_key(
    cell: AskedCell, channels: Sequence[str] | None, names: Sequence[str] | None = None
) -> SendScope:
    """The sends that have what the key of a cell's row says of message and day.

    Args:
        channels: The channels that its row is about; None for all.
        names: The columns that tell its messages; those of the table's key if not given.
    """
    of_key = key(find_table(cell.group, cell.name).contract)
    told = [name for name in of_key if name in NAMES] if names is None else names
    day = {DAY: cell.row[DAY]} if DAY in of_key else {}
    return SendScope({name: cell.row[name] for name in told}, channels, day=day)


def are_to(contacts: pl.Series) -> pl.Expr:
    """Whether sends are to some contacts, by their keys; False where nobody is known."""
    is_theirs = pl.col(SendFacts.contact_key).is_in(contacts.implode())
    return is_theirs.fill_null(value=False)


def are_of_list(members: Rows[ListMembers]) -> pl.Expr:
    """Whether sends are of a campaign on whose list their contact stands."""
    keys = key_members(members).select(CAMPAIGN_CONTACT).collect().to_series()
    campaign = hash_id(DescribedMessages.campaign_id, seed=CAMPAIGN)
    own = hash_campaign_and_contact(campaign, pl.col(SendFacts.contact_key))
    return own.is_in(keys.implode()).fill_null(value=False)
