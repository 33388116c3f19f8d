"""Segments: who stands in one by a campaign's list, and whom its rules draw."""

from collections.abc import Iterator

import polars as pl

from contracts.feeds import ListMembers, Segments
from contracts.manifest import Warned
from flows.ingest.catalog import Catalog
from transforms.people.segment_rules import RuleError, parse_rules, select_rule_members

RULED = ["org_id", Segments.segment_id, Segments.filter_rules]


def list_segment_members(catalog: Catalog) -> pl.LazyFrame:
    """One row per segment and contact, by list or by rule: `segment_name` beside the ids."""
    names = ["org_id", Segments.segment_id, ListMembers.contact_id]
    listed = catalog.scan("list_members").select(names)
    drawn = select_rule_members(catalog.scan("contacts"), _readable_rules(catalog))
    segments = catalog.scan("segments").select(*names[:2], pl.col("name").alias("segment_name"))
    return (
        pl.concat([listed, drawn.select(names)])
        .drop_nulls()
        .unique()
        .join(segments, on=names[:2], how="left", validate="m:1")
    )


def compare_segments(catalog: Catalog) -> Iterator[Warned]:
    """Warn of segments whose rules cannot be read, or draw others than the source counted."""
    segments = catalog.scan("segments").filter(_has_rules()).collect()
    readable = []
    for org_id, segment_id, rules in segments.select(RULED).sort(RULED).iter_rows():
        try:
            parse_rules(rules)
        except RuleError as error:
            yield Warned(
                code="segment_rules",
                message=f"segment {segment_id}: its rules are not evaluated: {error}",
                org_id=org_id,
                segment_id=segment_id,
            )
        else:
            readable.append((org_id, segment_id, rules))
    keys = RULED[:2]
    drawn = select_rule_members(catalog.scan("contacts"), readable).group_by(keys).len("drawn")
    counted = (
        segments.lazy()
        .join(
            pl.LazyFrame(readable, schema=dict.fromkeys(RULED, pl.String), orient="row").select(
                keys
            ),
            on=keys,
            how="semi",
        )
        .join(drawn, on=keys, how="left", validate="1:1")
        .select(*keys, Segments.contact_count, pl.col("drawn").fill_null(0))
        .filter(pl.col(Segments.contact_count) != pl.col("drawn"))
        .sort(keys)
    )
    for org_id, segment_id, count, found in counted.collect().iter_rows():
        yield Warned(
            code="segment_count",
            message=f"segment {segment_id}: its rules draw {found} contacts, its source {count}",
            org_id=org_id,
            segment_id=segment_id,
            drawn=found,
            contact_count=count,
        )


def _has_rules() -> pl.Expr:
    rules = pl.col(Segments.filter_rules).str.strip_chars()
    return rules.is_not_null() & ~rules.is_in(["", "{}", "[]"])


def _readable_rules(catalog: Catalog) -> Iterator[tuple[str, str, str]]:
    segments = catalog.scan("segments").filter(_has_rules()).select(RULED).collect()
    for org_id, segment_id, rules in segments.iter_rows():
        try:
            parse_rules(rules)
        except RuleError:
            continue
        yield org_id, segment_id, rules
