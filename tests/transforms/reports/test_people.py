"""Reports about contacts and segments (SPEC §6.4), from three rows a table."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import polars as pl
from polars.testing import assert_frame_equal

from contracts.columns import polars_schema
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_sums import ContactSums, SegmentSums
from contracts.facts.order_facts import ContactOrders
from contracts.facts.people.lists import SubscriptionStates
from contracts.facts.people.numbered_activities import KeyedVisits
from contracts.feeds import Contacts, ListMembers, Segments
from contracts.reports.people import ContactReport
from tests.support.frames import frame
from transforms.common.keys import CONTACT, hash_id
from transforms.reports.people import count_contact_visits, report_contacts, report_segments

NOON = datetime(2026, 1, 10, 12, tzinfo=UTC)
DAY = timedelta(days=1)
PLAN = '{"plan":"pro"}'
CONTACTS = frame(
    Contacts,
    [
        {"org_id": "o", "contact_id": "101", "attributes": PLAN},
        {"org_id": "o", "contact_id": "102"},
        {"org_id": "p", "contact_id": "101"},
    ],
)
WORK = {"sends": 3, "delivered": 2, "opens": 1, "clicks": 0, "last_sent_at": NOON}
SUMS = (
    frame(
        ContactSums, [{"sends": 3, "delivered": 2, "opens": 1, "clicks": 0, "last_sent_at": NOON}]
    )
    .with_columns(org_id=pl.lit("o"), contact_id=pl.lit("101"))
    .with_columns(hash_id("contact_id", seed=CONTACT).alias("contact_key"))
    .select(polars_schema(ContactSums).names())
)
STATES = frame(
    SubscriptionStates,
    [
        {"org_id": "o", "contact_id": "101", "channel": "email", "unsubscribed_at": NOON + DAY},
        {"org_id": "o", "contact_id": "101", "channel": "sms", "unsubscribed_at": NOON},
        {"org_id": "o", "contact_id": "102", "channel": "email", "complained_at": NOON},
    ],
)


def test_every_contact_is_a_row_active_or_not() -> None:
    """Contact 101 of o did something; 102 complained; 101 of p is somebody else."""
    who = CONTACTS.select(contact_key=hash_id("contact_id", seed=CONTACT)).collect().to_series()
    sessions = count_contact_visits(
        frame(KeyedVisits, [{"contact_key": who[0], "session_id": own} for own in ("1", "2")])
    )
    orders = [{"contact_key": who[2], "orders": 1, "revenue": Decimal("9.50")}]
    result = report_contacts(
        CONTACTS, SUMS, STATES, sessions, frame(ContactOrders, orders)
    ).collect()
    nothing = [None, None, None]
    expected = pl.DataFrame(
        [
            (
                "o",
                "101",
                3,
                2,
                1,
                0,
                NOON,
                *nothing,
                NOON,
                None,
                2,
                0,
                Decimal(0),
                '{"plan":"pro"}',
            ),
            ("o", "102", 0, 0, 0, 0, None, *nothing, None, NOON, 0, 0, Decimal(0), None),
            ("p", "101", 0, 0, 0, 0, None, *nothing, None, None, 0, 1, Decimal("9.5"), None),
        ],
        schema=polars_schema(ContactReport),
        orient="row",
    )
    assert_frame_equal(result, expected)


def test_what_no_feed_can_give_is_null_and_not_0() -> None:
    """Without web feeds nobody knows how often a contact came."""
    result = report_contacts(CONTACTS, SUMS, STATES, None, None).collect()
    assert result.schema == polars_schema(ContactReport)
    for name in ("sessions", "orders", "revenue"):
        assert result[name].null_count() == 3


def test_a_segment_counts_its_members_and_the_sends_to_them() -> None:
    """Segment 9 put 1 and 2 on the lists of two campaigns; 8 its own list alone; 7 nobody."""
    segments = [
        {"org_id": "o", "segment_id": own, "name": f"Segment {own}", "attributes": custom}
        for own, custom in (("7", '{"tier":"a"}'), ("8", None), ("9", '{"tier":"b"}'))
    ]
    members = [
        {"org_id": "o", "segment_id": "9", "campaign_id": campaign, "contact_id": contact}
        for campaign, contact in ("c1", "d1", "d2")
    ]
    members.append({"org_id": "o", "segment_id": "8", "campaign_id": "8", "contact_id": "1"})
    counts = dict.fromkeys(polars_schema(Counts), 0) | {
        "sends": 4,
        "delivered": 3,
        "bounced": 1,
        "opens": 5,
        "unique_opens": 3,
        "clicks": 2,
        "unique_clicks": 2,
    }
    sums = frame(SegmentSums, [{"org_id": "o", "segment_id": "9", **counts}])
    result = report_segments(frame(Segments, segments), frame(ListMembers, members), sums).collect()
    figures = ["members", "campaigns_used_in", "sends", "open_rate", "click_rate", "bounce_rate"]
    assert result.select("segment_id", "segment_name", *figures).rows() == [
        ("7", "Segment 7", 0, 0, 0, None, None, None),
        ("8", "Segment 8", 1, 0, 0, None, None, None),
        ("9", "Segment 9", 2, 2, 4, 1.0, 2 / 3, 0.25),
    ]
    assert result.columns[-1] == "attributes"
    assert result["attributes"].to_list() == ['{"tier":"a"}', None, '{"tier":"b"}']
