"""What is looked for in all activities every night, and is few rows of them."""

import polars as pl

from contracts.columns import Rows, columns
from contracts.facts.people.journey_slices import ActivityDays, SubjectContents
from contracts.facts.people.numbered_activities import KeyedEvents, KeyedVisits, LastInstants
from contracts.vocabulary import Action
from transforms.common.keys import hash_cells

HASH, IS_STEP, FIRST, SECOND = "hash", "is step", 1, 2
"""A row's hash and its seed, and that of the hash of it that is added up beside it."""


def sum_days(
    rows: pl.LazyFrame, at: str, subject: str | None, is_step: pl.Expr
) -> Rows[ActivityDays]:
    """Say of each day and subject how many rows it has, and what they are.

    Hashes add up, so that it makes no difference in which pieces the rows of a day lie.

    Args:
        rows: Any.
        at: The column of their instant; empty for those without one.
        subject: The column with the key of what they are about.
        is_step: Whether a row is a step of a journey.
    """
    content = pl.when(IS_STEP).then(HASH).otherwise(pl.lit(0, pl.UInt64))
    again = pl.when(IS_STEP).then(pl.col(HASH).hash(SECOND)).otherwise(pl.lit(0, pl.UInt64))
    about = pl.lit(None, pl.UInt64) if subject is None else pl.col(subject)
    return (
        rows.select(
            pl.col(at).dt.date().alias(ActivityDays.day),
            about.alias(ActivityDays.subject),
            is_step.alias(IS_STEP),
            hash_cells(map(pl.col, rows.collect_schema()), seed=FIRST).alias(HASH),
        )
        .group_by(ActivityDays.day, ActivityDays.subject)
        .agg(
            pl.len().cast(pl.Int64).alias(ActivityDays.rows),
            pl.col(IS_STEP).sum().cast(pl.Int64).alias(ActivityDays.steps),
            content.sum().alias(ActivityDays.content),
            again.sum().alias(ActivityDays.content_check),
        )
        .sort(ActivityDays.day, ActivityDays.subject, nulls_last=False)
    )


def hash_subjects(subjects: pl.LazyFrame, by: str, shown: list[str]) -> Rows[SubjectContents]:
    """Say of messages or links what journeys show of them.

    Args:
        subjects: One row each.
        by: The column of their key.
        shown: The columns that decide what is shown.
    """
    content = pl.struct(shown).hash(FIRST)
    return subjects.select(
        pl.col(by).alias(SubjectContents.subject),
        content.alias(SubjectContents.content),
        content.hash(SECOND).alias(SubjectContents.content_check),
    )


def keep_clicks(events: pl.LazyFrame) -> pl.LazyFrame:
    """The clicks that no machine made, bare ones too, on messages of whatever channel.

    Args:
        events: Any with the type and machine flag of `KeyedEvents`.

    Returns:
        They, without their links and the signs of machines.
    """
    is_click = pl.col(KeyedEvents.event_type).str.ends_with(Action.CLICKED)
    return events.filter(is_click, ~pl.col(KeyedEvents.is_machine)).drop(
        KeyedEvents.url, KeyedEvents.machine_reason
    )


def leave_pages(sessions: pl.LazyFrame) -> pl.LazyFrame:
    """Sessions (`KeyedVisits`) without the pages that they began on."""
    return sessions.drop(KeyedVisits.landing_url)


def find_last_instants(rows: pl.LazyFrame, at: str) -> Rows[LastInstants]:
    """Find when anything happened last in each organization.

    Args:
        rows: Any with organization.
        at: Their column with an instant.
    """
    last = pl.col(at).max().alias(LastInstants.last_instant)
    return rows.group_by(LastInstants.org_id).agg(last).select(columns(LastInstants))
