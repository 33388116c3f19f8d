"""What machines did, and why we think so."""

from datetime import UTC, datetime, timedelta
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.feeds import Events
from tests.support.frames import frame
from transforms.common.keys import SEND, hash_id
from transforms.messaging.bot_detection import flag_machines, is_machine_agent
from transforms.messaging.hasty_clicks import find_hasty_clicks, select_clicks, select_deliveries

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DELIVERIES = pl.LazyFrame(
    [("o", "s1", NOON), ("o", "s2", None)],
    {"org_id": pl.String, "send_id": pl.String, "delivered_at": pl.Datetime("us", "UTC")},
    orient="row",
).select(hash_id("send_id", seed=SEND).alias("unit_key"), "delivered_at")

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
GMAIL = "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)"


def flag(*events: dict[str, Any]) -> list[str | None]:
    """The reasons of some events, in their order."""
    common = {"org_id": "o", "event_type": "email_clicked", "occurred_at": NOON + 60 * SECOND}
    rows = [common | {"event_id": f"{n:03}"} | row for n, row in enumerate(events)]
    events = (
        frame(Events, rows)
        .with_row_index("event_row")
        .with_columns(
            pl.col("event_row").cast(pl.UInt64), hash_id("send_id", seed=SEND).alias("unit_key")
        )
    )
    deliveries = pl.concat([DELIVERIES, select_deliveries(events)])
    hasty_clicks = find_hasty_clicks(select_clicks(events), deliveries)
    result = flag_machines(events, hasty_clicks.collect()).sort("event_id").collect()
    assert result.height == len(rows)
    hasty = {"several_links_at_once", "click_soon_after_delivery"}
    for is_machine, reason in result.select("is_machine", "machine_reason").iter_rows():
        signs = set((reason or "").split(",")) - {""}
        assert is_machine == (bool(signs - hasty) or signs >= hasty)
    return result["machine_reason"].to_list()


@pytest.mark.parametrize(
    ("agent", "reason"),
    [
        (None, None),
        (FIREFOX, None),
        (GMAIL, None),
        ("Mozilla/5.0 (Linux; Android 9; CUBOT_X18) AppleWebKit/537.36", None),
        ("Mozilla/5.0", "generic_user_agent"),
        ("Mozilla/5.0 (compatible; Googlebot/2.1)", "crawler_user_agent"),
        ("Mozilla/5.0 (compatible; Barracuda Sentinel)", "crawler_user_agent"),
        ("python-requests/2.32", "crawler_user_agent"),
    ],
)
def test_user_agents(agent: str | None, reason: str | None) -> None:
    """Of opens and clicks alike; the proxies of people's mail programs are people."""
    assert flag({"user_agent": agent, "event_type": "email_opened"}) == [reason]


@pytest.mark.parametrize(
    ("after", "event_type", "reason"),
    [
        (0, "email_clicked", "click_soon_after_delivery"),
        (5, "clicked", "click_soon_after_delivery"),
        (5.1, "email_clicked", None),
        (-1, "email_clicked", None),
        (1, "email_opened", None),
    ],
)
def test_click_soon_after_delivery(after: float, event_type: str, reason: str | None) -> None:
    """Within five seconds of the delivery, not before it; opens may be quick."""
    at = NOON + after * SECOND
    assert flag({"send_id": "s1", "occurred_at": at, "event_type": event_type}) == [reason]


def test_delivery_event_is_a_delivery() -> None:
    """Of a send that no row tells of; the first one counts."""
    at = NOON + 60 * SECOND
    assert flag(
        {"send_id": "s9", "event_type": "email_delivered", "occurred_at": at},
        {"send_id": "s9", "event_type": "email_delivered", "occurred_at": at + 9 * SECOND},
        {"send_id": "s9", "occurred_at": at + 4 * SECOND},
        {"send_id": "s9", "occurred_at": at + 10 * SECOND},
        {"send_id": "s9", "occurred_at": at + 4 * SECOND, "org_id": "p"},
    ) == [None, None, "click_soon_after_delivery", None, None]


def test_reasons_add_up() -> None:
    """The provider's flag stands first."""
    event = {"is_machine": True, "user_agent": "curl/8", "send_id": "s1", "occurred_at": NOON}
    assert flag(event, {"is_machine": False}) == [
        "provider_flag,crawler_user_agent,click_soon_after_delivery",
        None,
    ]


def test_one_link_twice_or_links_of_two_sends_are_a_person() -> None:
    """Only different links of one send are suspicious."""
    at = NOON + 60 * SECOND
    assert (
        flag(
            {"send_id": "s1", "url": "a", "occurred_at": at},
            {"send_id": "s1", "url": "a", "occurred_at": at + SECOND},
            {"send_id": "s2", "url": "b", "occurred_at": at},
            {"send_id": None, "url": "c", "occurred_at": at},
            {"send_id": "s1", "url": "b", "occurred_at": at + SECOND, "org_id": "p"},
        )
        == [None] * 5
    )


@settings(max_examples=80)
@given(
    st.lists(
        st.tuples(st.sampled_from(["s1", "s2"]), st.integers(0, 12), st.sampled_from("abc")),
        max_size=12,
    )
)
def test_several_links_agree_with_the_plain_account(clicks: list[tuple[str, int, str]]) -> None:
    """A click is flagged if another link of its send was clicked within two seconds."""
    rows = [
        {"send_id": send, "occurred_at": NOON + (60 + half / 2) * SECOND, "url": url}
        for send, half, url in clicks
    ]
    expected = [
        "several_links_at_once"
        if any(
            send == other and url != link and abs(half - when) <= 4 for other, when, link in clicks
        )
        else None
        for send, half, url in clicks
    ]
    assert flag(*rows) == expected


def test_an_agent_is_judged_alike_however_often_and_beside_whom_it_is_met() -> None:
    crawler, generic = "Googlebot/2.1", "Mozilla/5.0"
    for agents, machines in (
        ([FIREFOX, crawler, None], [False, True, False]),
        ([crawler, generic, crawler], [True, True, True]),
        ([FIREFOX, FIREFOX], [False, False]),
        ([None], [False]),
    ):
        column = pl.DataFrame({"user_agent": agents}, schema={"user_agent": pl.String})
        judged = column.select(is_machine_agent(pl.col("user_agent"))).to_series()
        assert judged.to_list() == machines
