"""The events that other flows and people are woken by: names, resources and what they carry."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from prefect.events import emit_event

from contracts.manifest import AttemptEnd
from flows.announcements.prefect_keys import in_key
from flows.announcements.run_summary import RunSummary
from flows.remote.place_names import name_places

PUBLISHED = "campaign-reports.published"
REFUSED = "campaign-reports.refused"


def announce_published(summary: RunSummary) -> None:
    """A workspace has a new snapshot."""
    manifest = summary.manifest
    told = {
        "finished_at": manifest.finished_at,
        "snapshot": name_places(str(summary.snapshot.absolute())),
        "tables": summary.tables,
        "files": summary.files,
        "rows": summary.counts,
        "changes": summary.changes.height,
        "warnings": dict(Counter(one.code for one in manifest.warnings)),
    }
    _emit(PUBLISHED, summary.root, manifest.run_id, told)


def announce_refused(root: Path, end: AttemptEnd) -> None:
    """A run published nothing, because the data forbade it."""
    told = end.model_dump(include={"finished_at", "exit_code", "message", "hint"})
    _emit(REFUSED, root, end.run_id, told)


def _emit(event: str, root: Path, run_id: str, told: Mapping[str, object]) -> None:
    """Tell Prefect of a run of a workspace.

    Args:
        told: What automations can use of it; JSON, no personal data.
    """
    name, path = root.absolute().name, name_places(str(root.absolute()))
    resource = {
        "prefect.resource.id": f"campaign-reports.workspace.{in_key(name)}",
        "prefect.resource.name": name,
    }
    payload = {"workspace": name, "path": path, "run_id": run_id, **told}
    emit_event(event, resource=resource, payload=payload)
