"""Raw rows of the same messages that no count counts: copies, earlier versions, rejected rows."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import Held
from contracts.facts.key_types import ACTION_CODES, CHANNEL_STRIDE
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import EventKeys, MessageReferences, SendKeys
from contracts.feeds import Messages
from contracts.vocabulary import Action
from flows.explain.explanation import merge_left_out
from flows.explain.left_out import list_discarded, list_left_out, list_rejected
from flows.explain.messaging.narrowed_keys import PlacedKeys
from flows.explain.messaging.send_scopes import CHANNEL, SendScope
from flows.explain.messaging.unit_facts import NAMES
from flows.explain.published_run import PublishedRun
from transforms.common.calendar import reporting_day
from transforms.explain.send_rows import OF_ROWS, UNIQUE, list_actions
from transforms.messaging.daily_sums import EVERY_TIME
from transforms.messaging.send_keys import select_event_keys, select_send_keys

KEY, CONTACT, SEND = SendKeys.message_key, SendKeys.contact_key, SendKeys.send_key
OF_STATUS = (
    Action.SENT,
    Action.DELIVERED,
    Action.BOUNCED,
    Action.FAILED,
    Action.DROPPED,
    Action.DEFERRED,
)
IDS = (
    DescribedMessages.message_id,
    DescribedMessages.dispatch_id,
    DescribedMessages.campaign_id,
)
EVERYTHING = pl.lit(value=True)
OWN_KEY, OWN_CONTACT, AT = "own message", "own contact", "at"


@dataclass(frozen=True)
class MessageExclusions:
    """The rows of a run's sends, events and messages that do not count."""

    run: PublishedRun

    def list_uncounted(
        self,
        messages: Held[DescribedMessages],
        scope: SendScope,
        column: str,
        are_own: pl.Expr = EVERYTHING,
    ) -> pl.DataFrame:
        """Rows of sends and events about what a count counts that are put out of count.

        Args:
            messages: Those of the scope.
            are_own: Which events are asked about, by their `EventKeys`.

        Returns:
            Their place, table and reason.
        """
        parts: list[pl.DataFrame] = []
        tables: tuple[str, ...] = ()
        if column not in (*UNIQUE, *EVERY_TIME):
            tables = ("sends",)
            parts += list_discarded(
                self.run.catalog,
                "sends",
                lambda rows: self._key_sends(rows).pipe(self._narrow, messages, scope),
            )
        if column in (*UNIQUE, *EVERY_TIME, *OF_ROWS):
            tables = (*tables, "events")
            actions = OF_STATUS if column in OF_ROWS else list_actions(column)
            codes = [ACTION_CODES[action] for action in actions]
            parts += list_discarded(
                self.run.catalog,
                "events",
                lambda rows: (
                    self._key_events(rows)
                    .filter((pl.col(EventKeys.type_code) % CHANNEL_STRIDE).is_in(codes), are_own)
                    .pipe(self._narrow, messages, scope)
                ),
            )
        parts += list_rejected(
            self.run, tables, self._list_ids(messages, scope), self._say_day(scope)
        )
        return merge_left_out(parts)

    def list_versions(self, messages: pl.DataFrame, scope: SendScope) -> pl.DataFrame:
        """Rows of some messages' own assets that later ones put out of count."""
        ids = [Messages.org_id, Messages.message_id]
        own = messages.lazy().select(ids).unique()
        known = self._list_ids(messages, scope)
        return list_left_out(
            self.run, "messages", lambda rows: rows.join(own, on=ids, how="semi"), known
        )

    @staticmethod
    def _key_sends(rows: pl.LazyFrame) -> pl.LazyFrame:
        sent_at = pl.coalesce(SendKeys.sent_at, SendKeys.created_at, SendKeys.delivered_at)
        return select_send_keys(rows).select(
            KEY, CONTACT, SendKeys.row_number, sent_at.alias(AT), MessageReferences.channel
        )

    def _key_events(self, rows: pl.LazyFrame) -> pl.LazyFrame:
        """Events with the message and the contact of the send that they name, where one is."""
        names = self.run.names
        sends = PlacedKeys.whole(self.run.catalog, names.channels, names.claimed).read_sends()
        of_send = sends.select(SEND, pl.col(KEY).alias(OWN_KEY), pl.col(CONTACT).alias(OWN_CONTACT))
        return (
            select_event_keys(rows, self.run.names.channels.own)
            .join(of_send, on=SEND, how="left", validate="m:1")
            .select(
                pl.coalesce(OWN_KEY, KEY).alias(KEY),
                pl.coalesce(OWN_CONTACT, CONTACT).alias(CONTACT),
                EventKeys.row_number,
                EventKeys.type_code,
                EventKeys.link_key,
                pl.col(EventKeys.occurred_at).alias(AT),
                MessageReferences.channel,
            )
        )

    def _narrow(
        self, keyed: pl.LazyFrame, messages: pl.DataFrame, scope: SendScope
    ) -> pl.LazyFrame:
        """The rows that are of a scope, by what they say themselves."""
        told = pl.coalesce(MessageReferences.channel, "channel of message")
        names = messages.lazy().select(KEY, *NAMES, pl.col(CHANNEL).alias("channel of message"))
        zone = self.run.timezone
        days = [reporting_day(pl.col(AT), zone).eq_missing(day) for day in scope.day.values()]
        contacts = [] if scope.contact is None else [scope.contact]
        return (
            keyed.join(names, on=KEY, how="inner", validate="m:1")
            .with_columns(told.alias(CHANNEL))
            .filter(*scope.are_of_channels(), *contacts, *days)
        )

    @staticmethod
    def _list_ids(messages: pl.DataFrame, scope: SendScope) -> set[str]:
        """What rejected rows are known by: the ids of what a scope is about."""
        if scope.contact is not None:
            return set(scope.bearing)
        finest = next((str(scope.of_messages[n]) for n in IDS if scope.of_messages.get(n)), None)
        of_messages = messages.get_column(DescribedMessages.message_id).drop_nulls()
        return {*of_messages, *([finest] if finest else ())}

    @staticmethod
    def _say_day(scope: SendScope) -> str:
        """How a cell of a rejected row with the scope's day begins."""
        return "".join("" if day is None else str(day) for day in scope.day.values())
