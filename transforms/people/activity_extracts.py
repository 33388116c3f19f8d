"""What is looked for in all activities every night, and is few rows of them."""

import polars as pl

from contracts.columns import columns
from contracts.facts.numbered_activities import KeyedEvents, LastInstants
from contracts.vocabulary import Action


def keep_clicks(events: pl.LazyFrame) -> pl.LazyFrame:
    """The clicks that no machine made, bare ones too, on messages of whatever channel.

    Args:
        events: Any with the type and machine flag of `KeyedEvents`.
    """
    is_click = pl.col(KeyedEvents.event_type).str.ends_with(Action.CLICKED)
    return events.filter(is_click, ~pl.col(KeyedEvents.is_machine))


def find_last_instants(rows: pl.LazyFrame, at: str) -> pl.LazyFrame:
    """Find when anything happened last in each organization: `LastInstants`.

    Args:
        rows: Any with organization.
        at: Their column with an instant.
    """
    last = pl.col(at).max().alias(LastInstants.last_instant)
    return rows.group_by(LastInstants.org_id).agg(last).select(columns(LastInstants))
