"""Segments: who stands in one by a campaign's list, and whom its rules draw."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from contracts.facts.people.lists import SegmentMembers
from contracts.feeds import ListMembers, Segments
from contracts.manifest import Warned, count_of
from flows.catalog.canonical_tables import Catalog
from transforms.people.segment_rules import RuleError, parse_rules, select_rule_members

SEGMENT = [Segments.org_id, Segments.segment_id]
RULED = [*SEGMENT, Segments.filter_rules]
DRAWN = "drawn"


@dataclass(frozen=True)
class SegmentRules:
    """The segments that have rules.

    Attributes:
        readable: Organization, segment and rules of those whose rules can be evaluated.
        refused: Segment -> why its rules cannot be.
    """

    readable: list[tuple[str, str, str]]
    refused: dict[str, str]


def list_segment_members(catalog: Catalog, timezone: str) -> pl.LazyFrame:
    """List who stands in each segment, by list or by rule, as `SegmentMembers`.

    Args:
        timezone: Of days in rules.
    """
    names = [*SEGMENT, ListMembers.contact_id]
    listed = catalog.scan("list_members").select(names)
    drawn = select_rule_members(catalog.scan("contacts"), _read_rules(catalog).readable, timezone)
    segments = catalog.scan("segments").select(
        *SEGMENT, pl.col(Segments.name).alias(SegmentMembers.segment_name)
    )
    return (
        pl.concat([listed, drawn.select(names)])
        .drop_nulls()
        .unique()
        .join(segments, on=SEGMENT, how="left", validate="m:1")
    )


def compare_segments(catalog: Catalog, timezone: str) -> Iterator[Warned]:
    """Warn of segments whose rules cannot be read, or draw others than the source counted."""
    rules = _read_rules(catalog)
    if rules.refused:
        segment_id, why = next(iter(rules.refused.items()))
        yield Warned(
            code="segment_rules",
            message=f"the rules of {count_of(len(rules.refused), 'segment')} are not evaluated, "
            f"such as those of {segment_id}: {why}; their members are those of campaigns' lists",
            count=len(rules.refused),
        )
    counted = _count_others(catalog, rules, timezone).collect()
    if counted.height:
        segment_id, count, drawn = counted.drop(Segments.org_id).row(0)
        yield Warned(
            code="segment_count",
            message=f"the rules of {count_of(counted.height, 'segment')} draw another number than "
            f"their source counted, such as {drawn} contacts of {segment_id}, counted {count}",
            count=counted.height,
        )


def _count_others(catalog: Catalog, rules: SegmentRules, timezone: str) -> pl.LazyFrame:
    """The segments whose rules draw another number of contacts than the source counted."""
    drawn = (
        select_rule_members(catalog.scan("contacts"), rules.readable, timezone)
        .group_by(SEGMENT)
        .len(DRAWN)
    )
    ruled = pl.LazyFrame(rules.readable, schema=dict.fromkeys(RULED, pl.String), orient="row")
    return (
        catalog.scan("segments")
        .join(ruled.select(SEGMENT), on=SEGMENT, how="semi")
        .join(drawn, on=SEGMENT, how="left", validate="1:1")
        .select(*SEGMENT, Segments.contact_count, pl.col(DRAWN).fill_null(0))
        .filter(pl.col(Segments.contact_count) != pl.col(DRAWN))
        .sort(SEGMENT)
    )


def _read_rules(catalog: Catalog) -> SegmentRules:
    rules = pl.col(Segments.filter_rules).str.strip_chars()
    has_rules = rules.is_not_null() & ~rules.is_in(["", "{}", "[]"])
    segments = catalog.scan("segments").filter(has_rules).select(RULED).sort(RULED).collect()
    readable, refused = [], {}
    for org_id, segment_id, text in segments.iter_rows():
        try:
            parse_rules(text)
        except RuleError as error:
            refused[segment_id] = str(error)
        else:
            readable.append((org_id, segment_id, text))
    return SegmentRules(readable, refused)
