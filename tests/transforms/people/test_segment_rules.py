"""A segment's rules against three contacts and one without anything."""

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.feeds import Contacts
from transforms.people.segment_rules import RuleError, parse_rules, select_rule_members

ROWS: list[dict[str, Any]] = [
    {
        "contact_id": "1",
        "email": "Ann@Example.com ",
        "created_at": datetime(2026, 1, 5, tzinfo=UTC),
        "attributes": '{"type": "customer", "score": 90, "vip": true, "a": {"city": "Paris"}}',
    },
    {
        "contact_id": "2",
        "email": "bob@test.org",
        "created_at": datetime(2026, 2, 5, tzinfo=UTC),
        "attributes": '{"type": "lead", "score": "9", "vip": false, "tags": ["x", "y"]}',
    },
    {"contact_id": "3", "first_name": "Cy", "attributes": '{"type": ""}'},
    {"contact_id": "4"},
]
SCHEMA = polars_schema(Contacts)
CONTACTS = pl.LazyFrame(
    [{name: ({"org_id": "o"} | row).get(name) for name in SCHEMA} for row in ROWS], schema=SCHEMA
)


@pytest.mark.parametrize(
    ("rules", "members"),
    [
        ({"field": "type", "op": "eq", "value": "Customer"}, "1"),
        ({"field": "type", "op": "ne", "value": "customer"}, "234"),
        ({"field": "type", "operator": "in", "values": ["lead", "customer"]}, "12"),
        ({"field": "type", "op": "not in", "value": ["lead"]}, "134"),
        ({"field": "metadata.score", "op": ">", "value": 10}, "1"),
        ({"field": "score", "op": "lte", "value": 9}, "2"),
        ({"field": "vip", "op": "is", "value": True}, "1"),
        ({"field": "a.city", "op": "starts_with", "value": "par"}, "1"),
        ({"field": "email", "op": "ends_with", "value": "@EXAMPLE.com"}, "1"),
        ({"field": "email", "op": "contains", "value": "."}, "12"),
        ({"field": "email", "op": "does not contain", "value": "bob"}, "134"),
        ({"field": "created_at", "op": "after", "value": "2026-02-01"}, "2"),
        ({"field": "type", "op": "exists"}, "12"),
        ({"field": "first_name", "op": "is_empty"}, "124"),
        ({"and": [{"field": "vip", "op": "exists"}, {"not": {"type": "lead"}}]}, "1"),
        ({"$or": [{"type": "lead"}, {"first_name": "cy"}]}, "23"),
        ({"match": "any", "conditions": [{"type": "lead"}, {"type": "customer"}]}, "12"),
        ({"type": ["lead", "customer"], "vip": True}, "1"),
        ([{"field": "email", "op": "exists"}, {"score": 9}], "2"),
        ({"email": {"exists": True}, "score": {"$gt": 9}}, "1"),
        ({"email": {"exists": False}}, "34"),
    ],
)
def test_rules_draw_members(rules: object, members: str) -> None:
    """A missing value equals nothing and differs from everything."""
    drawn = select_rule_members(
        CONTACTS, [("o", "s", json.dumps(rules)), ("p", "t", '{"vip":1}')], "UTC"
    )
    assert drawn.collect().rows() == [("o", "s", member) for member in members]


TYPED = pl.LazyFrame(
    [
        ("1", datetime(2026, 1, 5, 23, 30, tzinfo=UTC), '{"n": "9", "at": "2026-01-05T10:00Z"}'),
        ("2", datetime(2026, 1, 6, tzinfo=UTC), '{"n": 10, "at": "2026-01-05 12:00:00"}'),
        ("3", None, '{"n": "007", "at": "2026-01-05T12:30:00+02:00"}'),
        ("4", None, '{"n": "many", "at": "05.01.2026"}'),
    ],
    schema={"contact_id": pl.String, "created_at": SCHEMA["created_at"], "attributes": pl.String},
    orient="row",
).with_columns(
    org_id=pl.lit("o"), **{n: pl.lit(None, t) for n, t in SCHEMA.items() if n in {"email", "phone"}}
)


@pytest.mark.parametrize(
    ("rules", "members"),
    [
        ({"field": "n", "op": "gt", "value": 9}, "2"),
        ({"field": "n", "op": "gt", "value": "9"}, "2"),
        ({"field": "n", "op": "lte", "value": "10.0"}, "12"),
        ({"field": "n", "op": "eq", "value": "9.0"}, "1"),
        ({"field": "n", "op": "eq", "value": "007"}, "3"),
        ({"field": "n", "op": "eq", "value": 7}, ""),
        ({"field": "n", "op": "in", "value": ["10", "many"]}, "24"),
        ({"field": "created_at", "op": "gte", "value": "2026-01-06"}, "2"),
        ({"field": "created_at", "op": "eq", "value": "2026-01-05"}, "1"),
        ({"field": "created_at", "op": "lt", "value": "2026-01-06T00:30:00+01:00"}, ""),
        ({"field": "created_at", "op": "lte", "value": "2026-01-06T00:30:00+01:00"}, "1"),
        ({"field": "at", "op": "lt", "value": "2026-01-05T10:30:00Z"}, "1"),
        ({"field": "at", "op": "eq", "value": "2026-01-05T10:30:00Z"}, "3"),
        ({"field": "at", "op": "after", "value": "2026-01-05T11:00"}, "2"),
        ({"field": "at", "op": "ne", "value": "2026-01-05T12:00"}, "134"),
    ],
)
def test_numbers_are_compared_as_numbers_and_times_as_times(rules: object, members: str) -> None:
    """As text "10" is below "9", and an offset changes the order; 007 is an id and no 7."""
    drawn = select_rule_members(TYPED, [("o", "s", json.dumps(rules))], "UTC").collect()
    assert "".join(drawn["contact_id"]) == members


def test_days_of_rules_are_of_the_reporting_zone() -> None:
    """23:30 UTC on 5 January is 6 January in Oslo."""
    rules = json.dumps({"field": "created_at", "op": "eq", "value": "2026-01-06"})
    drawn = select_rule_members(TYPED, [("o", "s", rules)], "Europe/Oslo").collect()
    assert drawn["contact_id"].to_list() == ["1", "2"]


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        (None, "no rules"),
        ("{}", "no rules"),
        ("{", "no JSON"),
        ('{"field": "a", "op": "near", "value": 1}', "unknown operator 'near'"),
        ('{"field": "a", "op": "in", "value": 1}', "cannot take such a value"),
        ('{"field": "a", "op": "eq", "value": [1]}', "cannot take"),
        ('{"field": "a\'] | b", "op": "eq", "value": 1}', "no name of a field"),
        ('{"and": []}', "joins no rules"),
        ('{"match": "most", "rules": [{"a": 1}]}', "unknown way"),
        ('["a"]', "must be an object"),
    ],
)
def test_what_is_not_understood_says_so(rules: str | None, message: str) -> None:
    """Never a guess."""
    with pytest.raises(RuleError, match=message):
        parse_rules(rules)
