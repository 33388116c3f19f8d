"""Journeys in slices of time: which activities lie in each, and what decides what is told there."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.people.described_activities import LinkNames
from contracts.facts.people.journey_slices import (
    PieceDays,
    SliceContents,
    SliceDays,
    SliceStretches,
    SubjectContents,
)
from contracts.facts.people.numbered_activities import NumberedMessages
from flows.kept.identities import identify
from flows.runtime.materialize import materialize
from flows.steps.activities.write_activities import Activities
from transforms.activities.activity_extracts import hash_subjects
from transforms.people.journey_slices import (
    UNDATED,
    list_stretches,
    name_slices,
    place_undated,
    sum_contents,
)
from transforms.people.journeys import SHOWN_OF_MESSAGE

ROWS_A_SLICE = 1_000_000
"""How many steps of journeys are written together at most, where they are of several days."""
KINDS = ("sends", "events", "sessions", "orders")
SHOWN_OF_LINK = [
    LinkNames.platform,
    LinkNames.campaign_id,
    LinkNames.campaign_name,
    LinkNames.ad_id,
    LinkNames.ad_name,
]
"""What a journey shows of the link of a session."""
Stretch = tuple[int, int, int]
"""Of which piece of activities, from which row on, and how many rows."""


@dataclass(frozen=True)
class JourneySlice:
    """The steps of journeys in a stretch of time.

    Attributes:
        name: Names of slices sort in the order of time.
        stretches: Kind of activities -> where its rows lie.
    """

    name: str
    identity: str
    steps: int
    stretches: Mapping[str, list[Stretch]]

    @property
    def groups(self) -> int:
        """Into how many groups of contacts it is cut."""
        return 1 << max(0, (self.steps - 1) // ROWS_A_SLICE).bit_length()

    @property
    def is_large(self) -> bool:
        """Whether it is cut once, and then read group by group."""
        return self.groups > 1


def find_slices(activities: Activities, timezone: str) -> list[JourneySlice]:
    """Cut journeys by time, in its order; at least one slice.

    What a slice is, is what its days are, and the names of the messages and links that their rows
    are about: it says nothing of pieces, which later files may cut otherwise, nor of other people.
    """
    messages = activities.messages.lazy()
    none = pl.DataFrame(schema=polars_schema(PieceDays))
    placed = pl.concat([none, *_list_days(activities)]).lazy()
    days = materialize(place_undated(placed, messages, timezone), PieceDays)
    slices = materialize(name_slices(days, ROWS_A_SLICE), SliceDays)
    names = activities.link_names.lazy()
    subjects = pl.concat(
        [
            hash_subjects(messages, NumberedMessages.message_key, SHOWN_OF_MESSAGE),
            hash_subjects(names, LinkNames.link_key, SHOWN_OF_LINK),
        ]
    )
    contents = materialize(
        sum_contents(days, slices, materialize(subjects, SubjectContents)), SliceContents
    ).collect()
    found = materialize(list_stretches(days, slices), SliceStretches).collect()
    stretches = found.partition_by(SliceStretches.slice, as_dict=True)
    told = contents.partition_by(SliceContents.slice, as_dict=True)
    cut = [
        JourneySlice(
            name,
            identify(activities.has_bare, timezone, own.rows()),
            own.select(pl.col(SliceContents.steps).sum()).item(),
            _list_by_kind(stretches[(name,)]),
        )
        for (name,), own in sorted(told.items())
    ]
    return cut or [JourneySlice(UNDATED, identify(), 0, {})]


def _list_days(activities: Activities) -> Iterator[pl.DataFrame]:
    """The days of every piece (`PieceDays`), one piece below the other."""
    rows = pl.col(PieceDays.rows)
    for kind in KINDS:
        for piece, days in enumerate(activities.pieces[kind].read_days()):
            yield days.with_columns(
                pl.lit(kind).alias(PieceDays.kind),
                pl.lit(piece, pl.UInt32).alias(PieceDays.piece),
                (rows.cum_sum() - rows).alias(PieceDays.first),
            )


def _list_by_kind(stretches: pl.DataFrame) -> dict[str, list[Stretch]]:
    by_kind: dict[str, list[Stretch]] = {}
    columns = (SliceStretches.kind, SliceStretches.piece, SliceStretches.first, SliceStretches.rows)
    for kind, *stretch in stretches.select(columns).rows():
        by_kind.setdefault(kind, []).append(tuple(stretch))
    return by_kind
