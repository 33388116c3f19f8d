"""A segment's JSON rules, evaluated against contacts.

The grammar: `{"field", "op", "value"}` compares a column of the contact or a key of its attributes;
`{"and": [...]}`, `{"or": [...]}` and `{"not": ...}` combine; a list means `and`. Common variants
are understood too: `operator` for `op`, `values` for `value`, `{"match": "any", "conditions":
[...]}`, and `{"city": "Paris", "plan": ["pro", "team"], "email": {"exists": true}}`, in which every
key must match. Numbers
are compared as numbers and times as times, in whatever spelling; all else as text, trimmed and in
any case. A missing value equals nothing and differs from everything.
"""

import json
import re
from collections.abc import Iterable
from typing import Any

import polars as pl

from contracts.columns import Rows, columns, polars_schema
from contracts.feeds import Contacts, Segments
from transforms.people.rule_comparisons import OPERATORS, TAKES_LIST

JOINERS = {"and": "and", "all": "and", "or": "or", "any": "or"}
JOINER_KEYS = ("match", "logic", "combinator", "conjunction", "operator", "op", "type")
PART_KEYS = ("conditions", "rules", "filters", "groups", "children")
OPERATOR_KEYS, VALUE_KEYS = ("op", "operator"), ("value", "values")
ATTRIBUTE_PREFIX = re.compile(r"^(contact|attributes|metadata|custom|custom_fields)\.")
ATTRIBUTE_NAME = re.compile(r"^[\w .:-]+$")
ISO_INSTANT = "%Y-%m-%dT%H:%M:%S%.6fZ"

OTHER_WORDS = {
    "eq": ("=", "==", "is", "equals", "equal"),
    "ne": ("!=", "<>", "neq", "is_not", "not_equals"),
    "gt": (">", "greater_than", "after"),
    "gte": (">=", "greater_than_or_equal"),
    "lt": ("<", "less_than", "before"),
    "lte": ("<=", "less_than_or_equal"),
    "in": ("is_any_of",),
    "not_in": ("nin", "is_none_of"),
    "not_contains": ("does_not_contain",),
    "starts_with": ("begins_with",),
    "is_set": ("exists", "not_null", "is_not_null", "is_not_empty"),
    "is_not_set": ("not_exists", "null", "is_null", "is_empty"),
}
"""Operator -> other words for it, in lower case with `_` between words."""
OPERATOR_OF = {word: name for name, words in OTHER_WORDS.items() for word in words}


class RuleError(ValueError):
    """Rules that are none of the grammar; the message says which part."""


def parse_rules(rules: str | None, timezone: str = "UTC") -> pl.Expr:
    """Turn a segment's rules into an expression over canonical contacts, true for its members.

    Args:
        rules: the JSON text.
        timezone: of days and of times without an offset.

    Raises:
        RuleError: the rules are empty, no JSON, or say something unknown.
    """
    try:
        parsed = json.loads(rules or "{}")
    except json.JSONDecodeError as error:
        msg = f"the rules are no JSON: {error.msg} at character {error.pos}"
        raise RuleError(msg) from error
    if not parsed:
        msg = "the segment has no rules"
        raise RuleError(msg)
    return _compile(parsed, timezone)


def select_rule_members(
    contacts: Rows[Contacts], segments: Iterable[tuple[str, str, str]], timezone: str
) -> pl.LazyFrame:
    """List the contacts that segments' rules draw.

    Args:
        segments: organization, segment id and rules (as `parse_rules` takes them) of each segment.
        timezone: of days and of times without an offset.

    Returns:
        One row per organization, `segment_id` and `contact_id`, sorted.
    """
    names = [Segments.org_id, Segments.segment_id, Contacts.contact_id]
    empty = pl.LazyFrame(schema=dict.fromkeys(names, pl.String))
    drawn = [
        contacts.filter(pl.col(Contacts.org_id) == org_id, parse_rules(rules, timezone)).select(
            Contacts.org_id, pl.lit(segment_id).alias(Segments.segment_id), Contacts.contact_id
        )
        for org_id, segment_id, rules in segments
    ]
    return pl.concat([empty, *drawn]).sort(names)


def _compile(node: object, timezone: str) -> pl.Expr:
    """One node of the rules as an expression that is never null."""
    if isinstance(node, list):
        return _join("and", node, timezone)
    if not isinstance(node, dict) or not node:
        msg = "a rule must be an object that says something"
        raise RuleError(msg)
    if "field" in node:
        return _compare(node, timezone)
    if parts := [key for key in PART_KEYS if isinstance(node.get(key), list)]:
        joiner = next((str(node[key]) for key in JOINER_KEYS if key in node), "and").lower()
        inner = [part for key in parts for part in node[key]]
        return _join(JOINERS.get(joiner, joiner), inner, timezone)
    if len(node) == 1:
        key, inner = next(iter(node.items()))
        word = key.lower().removeprefix("$")
        if word in JOINERS and isinstance(inner, list):
            return _join(JOINERS[word], inner, timezone)
        if word == "not":
            return ~_compile(inner, timezone)
    leaves = [leaf for key, value in node.items() for leaf in _spell_out(key, value)]
    return _join("and", leaves, timezone)


def _spell_out(field: str, value: object) -> list[dict[str, object]]:
    """The comparisons that a field stands for with a bare value, a list, or `{"op": value}`."""
    if not isinstance(value, dict):
        op = "in" if isinstance(value, list) else "eq"
        return [{"field": field, "op": op, "value": value}]
    return [
        {"field": field, "op": "is_not_set" if (op, of) == ("exists", False) else op, "value": of}
        for op, of in value.items()
    ]


def _join(joiner: str, parts: list[Any], timezone: str) -> pl.Expr:
    """All or any of several rules."""
    if not parts:
        msg = f"`{joiner}` joins no rules"
        raise RuleError(msg)
    compiled = [_compile(part, timezone) for part in parts]
    if joiner == "and":
        return pl.all_horizontal(compiled)
    if joiner == "or":
        return pl.any_horizontal(compiled)
    msg = f"unknown way to join rules {joiner!r}; known: and, or, not"
    raise RuleError(msg)


def _compare(leaf: dict[str, Any], timezone: str) -> pl.Expr:
    """A comparison of one field; false where the field has no value, unless it denies."""
    word = next((str(leaf[key]) for key in OPERATOR_KEYS if key in leaf), "eq")
    plain = re.sub(r"[\s-]+", "_", word.strip().lower().removeprefix("$"))
    name = OPERATOR_OF.get(plain, plain)
    if name not in OPERATORS:
        msg = f"unknown operator {word!r}; known: {', '.join(OPERATORS)}"
        raise RuleError(msg)
    value = next((leaf[key] for key in VALUE_KEYS if key in leaf), None)
    if isinstance(value, dict) or (isinstance(value, list) != (name in TAKES_LIST)):
        msg = f"operator {word!r} of {leaf['field']!r} cannot take such a value"
        raise RuleError(msg)
    field = _read_field(str(leaf["field"]))
    return OPERATORS[name](field, value, timezone).fill_null(value=False)


def _read_field(field: str) -> pl.Expr:
    """A contact's column, or a key of its attributes, as text; empty is null."""
    name = ATTRIBUTE_PREFIX.sub("", field)
    if name in columns(Contacts):
        column = pl.col(name)
        is_instant = polars_schema(Contacts)[name].is_temporal()
        return column.dt.strftime(ISO_INSTANT) if is_instant else column
    if not ATTRIBUTE_NAME.match(name):
        msg = f"{field!r} can be no name of a field"
        raise RuleError(msg)
    attributes = pl.col(Contacts.attributes)
    nested = "".join(f"['{part}']" for part in name.split("."))
    return pl.coalesce(
        attributes.str.json_path_match(f"$['{name}']"), attributes.str.json_path_match(f"${nested}")
    ).replace("", None)
