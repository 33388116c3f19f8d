"""`contact_journey`, a part for each slice of time: a task each, written where it has to be."""

import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate, groupby
from pathlib import Path

import polars as pl

from contracts.columns import Held, polars_schema
from contracts.facts.people.numbered_activities import JourneySteps, People
from contracts.manifest import Check
from contracts.reports.journeys import ContactJourney
from flows.cluster.workers import Workers, perform
from flows.kept.kept_reports import KeptReports
from flows.runtime.materialize import ROWS_A_BATCH, hold, scan_group, write_groups
from flows.steps.activities.write_activities import Activities
from flows.steps.people.journey_slices import KINDS, JourneySlice, Stretch, find_slices
from flows.storage.report_files import ROWS_A_ROW_GROUP, write_pieces
from flows.storage.workspace_files import remove_tree
from transforms.activities.person_numbers import find_group
from transforms.people.journeys import build_journey, order_steps, set_out_steps, show_messages

GROUP, NAME = "people", "contact_journey"
PARTS_A_TURN = 32
"""About how many parts of large slices lie cut on the disk at a time."""


@dataclass(frozen=True)
class JourneyParts:
    """What a part of the journeys is made from.

    Attributes:
        scratch: A folder beside it, for parts that are not whole yet.
    """

    activities: Activities
    timezone: str
    staging: Path
    scratch: Path

    def find_cut(self, one: JourneySlice) -> Path:
        """Where the rows of a large slice lie in its groups."""
        return self.scratch / f"slice-{one.name}"


Part = tuple[str, tuple[JourneySlice, int]]
"""A part's path in the snapshot, without suffix, its slice, and which group of contacts of it."""


def write_journeys(
    of: JourneyParts, reports: KeptReports, workers: Workers, on_part: Callable[[int, int], None]
) -> list[Check]:
    """Have every part in the snapshot.

    A large table is cut by time and, where a day is large, by contacts. Each part is in the order
    of the table's key, and so are a contact's steps over the parts in the order of their names.

    Args:
        reports: Links those in whose time nothing changed.
        on_part: Told after each part how many of how many are written.
    """
    parts = {
        f"{GROUP}/{NAME}/{_name_part(one, group)}": (one, group)
        for one in find_slices(of.activities, of.timezone)
        for group in range(one.groups)
    }
    inputs = {path: [one.identity] for path, (one, _) in parts.items()}

    def write(asked: list[str]) -> dict[str, list[Check]]:
        written: dict[str, list[Check]] = {}
        on_part(0, len(asked))

        def take(part: tuple[str, list[Check]]) -> None:
            path, checks = part
            written[path] = checks
            on_part(len(written), len(asked))

        for turn in _list_turns([(path, parts[path]) for path in asked]):
            large = {one.name: one for _, (one, _) in turn if one.is_large}
            if large:
                perform(workers, cut_slice, of, large.values())
            perform(workers, write_part, of, turn, take)
            for one in large.values():
                remove_tree(of.find_cut(one))
        return written

    return reports.parts(inputs, write)


def _list_turns(parts: list[Part]) -> list[list[Part]]:
    """Parts that are written after each other: those of small slices, then some large ones each.

    What large ones are cut into takes room on the disk until they are written.
    """
    small = [part for part in parts if not part[1][0].is_large]
    turns: list[list[Part]] = [small]
    for one, own in groupby(parts, key=lambda part: part[1][0]):
        if not one.is_large:
            continue
        if turns[-1] is small or len(turns[-1]) >= PARTS_A_TURN:
            turns.append([])
        turns[-1] += own
    return [turn for turn in turns if turn]


def cut_slice(of: JourneyParts, one: JourneySlice) -> None:
    """Cut the rows of a large slice into its groups of contacts: each then reads its own alone."""
    draft, folder = of.scratch / secrets.token_hex(8), of.find_cut(one)
    group = find_group(pl.col(People.contact_key), one.groups)
    for kind, stretches in one.stretches.items():
        some = _batch_stretches(stretches)
        rows = (_scan_stretches(of.activities, kind, each) for each in some)
        write_groups(rows, group, one.groups, draft / kind)
    if folder.exists():  # another attempt was first
        remove_tree(draft)
    else:
        draft.rename(folder)


def write_part(of: JourneyParts, part: Part) -> tuple[str, list[Check]]:
    """Write one part, under its name only when it is whole.

    Returns:
        Its path, and what was checked.
    """
    path, (one, group) = part
    draft, name = of.scratch / secrets.token_hex(8), _name_part(one, group)
    checks = write_pieces(draft, GROUP, NAME, _build(of, one, group), part=name)
    target = of.staging / f"{path}.parquet"
    target.parent.mkdir(parents=True, exist_ok=True)
    (draft / f"{path}.parquet").replace(target)
    return path, checks


def _build(of: JourneyParts, one: JourneySlice, group: int) -> Iterator[Held[ContactJourney]]:
    """The journeys of a slice and group, in pieces: with all its texts each is held alone."""
    steps = _hold_steps(of, one, group)
    order = order_steps(steps).collect(engine="in-memory")
    people, messages = of.activities.people, show_messages(of.activities.messages)
    for places in order.iter_slices(ROWS_A_ROW_GROUP):
        piece = build_journey(steps, places, people, messages)
        yield piece.collect(engine="in-memory")
        del piece


def _hold_steps(of: JourneyParts, one: JourneySlice, group: int) -> Held[JourneySteps]:
    """`JourneySteps` of a slice and group; what they are made of is held no longer than that."""
    rows = pl.collect_all([_scan(of, one, group, kind) for kind in KINDS])
    # Keys of several chunks would be looked up chunk by chunk, in thrice the time.
    keyed = (each.with_columns(each.get_column(People.contact_key).rechunk()) for each in rows)
    numbered = (
        of.activities.number(kind, each.lazy()) for kind, each in zip(KINDS, keyed, strict=True)
    )
    steps = set_out_steps(*numbered, of.activities.messages, of.timezone)
    return hold(steps, JourneySteps).collect()


def _scan(of: JourneyParts, one: JourneySlice, group: int, kind: str) -> pl.LazyFrame:
    if one.is_large:
        schema = polars_schema(of.activities.pieces[kind].kind.table)
        return scan_group(of.find_cut(one) / kind, schema, group)
    return _scan_stretches(of.activities, kind, one.stretches.get(kind, ()))


def _batch_stretches(stretches: list[Stretch]) -> Iterator[list[Stretch]]:
    """Stretches, about as many rows of them together as are cut at a time.

    Of a day with millions of events in all pieces Polars would read most ahead: 3 GB of 10 million.
    """
    ends = accumulate(rows for *_, rows in stretches)
    ended = zip(stretches, ends, strict=True)
    for _, some in groupby(ended, key=lambda one: one[1] // ROWS_A_BATCH):
        yield [stretch for stretch, _ in some]


def _scan_stretches(
    activities: Activities, kind: str, stretches: Iterable[Stretch]
) -> pl.LazyFrame:
    rows = activities.pieces[kind].scan_stretches(stretches)
    return rows.filter(pl.col(People.contact_key).is_not_null())


def _name_part(one: JourneySlice, group: int) -> str:
    name = f"part-{one.name}"
    return f"{name}-{group:04}" if one.groups > 1 else name
