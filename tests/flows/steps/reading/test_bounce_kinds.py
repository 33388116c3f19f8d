"""Bounces whose kind is neither hard nor soft (SPEC §4.2, §6.1)."""

from pathlib import Path

from tests.support.workspaces import feed, read_files

EVENTS = b"""event_type,occurred_at,contact_id,subtype
email_bounced,2026-03-05T09:00:00Z,1,Permanent
email_bounced,2026-03-05T09:00:00Z,2,Permanent
email_bounced,2026-03-05T09:00:00Z,3,no user ann@x.io here
email_bounced,2026-03-05T09:00:00Z,4, Hard
email_bounced,2026-03-05T09:00:00Z,5,
email_opened,2026-03-05T09:00:00Z,5,html
"""
FEEDS = feed("contacts", "raw/c.csv") + feed("events", "raw/e.csv")


def test_bounces_of_another_kind_are_told_with_what_reads_them(tmp_path: Path) -> None:
    """Two of a word of the provider's, one with a sentence, which the message does not repeat."""
    files = {"raw/c.csv": b"contact_id\n1\n", "raw/e.csv": EVENTS}
    read = read_files(tmp_path / "1", FEEDS, files)
    [told] = [one for one in read.warnings if one.code == "bounce_kind_unknown"]
    assert told.count == 3
    assert "('Permanent')" in told.message
    assert "ann" not in told.message
    mended = FEEDS + 'values = { subtype = { Permanent = "hard", "no*" = "soft" } }\n'
    read = read_files(tmp_path / "2", mended, files)
    assert not [one for one in read.warnings if one.code == "bounce_kind_unknown"]
