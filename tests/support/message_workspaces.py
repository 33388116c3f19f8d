"""Workspaces of a few contacts, sends and events, and their message reports."""

from pathlib import Path
from typing import Any

from tests.support.workspaces import Ran, as_json_lines, feed, run_workspace, write_workspace

PEOPLE = b"contact_id,email,updated_at\n101,Ann@x.io ,\n102,ANN@x.io,2026-01-01\n103,,\n"


def publish(tmp_path: Path, toml: str = "", **tables: list[dict[str, Any]] | bytes) -> Ran:
    files = {
        f"raw/{table}/1.{'csv' if isinstance(rows, bytes) else 'jsonl'}": rows
        if isinstance(rows, bytes)
        else as_json_lines(rows)
        for table, rows in {"contacts": PEOPLE, **tables}.items()
    }
    toml += "".join(feed(table, f"raw/{table}/*") for table in ("contacts", *tables))
    return run_workspace(write_workspace(tmp_path / "ws", toml, files), tmp_path / "out")


def event(
    own: str, event_type: str, at: str = "2026-01-02T00:00:00Z", **more: object
) -> dict[str, Any]:
    return {"event_id": own, "event_type": event_type, "occurred_at": at, **more}


def row(ran: Ran, group: str, name: str, **key: object) -> dict[str, Any]:
    (found,) = [
        r for r in ran.table(group, name).to_dicts() if all(r[n] == cell for n, cell in key.items())
    ]
    return found


def channels(ran: Ran) -> set[str]:
    return {name.split("/")[0] for name in ran.tables() if name.endswith("message_report")}
