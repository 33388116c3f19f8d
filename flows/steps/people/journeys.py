"""`contact_journey`, one part for each range of people: a task each, written where it has to be."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from contracts.facts.numbered_activities import JourneySteps
from contracts.manifest import Check
from flows.cluster.workers import Workers, perform
from flows.kept.kept_steps import KeptSteps
from flows.runtime.materialize import materialize
from flows.steps.people.activities import Activities
from flows.storage.report_files import write_table
from transforms.people.journeys import build_journey, set_out_steps

GROUP, NAME = "people", "contact_journey"
KINDS = ("sends", "events", "sessions", "orders")


@dataclass(frozen=True)
class JourneyParts:
    """What a part of the journeys is made from.

    Attributes:
        activities: What people did.
        timezone: The reporting time zone.
        staging: The snapshot being written.
        scratch: A folder beside it, for parts that are not whole yet.
    """

    activities: Activities
    timezone: str
    staging: Path
    scratch: Path


def write_journeys(
    of: JourneyParts,
    kept: KeptSteps,
    workers: Workers,
    on_part: Callable[[int, int], None],
) -> list[Check]:
    """Have every part in the snapshot: together in the order of the table's key.

    Args:
        of: What they are made from.
        kept: Links those whose people did nothing new.
        workers: What carries the others out.
        on_part: Told after each part how many of how many are written.
    """
    activities = of.activities
    parts = {f"{GROUP}/{NAME}/{_name_part(group)}": group for group in range(activities.groups)}
    inputs = {path: [activities.identity(group), of.timezone] for path, group in parts.items()}

    def write(asked: list[str]) -> dict[str, list[Check]]:
        written: dict[str, list[Check]] = {}
        on_part(0, len(asked))
        for path, checks in perform(workers, write_part, of, [(one, parts[one]) for one in asked]):
            written[path] = checks
            on_part(len(written), len(asked))
        return written

    return kept.parts(inputs, write)


def write_part(of: JourneyParts, part: tuple[str, int]) -> tuple[str, list[Check]]:
    """Write one part, under its name only when it is whole.

    Args:
        of: What it is made from.
        part: Its path in the snapshot, without suffix, and its range of people.

    Returns:
        Its path, and what was checked.
    """
    path, group = part
    people, messages = of.activities.list_people(group), of.activities.messages.lazy()
    rows = (of.activities.scan_numbered(kind, group) for kind in KINDS)
    steps = materialize(set_out_steps(*rows, messages, of.timezone), JourneySteps)
    journey = build_journey(steps, people, messages).collect()
    draft = of.scratch / secrets.token_hex(8)
    checks = write_table(draft, GROUP, NAME, journey, part=_name_part(group))
    target = of.staging / f"{path}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    (draft / f"{path}.parquet").replace(target)
    return path, checks


def _name_part(group: int) -> str:
    return f"part-{group:04}"
