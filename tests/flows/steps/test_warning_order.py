"""Warnings, most important first."""

from contracts.manifest import Warned
from flows.steps.warning_order import order_warnings


def test_money_comes_first_and_then_what_concerns_most_rows() -> None:
    few = Warned(code="b_few", message="3 rows", count=3)
    many = Warned(code="c_many", message="30 rows", count=30)
    cents = Warned(code="d_cents", message="9.50", amount="9.50", count=1)
    much = Warned(code="e_much", message="-10.00", amount="-10.00")
    bare = Warned(code="a_bare", message="a file")
    assert order_warnings([bare, few, cents, many, much, few]) == [much, cents, many, few, bare]


def test_equal_ranks_stand_by_code_feed_and_message() -> None:
    first = Warned(code="late", message="a", feed="contacts")
    second = Warned(code="late", message="b", feed="contacts")
    third = Warned(code="late", message="a", feed="sends")
    assert order_warnings([third, second, first]) == [first, second, third]


def test_what_was_not_delivered_comes_before_all_money() -> None:
    much = Warned(code="e_much", message="-10.00", amount="-10.00")
    gone = Warned(code="column_gone", message="clicks", feed="meta")
    missing = Warned(code="column_missing", message="clicks", feed="meta")
    empty = Warned(code="feed_empty", message="no row", feed="tiktok")
    assert order_warnings([much, empty, missing, gone]) == [gone, missing, empty, much]
