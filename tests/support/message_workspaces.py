"""Workspaces of a few contacts, sends and events, and their message reports."""

from pathlib import Path
from typing import Any

from tests.support import publishing
from tests.support.publishing import Rows
from tests.support.workspaces import Ran

PEOPLE = b"contact_id,email,updated_at\n101,Ann@x.io ,\n102,ANN@x.io,2026-01-01\n103,,\n"


def publish(tmp_path: Path, toml: str = "", **tables: Rows) -> Ran:
    """Run a workspace of three contacts, if no others are given, with one file a table."""
    return publishing.publish(tmp_path, toml, **{"contacts": PEOPLE, **tables})


def event(
    own: str, event_type: str, at: str = "2026-01-02T00:00:00Z", **more: object
) -> dict[str, Any]:
    return {"event_id": own, "event_type": event_type, "occurred_at": at, **more}


def channels(ran: Ran) -> set[str]:
    return {name.split("/")[0] for name in ran.tables() if name.endswith("message_report")}
