"""What became of each send of a group of buckets."""

import polars as pl

from contracts.facts.messaging.send_facts import SendUnits, UnitEvents
from flows.errors import CampaignReportsError
from flows.runtime.materialize import materialize
from transforms.common.keys import list_repeated
from transforms.messaging.send_facts import build_send_facts, sum_events
from transforms.messaging.send_units import list_units, number_events


def settle_sends(
    sends: pl.LazyFrame, events: pl.LazyFrame, messages: pl.LazyFrame, timezone: str
) -> pl.LazyFrame:
    """The facts of sends, from what happened to each: `SendFacts`.

    Args:
        sends: `ChannelSends`.
        events: `CountedEvents` of the same group of buckets.
        messages: `MessageCodes`.
        timezone: The reporting time zone.
    """
    units = materialize(list_units(sends, events, messages), SendUnits)
    numbered = materialize(number_events(events, units), UnitEvents)
    happened = pl.collect_all(sum_events(numbered), engine="streaming")
    return build_send_facts(units.collect(), happened, timezone)


def require_distinct(keys: pl.Series) -> None:
    """Require that no two sends share a key: their events would be mistaken for each other's.

    Raises:
        CampaignReportsError: Two do.
    """
    if not list_repeated(keys).is_empty():
        msg = "two sends have ids with one hash"
        raise CampaignReportsError(msg, "Write one of the two ids otherwise; please report it.")
