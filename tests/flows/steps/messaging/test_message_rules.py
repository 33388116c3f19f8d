"""Single sentences of SPEC §3 and §6, each by a workspace of a few rows."""

from pathlib import Path

import polars as pl
import pyarrow.parquet as pq
import pytest

from contracts.reports import SCHEMA_VERSION
from flows.errors import ConfigurationError
from tests.support.message_workspaces import PEOPLE, channels, event, publish
from tests.support.publishing import Rows, Worlds, row
from tests.support.workspaces import (
    Ran,
    as_json_lines,
    feed,
    read_workspace,
    run_workspace,
    write_workspace,
)

world = Worlds()


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Ran]:
    """What one run gave to each of the worlds."""
    return world.publish(tmp_path_factory.mktemp("worlds"), contacts=PEOPLE)


STATUSES = ("queued", "sent", "delivered", "bounced", "failed")


SENDS = b"send_id,campaign_id,contact_id,status,sent_at\n" + b"".join(
    b"s%d,q2,10%d,%s,2026-04-14T14:00:00Z\n" % (n, n, status)
    for n, status in enumerate([b"delivered", b"delivered", b"delivered", b"bounced"])
)


@world
def golden_campaign() -> dict[str, Rows]:
    opens = [event(f"o{n}", "opened", send_id=f"s{n}") for n in range(3)]
    clicks = [event(f"c{n}", "clicked", send_id=f"s{n}", url="https://x.io") for n in range(2)]
    q2 = b"campaign_id,name,channel,status\nq2,Q2 Product Update,email,sent\n"
    return {"campaigns": q2, "sends": SENDS, "events": opens + clicks}


def test_the_golden_campaign(worlds: dict[str, Ran]) -> None:
    ran = worlds["golden_campaign"]
    got = row(ran, "email", "campaign_report", campaign_id="q2")
    assert (got["sends"], got["delivered"], got["bounced"]) == (4, 3, 1)
    assert (got["opens"], got["clicks"]) == (3, 2)
    assert (got["open_rate"], got["bounce_rate"]) == (1.0, 0.25)
    assert got["click_rate"] == pytest.approx(0.6667, abs=5e-5)
    message = row(ran, "email", "message_report")
    assert (message["message_id"], message["message_name"]) == ("q2", "Q2 Product Update")
    assert (message["dispatch_id"], message["dispatch_name"]) == ("q2", "Q2 Product Update")


@world
def equal_ids() -> dict[str, Rows]:
    return {
        "campaigns": b"campaign_id,name,channel\n1,One,email\n2,Two,email\n",
        "dispatches": b"dispatch_id,name,campaign_id\n1,First,2\n",
        "sends": b"send_id,campaign_id,contact_id,status\ns1,1,101,sent\n",
    }


def test_equal_ids_on_every_level_are_told_apart(worlds: dict[str, Ran]) -> None:
    ran = worlds["equal_ids"]
    messages = ran.table("email", "message_report").select("message_name", "campaign_id", "sends")
    assert sorted(messages.rows()) == [("First", "2", 0), ("One", "1", 1)]
    assert ran.table("email", "message_report").get_column("message_id").is_unique().all()


@world
def held_out() -> dict[str, Rows]:
    return {
        "messages": b"message_id,name,channel\nm1,M,sms\n",
        "sends": b"send_id,message_id,contact_id,status,is_holdout\ns1,m1,101,sent,true\n",
        "events": [
            event("e1", "sms_clicked", send_id="s1", url="u"),
            event("e2", "replied", send_id="s1"),
        ],
    }


def test_hold_outs_stand_in_holdout_alone(worlds: dict[str, Ran]) -> None:
    ran = worlds["held_out"]
    for name in ("message_report", "daily_report"):
        got = ran.table("sms", name).select("sends", "sent", "clicks", "replies", "holdout").sum()
        assert got.row(0) == (0, 0, 0, 0, 1)
    assert ran.table("sms", "link_report").is_empty()
    assert row(ran, "people", "contact_report", contact_id="101")["sends"] == 0


@world
def by_campaign() -> dict[str, Rows]:
    """Sends name their campaign alone; a tracker's events its id as that of their message."""
    opened = {"contact_id": "101", "message_id": "q2"}
    return {
        "campaigns": b"campaign_id,name,channel\nq2,Q2,email\n7,Seven,email\n8,Eight,email\n",
        "sends": b"send_id,campaign_id,message_id,contact_id,status\n"
        b"s1,q2,,101,delivered\ns2,q2,,102,delivered\ns7,7,,101,delivered\ns8,8,7,101,delivered\n",
        "events": [
            event("o1", "email_opened", **opened),
            event("o2", "email_opened", send_id="s2"),
        ],
    }


def test_events_that_name_a_campaign_s_id_are_of_the_message_that_it_implies(
    worlds: dict[str, Ran],
) -> None:
    """Its two sends are opened, nobody was sent a third, and its people's steps bear its id."""
    ran = worlds["by_campaign"]
    got = row(ran, "email", "message_report", message_id="q2")
    assert (got["campaign_id"], got["message_name"]) == ("q2", "Q2")
    assert (got["sends"], got["unique_opens"]) == (2, 2)
    steps = ran.table("people", "contact_journey").filter(campaign_id="q2")
    assert steps.get_column("message_id").to_list() == ["q2"] * 4


def test_a_message_that_sends_name_with_another_campaign_is_not_implied_by_its_id(
    worlds: dict[str, Ran],
) -> None:
    """Message 7 is of campaign 8; a send of campaign 7 alone is of the message that 7 implies."""
    got = worlds["by_campaign"].table("email", "message_report").filter(sends=1)
    told = got.select("campaign_id", "message_id", "message_name").sort("campaign_id")
    assert told.rows() == [("7", "campaign:7", "Seven"), ("8", "7", None)]


@world
def shown_by_id() -> dict[str, Rows]:
    """A provider's events name each send; those of a link tracker message and contact alone."""
    of_pair = {"message_id": "m1", "contact_id": "101"}
    times = {"s1": "2026-04-14T10:00:00Z", "s2": "2026-04-16T10:00:00Z"}
    return {
        "events": [
            *(
                event(f"sent {s}", "email_sent", at, send_id=s, **of_pair)
                for s, at in times.items()
            ),
            event("c1", "email_clicked", "2026-04-15T10:00:00Z", **of_pair),
            event("c2", "email_clicked", "2026-04-17T10:00:00Z", **of_pair),
            event("c3", "email_clicked", "2026-04-18T10:00:00Z", message_id="m1"),
            event("c4", "email_clicked", "2026-04-18T10:00:00Z", message_id="m1", email="bo@x.io"),
        ]
    }


def test_events_of_message_and_contact_belong_to_a_send_that_others_show_by_its_id(
    worlds: dict[str, Ran],
) -> None:
    """Each click is its last send's before it; nobody's, and somebody else's, are sends apart."""
    got = row(worlds["shown_by_id"], "email", "message_report", message_id="m1")
    assert (got["sends"], got["clicks"], got["unique_clicks"]) == (4, 4, 4)
    people = worlds["shown_by_id"].table("people", "contact_report")
    assert people.filter(contact_id="101").select("sends", "clicks").row(0) == (2, 2)


def test_an_address_names_the_contact_updated_last(tmp_path: Path) -> None:
    opens = [event("e1", "email_opened", email=" aNN@x.io", message_id="m1")]
    blanks = [event("e2", "email_opened", email="  ", message_id="m1")]
    ran = publish(tmp_path, events=opens + blanks)
    got = ran.table("people", "contact_report").select("contact_id", "opens").rows()
    assert got == [("101", 0), ("102", 1), ("103", 0)]
    assert "shared_email" in {warning.code for warning in ran.warnings}
    assert "x.io" not in " ".join(warning.message.lower() for warning in ran.warnings)


def test_a_bare_event_takes_the_channel_of_its_message(tmp_path: Path) -> None:
    ran = publish(
        tmp_path,
        messages=b"message_id,name,channel\nm1,M,push\n",
        events=[event("e1", "opened", contact_id="101", message_id="m1")],
    )
    assert channels(ran) == {"push"}
    got = row(ran, "push", "message_report")
    assert (got["sends"], got["delivered"], got["unique_opens"]) == (1, 1, 1)


def test_a_bare_event_of_an_unknown_send_is_other_until_the_send_comes(tmp_path: Path) -> None:
    orphan = [event("e1", "opened", send_id="s9"), event("e2", "sms_delivered", send_id="s1")]
    campaign = b"campaign_id,name,channel\nq2,Q2,sms\n"
    sends = b"send_id,campaign_id,contact_id,status\ns1,q2,101,sent\n"
    ran = publish(tmp_path / "before", campaigns=campaign, sends=sends, events=orphan)
    assert channels(ran) == {"sms", "other"}
    assert ran.table("sms", "message_report").get_column("opens").to_list() == [0]
    shown = ran.table("other", "message_report").select("message_id", "campaign_name", "sends")
    assert shown.rows() == [(None, "(none)", 1)]
    assert "unresolved_reference" in {warning.code for warning in ran.warnings}
    sends += b"s9,q2,102,sent\n"
    ran = publish(tmp_path / "after", campaigns=campaign, sends=sends, events=orphan)
    assert channels(ran) == {"sms"}
    assert ran.table("sms", "message_report").get_column("opens").to_list() == [1]
    assert ran.warnings == []


def test_a_message_that_no_send_names_is_no_unresolved_reference(tmp_path: Path) -> None:
    """Sends of campaign a name no message beside those of m; the one unknown message is x."""
    ran = publish(
        tmp_path,
        campaigns=b"campaign_id,name,channel\na,A,email\n",
        messages=b"message_id,name,campaign_id\nm,M,a\n",
        sends=b"send_id,campaign_id,message_id,contact_id,status\n"
        b"s1,a,,101,delivered\ns2,,m,101,delivered\ns3,,x,101,delivered\n",
    )
    unresolved = [one for one in ran.warnings if one.code == "unresolved_reference"]
    assert [(one.message, one.count) for one in unresolved] == [
        ("sends or events: 1 unknown message_id, not in messages.message_id; the rows are kept", 1)
    ]


def test_sends_that_only_events_of_others_put_into_a_channel_are_counted(tmp_path: Path) -> None:
    """Of the sends that name nothing s1 was opened; s2 and s3 are in its channel by that alone."""
    ran = publish(
        tmp_path,
        sends=b"send_id,message_id,contact_id,status\n"
        b"s1,,101,sent\ns2,,102,sent\ns3,,103,sent\ns4,m,103,sent\n",
        events=b"event_type,occurred_at,send_id\nemail_opened,2026-01-02,s1\n",
    )
    assert [(w.message[:8], w.count) for w in ran.warnings if w.code == "channel_assumed"] == [
        ("2 sends ", 2)
    ]
    assert ran.table("email", "message_report").get_column("sends").to_list() == [3]


def test_orders_by_an_address_that_no_contact_bears_are_counted(tmp_path: Path) -> None:
    """Contact 1 ordered o1; o2 names a contact beside its address, o3 and o4 nobody known."""
    ran = publish(
        tmp_path,
        contacts=b"contact_id,email\n1,a@x.io\n",
        orders=b"order_id,ordered_at,contact_id,email,revenue\n"
        b"o1,2026-01-01,, A@x.io,1\no2,2026-01-01,1,c@x.io,1\n"
        b"o3,2026-01-01,,b@x.io,1\no4,2026-01-02,,b@x.io,1\no5,2026-01-02,,,1\n",
    )
    (one,) = [one for one in ran.warnings if one.code == "unresolved_reference"]
    assert one.count == 2
    assert one.message == (
        "orders: 2 unknown email, not in contacts.email; the rows are kept, and no click by their "
        "address is a touch of theirs until a contact bears it"
    )


def test_where_nothing_counts_as_delivered_nothing_is_assumed_aloud(tmp_path: Path) -> None:
    """The feed says `delivered` of none, but its one send has not left yet."""
    ran = publish(
        tmp_path,
        campaigns=b"campaign_id,name,channel\na,A,email\n",
        sends=b"send_id,campaign_id,contact_id,status\ns1,a,101,queued\n",
    )
    assert ran.table("email", "campaign_report").select("sends", "queued").rows() == [(1, 1)]
    assert ran.warnings == []


@world
def older_version() -> dict[str, Rows]:
    return {
        "campaigns": b"campaign_id,name,channel\na,A,email\nb,B,email\n",
        "sends": b"send_id,campaign_id,message_id,contact_id,status,updated_at\n"
        b"s1,a,m,101,delivered,2026-01-01\ns1,b,m,101,bounced,2026-01-02\n",
    }


def test_an_older_version_says_nothing(worlds: dict[str, Ran]) -> None:
    ran = worlds["older_version"]
    got = ran.table("email", "campaign_report").select("campaign_id", "sends", "bounced").rows()
    assert got == [("a", 0, 0), ("b", 1, 1)]


def test_a_row_s_final_status_stands_against_its_events(tmp_path: Path) -> None:
    ran = publish(
        tmp_path,
        campaigns=b"campaign_id,name,channel\nq2,Q2,email\n",
        sends=SENDS,
        events=[
            event("e1", "email_bounced", send_id="s0", subtype="hard"),
            event("e2", "email_delivered", send_id="s3"),
            event("e3", "email_delivered", send_id="s1"),
        ],
    )
    got = row(ran, "email", "message_report")
    assert [got[status] for status in STATUSES] == [0, 0, 3, 1, 0]
    assert (got["hard_bounces"], got["soft_bounces"]) == (0, 0)
    (warning,) = [w for w in ran.warnings if w.code == "status_disagreement"]
    assert warning.count == 2


def test_a_mail_to_several_recipients_is_told(tmp_path: Path) -> None:
    """Providers give it one id: it counts as one send, which a warning says."""
    ran = publish(
        tmp_path,
        campaigns=b"campaign_id,name,channel\nq2,Q2,email\n",
        events=[
            event("e1", "email_delivered", send_id="s1", contact_id="101"),
            event("e2", "email_bounced", send_id="s1", contact_id="102"),
            event("e3", "email_delivered", send_id="s2", contact_id="101"),
        ],
    )
    assert ran.table("email", "channel_report")["sends"].sum() == 2
    (warning,) = [w for w in ran.warnings if w.code == "shared_send"]
    assert warning.count == 1
    assert "send_id = { join" in warning.message


@pytest.mark.parametrize("copies", range(3))
def test_equal_files_of_a_feed_are_read_once(tmp_path: Path, copies: int) -> None:
    people = b"contact_id,email\n" + b"".join(b"%d,a%d@x.io\n" % (n, n) for n in range(2000))
    files = {f"raw/contacts/{n}{copies}.csv": people for n in range(10)}
    toml = feed("contacts", "raw/contacts/*") + feed("events", "raw/events/*")
    read = read_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "ledger")
    accounts = [(i.accepted, i.duplicates) for i in read.inputs]
    assert accounts == [(2000, 0), *[(0, 2000)] * 9]


def test_reports_follow_what_is_configured(tmp_path: Path) -> None:
    """A type given as a constant is enough; one read from the data needs a row."""
    files = {
        "raw/contacts/1.csv": PEOPLE,
        "raw/replies/1.csv": b"event_id,occurred_at,contact_id,message_id\n",
        "raw/events/1.jsonl": as_json_lines(
            [
                event("e1", "store_visit", contact_id="101"),
                event("e2", "push_opened", message_id="m"),
            ]
        ),
    }
    toml = feed("contacts", "raw/contacts/*") + feed("events", "raw/events/*")
    toml += feed("events", "raw/replies/*", name='"r"', constants='{ event_type = "sms_replied" }')
    toml += feed("events", "raw/no/*", name='"n"', constants='{ event_type = "email_opened" }')
    ran = run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")
    assert channels(ran) == {"email", "push", "sms"}
    assert ran.table("sms", "message_report").is_empty()


@pytest.mark.parametrize(
    "toml",
    [
        feed("sends", "raw/sends/*"),
        feed("events", "raw/events/*", constants='{ event_type = "email_opened" }'),
        feed("contacts", "raw/contacts/*"),
        feed("contacts", "raw/contacts/*") + feed("segments", "raw/segments/*"),
        feed("events", "raw/events/*", constants='{ event_type = "store_visit" }'),
        "",
    ],
)
def test_a_workspace_without_parent_model_or_interactions_is_told(
    tmp_path: Path, toml: str
) -> None:
    root = write_workspace(tmp_path / "ws", toml, {"raw/contacts/1.csv": PEOPLE})
    with pytest.raises(ConfigurationError, match="configure a parent model"):
        run_workspace(root, tmp_path / "out")


def test_every_table_says_what_it_is(tmp_path: Path) -> None:
    ran = publish(tmp_path, events=[event("e1", "email_opened", contact_id="101", message_id="m")])
    paths = list(ran.folder.rglob("*.parquet"))
    assert paths
    for path in paths:
        metadata = pl.read_parquet_metadata(path)
        assert metadata["campaign_reports.schema_version"]
        assert metadata["campaign_reports.grain"].startswith("One row per ")
        arrow = pq.read_schema(path).metadata  # which stands in the place of the file's own there
        assert arrow[b"campaign_reports.schema_version"].decode() == SCHEMA_VERSION


AGENT = "Mozilla/5.0"
CLICKED: dict[str, tuple[tuple[int, int], str | None, int]] = {
    "s1": ((3, 4), None, 0),
    "s2": ((3, 3), None, 0),
    "s3": ((3, 30), None, 1),
    "s4": ((60, 61), None, 1),
    "s5": ((60, 90), AGENT, 0),
    "s6": ((60, 90), "python-requests/2.32", 0),
    "s7": ((60, 90), f"{AGENT} (X11; Linux x86_64) Firefox/130.0", 1),
}
"""Send -> the seconds after its delivery of clicks on two links, by what, and how many persons."""


@pytest.fixture(scope="module")
def scanned(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A campaign for each of these sends, with links of its own."""
    clicks = [
        event(
            f"{send} {n}",
            "clicked",
            f"2026-01-02T00:{at // 60:02}:{at % 60:02}Z",
            send_id=send,
            url=f"https://x.io/{send}/{n}",
            user_agent=agent,
        )
        for send, (seconds, agent, _) in CLICKED.items()
        for n, at in enumerate(seconds)
    ]
    sent = "2026-01-01T23:50:00Z,2026-01-02T00:00:00Z"
    sends = "send_id,campaign_id,contact_id,status,sent_at,delivered_at\n" + "".join(
        f"{send},q{send},101,delivered,{sent}\n" for send in CLICKED
    )
    campaigns = "campaign_id,name,channel\n" + "".join(f"q{s},{s},email\n" for s in CLICKED)
    place = tmp_path_factory.mktemp("scanned")
    told = {"campaigns": campaigns.encode(), "sends": sends.encode()}
    return publish(place, events=clicks, **told)


@pytest.mark.parametrize("send", CLICKED)
def test_scanner_clicks_are_flagged_and_never_deleted(scanned: Ran, send: str) -> None:
    """Clicks on two links of a send: both at once and soon after its delivery are a scanner's."""
    *_, humans = CLICKED[send]
    got = row(scanned, "email", "message_report", message_id=f"q{send}")
    assert (got["clicks"], got["unique_clicks"]) == (2, 1)
    assert got["human_unique_clicks"] == humans
    links = scanned.table("email", "link_report").filter(pl.col("url").str.contains(f"/{send}/"))
    assert links.get_column("clicks").to_list() == [1, 1]


def test_what_is_of_several_campaigns_is_told(tmp_path: Path) -> None:
    """Dispatch d has a message of a and one of b; the template is sent by a and by b.

    Levels still add up where they have a row for each: in the report of the hierarchy.
    """
    ran = publish(
        tmp_path,
        campaigns=b"campaign_id,name,channel\na,A,email\nb,B,email\n",
        messages=b"message_id,name,channel,dispatch_id,campaign_id\n"
        b"m1,One,email,d,a\nm2,Two,email,d,b\ntemplate,T,email,,\n",
        sends=b"send_id,message_id,campaign_id,contact_id,status\n"
        b"1,m1,a,101,delivered\n2,m2,,101,delivered\n"
        b"3,template,b,101,delivered\n4,template,a,102,delivered\n5,template,,103,delivered\n",
    )
    told = [(one.count, one.message) for one in ran.warnings if one.code == "several_campaigns"]
    assert [count for count, _ in told] == [1, 1]
    assert [message.partition(" ")[2].partition(" with")[0] for _, message in told] == [
        "message",
        "dispatch",
    ]
    names = ("dispatch_id", "campaign_id", "campaign_name", "sends")
    assert ran.table("email", "dispatch_report").select(names).rows() == [
        ("a", "a", "A", 3),
        ("d", None, "(several)", 2),
    ]
    names = ("campaign_id", "dispatch_id", "sends")
    hierarchy = ran.table("campaigns", "hierarchy_report").filter(level="dispatch")
    assert hierarchy.select(names).rows() == [("a", "a", 3), ("a", "d", 1), ("b", "d", 1)]
    assert ran.table("email", "campaign_report").select("campaign_id", "sends").rows() == [
        ("a", 4),
        ("b", 1),
    ]


def test_a_send_that_two_channels_count_is_told(tmp_path: Path) -> None:
    """Nothing names the channel of 1 and 2 but their events, of which 2's are of another."""
    ran = publish(
        tmp_path,
        sends=b"send_id,contact_id,status\n1,101,sent\n2,102,sent\n",
        events=[
            event("e1", "email_opened", send_id="1"),
            event("e2", "sms_clicked", send_id="2"),
            event("e3", "sms_clicked", send_id="9"),
        ],
    )
    counted = [ran.table(channel, "message_report")["sends"].sum() for channel in ("email", "sms")]
    assert counted == [2, 2]
    (warning,) = [one for one in ran.warnings if one.code == "several_channels"]
    assert warning.count == 1


@pytest.mark.parametrize(("event_type", "shown"), [("email_opened", 1), ("email_subscribed", 0)])
def test_sends_that_name_nothing_are_not_of_the_channel_of_others_events(
    tmp_path: Path, event_type: str, shown: int
) -> None:
    """Two sends of who knows which channel, and one that an open of another contact shows."""
    ran = publish(
        tmp_path,
        sends=b"send_id,contact_id,status\n1,101,sent\n2,101,sent\n",
        events=[event("e1", event_type, contact_id="102")],
    )
    assert ran.table("other", "message_report").select("campaign_name", "sends").rows() == [
        ("(none)", 2)
    ]
    assert ran.table("email", "message_report")["sends"].sum() == shown


def test_what_is_of_one_campaign_is_not_told(tmp_path: Path) -> None:
    """Sends may name the campaign of their message, or none; a dispatch gives its messages its."""
    ran = publish(
        tmp_path,
        campaigns=b"campaign_id,name,channel\na,A,email\nb,B,email\n",
        dispatches=b"dispatch_id,name,campaign_id\nd,D,a\n",
        messages=b"message_id,name,dispatch_id,campaign_id\nm1,One,d,a\nm2,Two,d,b\n",
        sends=b"send_id,message_id,campaign_id,contact_id,status\n"
        b"1,m1,a,101,delivered\n2,m1,,102,delivered\n3,m2,,101,delivered\n4,,b,101,delivered\n",
    )
    assert [one for one in ran.warnings if one.code == "several_campaigns"] == []
    got = ran.table("email", "dispatch_report").select("dispatch_id", "campaign_id", "sends")
    assert got.rows() == [("b", "b", 1), ("d", "a", 3)]
