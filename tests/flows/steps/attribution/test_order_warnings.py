"""Orders in a state that no rule knows count as sold, and a run says so."""

from pathlib import Path

import pytest

from tests.support.publishing import publish

HEAD = "order_id,ordered_at,contact_id,revenue,status\n"


def orders(*states: str) -> bytes:
    """An order in each of these states, of 1, 2, 3 … in the reporting currency."""
    rows = [f"{n},2026-01-01T10:00:00Z,101,{n},{state}\n" for n, state in enumerate(states, 1)]
    return (HEAD + "".join(rows)).encode()


def test_a_word_of_the_shop_s_own_is_told_with_its_money(tmp_path: Path) -> None:
    """It counts: a wrong guess would lose revenue in silence, this one is told."""
    ran = publish(tmp_path, orders=orders("paid", "wc-cancelled", "storniert"))
    assert ran.table("attribution", "channel_attribution")["revenue"].max() == 4
    (warning,) = [one for one in ran.warnings if one.code == "order_state_unknown"]
    assert (warning.count, warning.amount) == (1, "3.00")
    assert 'values = { status = { "storniert" = "cancelled" } }' in warning.message


def test_five_words_are_named_and_the_rest_added_up(tmp_path: Path) -> None:
    """A text that may be a person's is not quoted."""
    states = ("a", "b", "ada@example.com", "Ada Lovelace", "d", "e", "f")
    ran = publish(tmp_path, orders=orders(*states))
    told = [one for one in ran.warnings if one.code == "order_state_unknown"]
    assert sorted((one.count, one.amount) for one in told) == [
        (1, "3.00"), (1, "4.00"), (1, "5.00"), (1, "6.00"), (1, "7.00"), (2, "3.00"),
    ]  # fmt: skip
    assert "ada" not in str(told).casefold()


def test_known_words_are_no_question(tmp_path: Path) -> None:
    ran = publish(tmp_path, orders=orders("paid", "Pending", "voided", "partially refunded", ""))
    assert "order_state_unknown" not in {one.code for one in ran.warnings}


@pytest.mark.parametrize(
    ("last", "told"),
    [
        ("Total,2026-01-02,,30.5,", [(1, "30.50")]),
        ("Gesamt,2026-01-02,101,30.5,", [(1, "30.50")]),
        ("Total,2026-01-02,,30.4,", []),
        ("9,2026-01-02,,30.5,", []),
    ],
)
def test_a_last_order_that_may_only_add_up_the_others_is_told(
    tmp_path: Path, last: str, told: list[tuple[int, str]]
) -> None:
    """A dated total row would double the revenue; what tells it is the sum, in any language."""
    rows = f"1,2026-01-01,101,10.5,\n2,2026-01-02,102,20,\n{last}\n"
    ran = publish(tmp_path, orders=(HEAD + rows).encode())
    found = [one for one in ran.warnings if one.code == "total_suspected"]
    assert [(one.count, one.amount) for one in found] == told
    assert ran.table("attribution", "channel_attribution").height
    assert all(str(one.setting).endswith("].total_rows") for one in found)


@pytest.mark.parametrize(("stamp", "told"), [("2026-01-01", [1]), ("2026-01-01T10:00:00Z", [])])
def test_orders_of_a_day_without_a_time_are_told_beside_sessions(
    tmp_path: Path, stamp: str, told: list[int]
) -> None:
    """At midnight it comes before the day's sessions, and nothing of them led to it."""
    sales = f"{HEAD}1,{stamp},101,5,paid\n".encode()
    visits = b"session_id,started_at,contact_id\n7,2026-01-01T09:00:00Z,101\n"
    ran = publish(tmp_path / "both", orders=sales, sessions=visits)
    assert [one.count for one in ran.warnings if one.code == "no_time"] == told
    alone = publish(tmp_path / "alone", orders=sales)
    assert "no_time" not in {one.code for one in alone.warnings}
