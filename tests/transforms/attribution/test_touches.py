"""What a touch is, and for how long it counts (SPEC §6.5)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import polars as pl
import pytest

from contracts.config.workspace import AttributionSection
from tests.oracles.purchases import (
    DAY,
    HOUR,
    MINUTE,
    NEW_YORK,
    NOON,
    click,
    credit,
    mailing,
    order,
    touched,
    visit,
)
from transforms.attribution.touches import leave_pathless, may_touch, span_ends


@pytest.mark.parametrize(
    ("age", "counts"),
    [(timedelta(0), True), (30 * DAY, True), (30 * DAY + timedelta(microseconds=1), False)],
)
def test_touch_counts_to_the_end_of_the_lookback(age: timedelta, *, counts: bool) -> None:
    """Exactly that long is included, and so is the instant of the order itself."""
    result = credit([click("e1", NOON - age)], orders=[order("A", NOON)])
    assert touched(result) == (["e1"] if counts else [])


def test_touch_after_the_order_does_not_count() -> None:
    """An order is credited to what was before it."""
    assert credit([click("e1", NOON + MINUTE)], orders=[order("A", NOON)]).is_empty()


def test_lookback_of_a_channel_replaces_the_general_one() -> None:
    """120 hours for email, 24 for sms, two days for sessions without an ad."""
    result = credit(
        [
            click("e1", NOON - 121 * HOUR),
            click("e2", NOON - 120 * HOUR),
            click("e3", NOON - 25 * HOUR, channel="sms", event_type="sms_clicked"),
        ],
        [
            visit("v1", NOON - 3 * DAY, "organic search"),
            visit("v2", NOON - 2 * DAY, "organic search"),
            visit("v3", NOON - 29 * DAY, "paid search", campaign_id="77", platform="google_ads"),
        ],
        orders=[order("A", NOON)],
        lookback_hours={"email": 120, "sms": 24, "web": 48},
    )
    assert touched(result) == ["v3", "e2", "v2"]


@pytest.mark.parametrize(
    ("local", "counts"),
    [
        ("2025-12-31T23:59", False),
        ("2026-01-01T00:00", True),
        ("2026-01-14T23:59", True),
        ("2026-01-15T00:00", False),
    ],
)
def test_direct_mail_window_is_of_whole_local_days(local: str, *, counts: bool) -> None:
    """14 days from 1 January take in 1 to 14 January, whatever the look-back."""
    at = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC)
    result = credit(
        sends=[mailing("s1", date(2026, 1, 1), 14)], orders=[order("A", at)], lookback_days=1
    )
    assert touched(result) == (["direct_mail"] if counts else [])
    if counts:
        assert result["touched_at"].to_list() == [datetime(2026, 1, 1, 5, tzinfo=UTC)]


@pytest.mark.parametrize("more", [{"is_holdout": True}, {"status": "failed"}, {"channel": "email"}])
def test_not_every_send_is_a_touch(more: dict[str, Any]) -> None:
    """Held out, returned, or of a channel whose clicks are its touches."""
    sends = [mailing("s1", date(2026, 1, 1), 14, **more)]
    assert credit(sends=sends, orders=[order("A", NOON)]).is_empty()


def test_direct_mail_without_a_window_counts_from_the_day_of_sending() -> None:
    """And for as long as the look-back says."""
    sends = [mailing("s1", None, None, sent_at=NOON - 2 * DAY)]
    result = credit(sends=sends, orders=[order("A", NOON)])
    assert result["touched_at"].to_list() == [datetime(2026, 1, 8, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("after", "group", "is_touch"),
    [
        (30 * MINUTE, "email", False),
        (31 * MINUTE, "email", True),
        (-MINUTE, "email", False),
        (-MINUTE - timedelta(microseconds=1), "email", True),
        (MINUTE, "sms", True),
        (MINUTE, "direct", False),
    ],
)
def test_landing_of_a_click_is_no_second_touch(
    after: timedelta, group: str, *, is_touch: bool
) -> None:
    """Within 30 minutes of the click, or a minute before it, with that channel's utm."""
    result = credit(
        [click("e1", NOON)], [visit("v1", NOON + after, group)], orders=[order("A", NOON + HOUR)]
    )
    assert set(touched(result)) == ({"e1", "v1"} if is_touch else {"e1"})


@pytest.mark.parametrize(
    ("utm", "is_touch"),
    [
        ({"utm_medium": " In-App "}, False),
        ({"utm_source": "in_app", "utm_medium": "message"}, False),
        ({"utm_source": "in_apps"}, True),
    ],
)
def test_landing_of_a_click_on_an_own_channel(utm: dict[str, str], *, is_touch: bool) -> None:
    """The user's own channel has no channel group: its name is medium or source."""
    clicked = click("e1", NOON, event_type="in_app_clicked", channel="in_app")
    result = credit(
        [clicked], [visit("v1", NOON + MINUTE, None, **utm)], orders=[order("A", NOON + HOUR)]
    )
    assert touched(result) == (["e1", "v1"] if is_touch else ["e1"])
    assert result["channel"][0] == "in_app"


def test_landing_of_a_click_on_an_own_channel_called_by_a_word_for_messages() -> None:
    """The user's own `web_push` is another channel than `push`, whose medium it is else."""
    clicked = click("e1", NOON, event_type="web_push_clicked", channel="web_push")
    landed = visit("v1", NOON + MINUTE, "mobile push", utm_medium="web-push")
    result = credit([clicked], [landed], orders=[order("A", NOON + HOUR)])
    assert touched(result) == ["e1"]


@pytest.mark.parametrize(
    ("utm", "is_touch"),
    [
        ({"utm_medium": "Newsletter"}, False),
        ({"utm_source": "newsletter", "utm_medium": "spring"}, False),
        ({"utm_medium": "web-push"}, True),
        ({"utm_medium": "newsletter-partner"}, True),
    ],
)
def test_landing_of_a_click_by_a_word_for_its_messages(
    utm: dict[str, str], *, is_touch: bool
) -> None:
    """`newsletter` is a medium of e-mail (SPEC §7.2), though Google's groups do not know it."""
    result = credit(
        [click("e1", NOON)],
        [visit("v1", NOON + MINUTE, "unassigned", **utm)],
        orders=[order("A", NOON + HOUR)],
    )
    assert touched(result) == (["e1", "v1"] if is_touch else ["e1"])


def test_a_paid_visit_out_of_a_newsletter_is_a_touch() -> None:
    """A place bought in a newsletter: its source is a word for e-mails, its medium is not."""
    paid = {"utm_source": "newsletter", "utm_medium": "cpc"}
    result = credit(
        [click("e1", NOON)],
        [visit("v1", NOON + MINUTE, "paid other", **paid)],
        orders=[order("A", NOON + HOUR)],
    )
    assert touched(result) == ["e1", "v1"]


def test_landing_of_a_click_that_counts_no_longer_is_no_touch() -> None:
    """The session's look-back is longer than the click's."""
    result = credit(
        [click("e1", NOON, event_type="in_app_clicked", channel="in_app")],
        [
            visit("v1", NOON + MINUTE, None, utm_source="in_app"),
            visit("v2", NOON + 2 * HOUR, None, utm_source="in_app"),
        ],
        orders=[order("A", NOON + 3 * HOUR)],
        lookback_hours={"in_app": 1, "web": 5},
    )
    assert touched(result) == ["v2"]


@pytest.mark.parametrize(
    ("at", "person", "lies"),
    [
        (NOON, 1, True),
        (NOON - timedelta(microseconds=1), 1, False),
        (NOON + 3 * DAY, 1, True),
        (NOON + 3 * DAY + timedelta(microseconds=1), 1, False),
        (NOON, 2, False),
        (NOON, None, False),
    ],
)
def test_touches_that_no_end_follows_in_time_are_left_out(
    at: datetime, person: int | None, *, lies: bool
) -> None:
    """Paths of person 1 end one and three days later; touches count for a day."""
    ends = pl.LazyFrame({"person": [1, 1], "credited_at": [NOON + DAY, NOON + 3 * DAY]})
    touches = pl.LazyFrame(
        {"person": [person], "touched_at": [at], "counts_until": [at + DAY], "touch_id": ["e1"]},
        schema_overrides={"person": pl.Int64},
    )
    left = leave_pathless(touches, span_ends(ends)).collect()
    assert left.columns == touches.collect_schema().names()
    assert left.height == lies


def test_landing_needs_a_human_click_of_the_same_contact() -> None:
    """A scanner's click or another person's leaves the session a touch."""
    result = credit(
        [click("e1", NOON, is_machine=True), click("e2", NOON, contact_id="2")],
        [visit("v1", NOON + MINUTE, "email")],
        orders=[order("A", NOON + HOUR)],
    )
    assert touched(result) == ["v1"]


def test_session_with_an_ad_is_of_the_channel_ads() -> None:
    """Any other is of its channel group; one without any is unassigned."""
    result = credit(
        sessions=[
            visit("v1", NOON - 3 * HOUR, "paid search", campaign_id="77", platform="google_ads"),
            visit("v2", NOON - 2 * HOUR, "paid search", platform="google_ads"),
            visit("v3", NOON - HOUR, None),
            visit("v4", NOON - HOUR, "referral", is_bot=True),
        ],
        orders=[order("A", NOON)],
    )
    assert result["channel"].to_list() == ["ads", "paid search", "unassigned"]
    assert result["channel_group"].to_list() == ["paid search", "paid search", "unassigned"]


def test_opens_and_generic_events_are_touches_where_configured() -> None:
    """Machine ones never."""
    events = [
        click("e1", NOON, event_type="email_opened"),
        click("e2", NOON, event_type="email_opened", is_machine=True),
        click("e3", NOON, event_type="store_visit", channel=None),
        click("e4", NOON, event_type="survey_filled", channel=None),
    ]
    orders = [order("A", NOON)]
    assert credit(events, orders=orders).is_empty()
    result = credit(events, orders=orders, touch_opens=True, touch_events=["store_visit"])
    assert touched(result) == ["e1", "e3"]
    assert result["channel"].to_list() == ["email", "store_visit"]


def test_touches_of_one_instant_stand_by_channel_and_id() -> None:
    """Whatever the order in which they came."""
    result = credit(
        [
            click("b", NOON),
            click("a", NOON),
            click("0", NOON, channel="sms", event_type="sms_clicked"),
        ],
        [visit("v1", NOON, "affiliates")],
        orders=[order("A", NOON)],
    )
    assert touched(result) == ["v1", "a", "b", "0"]


def test_people_and_organizations_are_kept_apart() -> None:
    """One contact id in two organizations is two people; a device is no contact."""
    result = credit(
        [click("e1", NOON), click("e2", NOON, org_id="p"), click("e3", NOON, contact_id="2")],
        [visit("v1", NOON, "referral", contact_id=None, anonymous_id="1")],
        orders=[
            order("A", NOON),
            order("B", NOON, org_id="p"),
            order("C", NOON, contact_id=None, anonymous_id="1"),
            order("D", NOON, is_conversion=False),
        ],
    )
    pairs = zip(result["order_id"], touched(result), strict=True)
    assert list(pairs) == [("A", "e1"), ("C", "v1"), ("B", "e2")]


@pytest.mark.parametrize(
    ("event_type", "channel", "opens", "is_touch"),
    [
        ("email_clicked", "email", False, True),
        ("in_app_clicked", "in_app", False, True),
        ("button_clicked", None, False, False),
        ("store_visit", None, False, True),
        ("email_opened", "email", False, False),
        ("email_opened", "email", True, True),
        ("email_delivered", "email", True, False),
    ],
)
def test_what_may_touch_is_told_by_type_and_channel(
    event_type: str, channel: str | None, *, opens: bool, is_touch: bool
) -> None:
    """A generic event whose name ends like a click is none."""
    rules = AttributionSection(touch_opens=opens, touch_events=("store_visit",))
    event = pl.DataFrame({"event_type": [event_type], "channel": [channel]})
    told = event.cast(pl.String).select(may_touch(rules).fill_null(value=False))
    assert told.item() == is_touch
