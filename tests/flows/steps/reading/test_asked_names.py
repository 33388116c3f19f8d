"""Names in questions must exist: the nearest is told before anything is published."""

from pathlib import Path

import pytest

from flows.config.loading import load_workspace
from flows.steps.reading.asked_names import find_unknown_names
from flows.steps.reading.refusals import find_refusal
from tests.support.workspaces import feed, read_workspace, write_workspace

FEEDS = "".join(
    feed(table, f"raw/{table}.csv")
    for table in ("contacts", "events", "campaigns", "messages", "segments")
)
FILES = {
    "raw/contacts.csv": b"contact_id\n1\n",
    "raw/events.csv": b"event_type,occurred_at,contact_id,message_id\n"
    b"email_opened,2026-01-01,1,m1\nstore_visit,2026-01-02,1,m9\n",
    "raw/campaigns.csv": b"campaign_id,name\nc1,Spring sale\n",
    "raw/messages.csv": b"message_id,name\nm1,Hello\n",
    "raw/segments.csv": b"segment_id,name\ns1,VIP\n",
}


def problem(place: Path, toml: str) -> str:
    root = write_workspace(place / "ws", FEEDS + toml, FILES)
    read = read_workspace(root, place / "ledger")
    found = find_refusal(read, load_workspace(root, environ={}).config)
    assert found is None or found.exit_code == 2
    return str(found or "")


@pytest.mark.parametrize(
    "asked",
    [
        'performed = "email_opened"',
        'performed = "store_visit"',
        'never = "email_unsubscribed"',
        'campaign = "c1"',
        'campaign = "Spring sale"',
        'message = "m9"',
        'segment = "VIP"',
        'from = "2026-01-01"\nto = "2026-01-01"',
    ],
)
def test_what_a_feed_or_the_vocabulary_knows_may_be_asked(tmp_path: Path, asked: str) -> None:
    assert problem(tmp_path, f'[[audiences]]\nname = "a"\n{asked}\n') == ""


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (
            'performed = "email_open"',
            "audiences[0].performed: no feed and no vocabulary knows the ",
        ),
        ('never = "email_unsubscribe"', "did you mean 'email_unsubscribed'?"),
        ('campaign = "Spring sales"', "the campaign 'Spring sales'; did you mean 'Spring sale'?"),
        ('message = "Helo"', "did you mean 'Hello'?"),
        ('segment = "VIPs"', "did you mean 'VIP'?"),
        ('subscribed = "emial"', "did you mean 'email'?"),
        ('from = "2026-01-02"\nto = "2026-01-01"', "2026-01-02 is after to = 2026-01-01"),
        ('from = "soon"', "audiences[0].from: 'soon' is neither a date"),
    ],
)
def test_what_nothing_knows_is_an_error_with_the_nearest(
    tmp_path: Path, asked: str, says: str
) -> None:
    """`never = "email_unsubscribe"` returned the unsubscribed."""
    assert says in problem(tmp_path, f'[[audiences]]\nname = "a"\n{asked}\n')


def test_a_touch_of_an_unknown_event_type_is_an_error(tmp_path: Path) -> None:
    said = problem(tmp_path, '[attribution]\ntouch_events = ["store_visits"]\n')
    assert "attribution.touch_events[0]" in said
    assert "did you mean 'store_visit'?" in said


def test_a_look_back_of_an_unknown_channel_is_an_error(tmp_path: Path) -> None:
    """It was passed over, so that the channel's touches counted as long as all others."""
    named = '{ emial = 24, email = 24, ads = 24, "paid search" = 24 }'
    said = problem(tmp_path, f"[attribution]\nlookback_hours = {named}\n")
    assert said.endswith(
        "attribution.lookback_hours.emial: no feed and no vocabulary knows the channel of "
        "touches 'emial'; did you mean 'email'?"
    )


def test_a_command_s_question_is_told_with_its_option(tmp_path: Path) -> None:
    root = write_workspace(tmp_path / "ws", FEEDS, FILES)
    loaded = load_workspace(root, environ={})
    read = read_workspace(root, tmp_path / "ledger")
    asked = loaded.config.model_validate(
        {"audiences": [{"name": "a", "performed": "email_click"}]}
    ).audiences
    found = find_unknown_names(read.catalog, loaded.config, asked)
    assert "--performed: no feed" in str(found)
    assert str(found).startswith("nobody was selected:")
    assert "did you mean 'email_clicked'?" in str(found)
