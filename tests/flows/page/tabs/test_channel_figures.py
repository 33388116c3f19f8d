"""A channel shows the figures that it can have."""

from pathlib import Path

import pytest

from contracts.reports.messaging import MessageReport as M
from flows.page.snapshot_tables import SnapshotTables
from flows.page.tabs.campaigns_tab import build_campaigns_tab
from flows.page.tabs.channel_specs import find_impossible
from flows.page.tabs.channel_tab import build_channel_tab
from tests.support.publishing import publish

CHANNELS = ("sms", "direct_mail", "whatsapp", "email")
REPLY = {"event_type": "whatsapp_replied", "occurred_at": "2026-01-02T00:00:00Z", "contact_id": "c"}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> SnapshotTables:
    """One send in each of four channels, and a reply in the one of the user's own."""
    ran = publish(
        tmp_path_factory.mktemp("figures"),
        '[workspace]\nchannels = ["whatsapp"]\n',
        contacts=[{"contact_id": "c"}],
        messages=[{"message_id": one, "name": one, "channel": one} for one in CHANNELS],
        sends=[
            {"send_id": one, "message_id": one, "contact_id": "c", "status": "delivered"}
            | {"sent_at": "2026-01-01T00:00:00Z"}
            for one in CHANNELS
        ],
        events=[REPLY | {"send_id": "whatsapp"}],
    )
    return SnapshotTables(ran.folder, None, "W", "UTC", "USD")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("channel", "possible"),
    [
        ("sms", {M.clicks, M.replies, M.failed, M.unsubscribes}),
        ("direct_mail", set()),
        ("whatsapp", {M.replies}),
        ("email", {M.opens, M.clicks, M.bounced, M.unsubscribes, M.complaints}),
    ],
)
def test_only_what_a_channel_or_its_messages_have_is_possible(
    published: SnapshotTables, channel: str, possible: set[str]
) -> None:
    every = {M.opens, M.clicks, M.replies, M.failed, M.bounced, M.unsubscribes, M.complaints}
    assert every - find_impossible(published, channel) == possible


def test_a_tab_is_silent_of_what_cannot_be(published: SnapshotTables) -> None:
    blocks = build_channel_tab(published, "direct_mail", []).blocks
    titles = {column.title for block in blocks for view in block.tables for column in view.columns}
    assert {"Sends", "Delivered"} <= titles
    assert not {"Opens", "Opened", "Clicks", "By people", "Replies", "Bounced"} & titles


def test_a_letter_that_came_back_is_told(tmp_path: Path) -> None:
    """What a feed has is shown, even where the channel has no such interaction."""
    ran = publish(
        tmp_path,
        contacts=[{"contact_id": "c"}],
        messages=[{"message_id": "m", "name": "m", "channel": "direct_mail"}],
        sends=[{"send_id": "s", "message_id": "m", "contact_id": "c", "status": "bounced"}],
    )
    published = SnapshotTables(ran.folder, None, "W", "UTC", "USD")  # type: ignore[arg-type]
    assert M.bounced not in find_impossible(published, "direct_mail")


def test_campaigns_have_no_figure_that_their_channel_cannot_have(
    published: SnapshotTables,
) -> None:
    block = build_campaigns_tab(published).blocks[-1]
    titles = [column.title for column in block.tables[0].columns]
    opens, clicks = titles.index("Opens by people"), titles.index("Clicks by people")
    shown = {
        row.cells[1].text: (row.cells[opens].text, row.cells[clicks].text)
        for row in block.tables[0].rows
    }
    none = "\N{EN DASH}"
    assert shown == {
        "email": ("0", "0"),
        "sms": (none, "0"),
        "whatsapp": (none, none),
        "direct_mail": (none, none),
    }
