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
    drawn = select_rule_members(CONTACTS, [("o", "s", json.dumps(rules)), ("p", "t", '{"vip":1}')])
    assert drawn.collect().rows() == [("o", "s", member) for member in members]


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
