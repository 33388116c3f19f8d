"""The events that other flows and people are woken by: names, resources and what they carry."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from contracts.manifest import AttemptEnd
from flows.announcements.prefect_keys import in_key
from flows.announcements.run_summary import RunSummary
from flows.remote.place_names import name_places

PUBLISHED = "campaign-reports.published"
REFUSED = "campaign-reports.refused"


@dataclass(frozen=True)
class RunEvent:
    """What is told of a run.

    Attributes:
        resource: The workspace that it is about.
        payload: What automations can use of it; JSON, no personal data.
    """

    name: str
    resource: dict[str, str]
    payload: dict[str, object]


def announce_published(summary: RunSummary) -> RunEvent:
    """A workspace has a new snapshot."""
    manifest = summary.manifest
    payload = {
        **_name_run(summary.root, manifest.run_id),
        "finished_at": manifest.finished_at,
        "snapshot": name_places(str(summary.snapshot.absolute())),
        "tables": summary.tables,
        "files": summary.files,
        "rows": summary.counts,
        "changes": summary.changes.height,
        "warnings": dict(Counter(one.code for one in manifest.warnings)),
    }
    return RunEvent(PUBLISHED, _name_resource(summary.root), payload)


def announce_refused(root: Path, end: AttemptEnd) -> RunEvent:
    """A run published nothing, because the data forbade it."""
    payload = {
        **_name_run(root, end.run_id),
        "finished_at": end.finished_at,
        "exit_code": end.exit_code,
        "message": end.message,
        "hint": end.hint,
    }
    return RunEvent(REFUSED, _name_resource(root), payload)


def _name_run(root: Path, run_id: str) -> dict[str, object]:
    return {
        "workspace": root.absolute().name,
        "path": name_places(str(root.absolute())),
        "run_id": run_id,
    }


def _name_resource(root: Path) -> dict[str, str]:
    """The workspace as Prefect calls what events are about."""
    name = root.absolute().name
    return {
        "prefect.resource.id": f"campaign-reports.workspace.{in_key(name)}",
        "prefect.resource.name": name,
    }
