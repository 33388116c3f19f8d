"""A channel's campaigns open into dispatches, messages and links; best and worst messages."""

from pathlib import Path

import pytest

from flows.page.snapshot_tables import SnapshotTables
from flows.page.tabs.best_and_worst import list_best_and_worst
from flows.page.tabs.channel_tab import list_campaigns
from flows.page.views import Rows
from tests.support.pages import draw
from tests.support.publishing import publish
from tests.support.workspaces import Ran

MESSAGES = [("d1", "m11", "A"), ("d1", "m12", "B"), ("d2", "m21", None)]
CLICKS = {"m11": 5, "m12": 15, "m21": 10}


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Ran:
    """A campaign of two dispatches, the first with two variants; one without any of these."""
    sends = [
        {"send_id": f"{message}-{n}", "message_id": message, "contact_id": f"c{n}"}
        | {"status": "delivered", "sent_at": "2026-01-01T00:00:00Z"}
        for _, message, _ in MESSAGES
        for n in range(20)
    ]
    alone = {"send_id": "s", "campaign_id": "lone", "contact_id": "c1", "status": "sent"}
    clicks = [
        {"event_type": "email_clicked", "send_id": f"{message}-{n}", "contact_id": f"c{n}"}
        | {"occurred_at": "2026-01-02T00:00:00Z", "url": f"https://x.io/{n % 2}"}
        for message, many in CLICKS.items()
        for n in range(many)
    ]
    return publish(
        tmp_path_factory.mktemp("channel"),
        contacts=[{"contact_id": f"c{n}"} for n in range(20)],
        campaigns=[
            {"campaign_id": "c", "name": "Winter", "channel": "email"},
            {"campaign_id": "lone", "name": "Lone", "channel": "email"},
        ],
        dispatches=[
            {"dispatch_id": one, "name": one.upper(), "campaign_id": "c"} for one in ("d1", "d2")
        ],
        messages=[
            {"message_id": message, "name": message.upper(), "dispatch_id": dispatch}
            | {"variant": variant, "channel": "email"}
            for dispatch, message, variant in MESSAGES
        ],
        sends=[*sends, alone],
        events=clicks,
    )


@pytest.fixture(scope="module")
def published(ran: Ran) -> SnapshotTables:
    manifest = draw(ran)
    return SnapshotTables(manifest.parent, None, "W", "UTC", "USD")  # type: ignore[arg-type]


def outline(rows: tuple[Rows, ...]) -> list[object]:
    """Names and levels, each followed by what is below it."""
    return [
        part
        for row in rows
        for part in (
            " | ".join(cell.text for cell in row.cells[:2]),
            *([outline(row.finer)] if row.finer else []),
        )
    ]


def test_a_campaign_opens_down_to_its_links(published: SnapshotTables) -> None:
    view = list_campaigns(published, "email")
    assert view is not None
    links = ["https://x.io/0 | link", "https://x.io/1 | link"]
    assert outline(view.rows) == [
        "Winter | \N{EN DASH}",
        [
            "D1 | dispatch of 2026-01-01",
            ["M11 | message, variant A", links, "M12 | message, variant B", links],
            "D2 | dispatch of 2026-01-01",
            ["M21 | message", links],
        ],
        "Lone | \N{EN DASH}",
    ]


def test_what_is_not_shown_is_counted(tmp_path: Path) -> None:
    """Of nine dispatches six are shown with the greatest limit of rows, and two with the least."""
    ran = publish(
        tmp_path,
        contacts=[{"contact_id": "c1"}],
        campaigns=[{"campaign_id": "c", "name": "Winter", "channel": "email"}],
        dispatches=[
            {"dispatch_id": f"d{n}", "name": f"D{n}", "campaign_id": "c"} for n in range(9)
        ],
        messages=[
            {"message_id": f"m{n}", "dispatch_id": f"d{n}", "name": f"M{n}"} for n in range(9)
        ],
        sends=[{"send_id": "s", "message_id": "m0", "contact_id": "c1", "status": "sent"}],
    )
    published = SnapshotTables(ran.folder, None, "W", "UTC", "USD")  # type: ignore[arg-type]
    view = list_campaigns(published, "email")
    assert view is not None
    [campaign] = view.rows
    more = "\N{HORIZONTAL ELLIPSIS} and {} more in email/dispatch_report"

    def shown(limit: int) -> list[str]:
        return [row.cells[0].text for row in campaign.finer if row.least <= limit <= row.most]

    assert shown(50) == ["D0", "D1", "D2", "D3", "D4", "D5", more.format(3)]
    assert shown(25) == ["D0", "D1", "D2", more.format(6)]
    assert shown(1) == ["D0", "D1", more.format(7)]


def test_best_and_worst_messages_by_clicks_of_people(published: SnapshotTables) -> None:
    view = list_best_and_worst(published, "email")
    assert view is not None
    assert outline(view.rows) == ["Best 1 | M12", "Worst 1 | M11"]


def test_messages_that_few_got_are_not_compared(tmp_path: Path) -> None:
    few = [
        {"send_id": f"{m}{n}", "message_id": m, "contact_id": "c", "status": "delivered"}
        for m in ("m1", "m2")
        for n in range(19)
    ]
    opened = {"event_type": "email_opened", "send_id": "m10", "occurred_at": "2026-01-01"}
    messages = [{"message_id": m, "name": m, "channel": "email"} for m in ("m1", "m2")]
    contacts = [{"contact_id": "c"}]
    ran = publish(tmp_path, contacts=contacts, messages=messages, sends=few, events=[opened])
    published = SnapshotTables(ran.folder, None, "W", "UTC", "USD")  # type: ignore[arg-type]
    assert list_best_and_worst(published, "email") is None
