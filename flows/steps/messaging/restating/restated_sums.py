"""The sums of a run before, less what some sends gave then, and with what they give now."""

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from contracts.columns import columns, key
from contracts.facts.messaging.send_sums import AssumedBases, ContactBases, MessageDays
from flows.runtime.materialize import write_whole
from flows.steps.messaging.fact_files import CONTACTS, FactFiles, find_part, name_part
from transforms.messaging.additive_sums import IS_LOST, SUMS, AdditiveSums, restate
from transforms.messaging.contact_sums import keep_assumable
from transforms.messaging.delivery_basis import find_assumed

BASIS = AssumedBases.basis_key
ByKind = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class RestatedRows:
    """The sums of one file, on their way from a run before to this one.

    Attributes:
        moved: Those that do not, and whether each `is lost`.
    """

    sums: AdditiveSums
    untouched: pl.LazyFrame
    moved: pl.DataFrame

    @classmethod
    def of(
        cls, kept: pl.LazyFrame, gone: pl.LazyFrame, come: pl.LazyFrame, sums: AdditiveSums
    ) -> "RestatedRows":
        """Take off what some sends gave, and add what they give now."""
        by = key(sums.table)
        changed = pl.concat([gone, come]).select(by).unique()
        untouched = kept.join(changed, on=by, how="anti", nulls_equal=True)
        touched = kept.join(changed, on=by, how="semi", nulls_equal=True)
        return cls(sums, untouched, restate(touched, gone, come, sums).collect())

    @property
    def lost(self) -> pl.DataFrame:
        """The keys of rows that only all of their sends can tell."""
        return self.moved.filter(IS_LOST).select(key(self.sums.table))

    @property
    def rows(self) -> pl.LazyFrame:
        """All rows; their counts are right, their instants may be lost."""
        names = columns(self.sums.table)
        return pl.concat([self.untouched.select(names), self.moved.lazy().select(names)])

    def is_told(self, exact: pl.LazyFrame) -> bool:
        """Whether all sends of the keys that were lost are among these sums."""
        told = self.lost.lazy().join(exact, on=self.lost.columns, how="semi", nulls_equal=True)
        return self.lost.is_empty() or told.collect().height == self.lost.height

    def settle(self, exact: pl.LazyFrame) -> pl.LazyFrame:
        """All rows, those that were lost as all of their sends tell them."""
        names, by = columns(self.sums.table), key(self.sums.table)
        known = self.moved.lazy().filter(~pl.col(IS_LOST)).select(names)
        told = exact.join(self.lost.lazy(), on=by, how="semi", nulls_equal=True).select(names)
        return pl.concat([self.untouched.select(names), known, told])


@dataclass(frozen=True)
class RestatedSums:
    """The sums of all files, on their way from a run before to this one.

    Attributes:
        assumed: The bases without delivery receipts as they are now: `AssumedBases`.
        is_assumed_otherwise: Whether a basis that had sends was one before, or is one now.
    """

    files: dict[str, RestatedRows]
    assumed: pl.LazyFrame
    is_assumed_otherwise: bool

    @classmethod
    def of(cls, base: FactFiles, gone: ByKind, come: ByKind) -> "RestatedSums":
        """Take off what some sends gave, and add what they give now."""
        files = {
            kind: RestatedRows.of(base.scan(kind), gone[kind], come[kind], sums)
            for kind, sums in SUMS.items()
            if kind != CONTACTS
        }
        days = base.scan("days")
        assumed = find_assumed(files["days"].rows, files["said"].rows).collect().lazy()
        had = days.filter(pl.col(MessageDays.sends) > 0).select(BASIS).unique()
        ours = assumed.join(had, on=BASIS, how="semi").collect()
        were = base.find_assumed().collect()
        differs = {*ours.to_series()} != {*were.to_series()}
        return cls(files | _restate_contacts(base, gone, come, assumed), assumed, differs)

    @property
    def lost_messages(self) -> pl.DataFrame:
        """The `message_key` of sums that only all sends of the message can tell."""
        key = MessageDays.message_key
        return pl.concat([self.files[kind].lost.select(key) for kind in ("days", "links")]).unique()

    @property
    def lost_contacts(self) -> pl.DataFrame:
        """The `contact_key` of sums that only all sends to the contact can tell."""
        lost = [
            rows.lost.select(ContactBases.contact_key)
            for rows in self.files.values()
            if rows.sums is SUMS[CONTACTS]
        ]
        return pl.concat(lost).unique()

    def is_told(self, exact: ByKind) -> bool:
        """Whether sums tell everything that was lost."""
        return all(rows.is_told(exact[kind_of_file(name)]) for name, rows in self.files.items())

    def write(self, facts: FactFiles, exact: ByKind) -> None:
        """Write the sums.

        Args:
            exact: All sums of the messages and contacts that were lost.
        """
        for name, rows in self.files.items():
            told = rows.settle(exact[kind_of_file(name)])
            write_whole(told.collect(), facts.folder / f"{name}.arrow")


def kind_of_file(file: str) -> str:
    """The kind of the sums in a file."""
    return file.partition("-")[0]


def _restate_contacts(
    base: FactFiles, gone: ByKind, come: ByKind, assumed: pl.LazyFrame
) -> dict[str, RestatedRows]:
    """Bring the sums by contact up to date, part of the contacts by part."""
    was, new = (keep_assumable(sums[CONTACTS], assumed).collect().lazy() for sums in (gone, come))
    parts = list(base.scan_contacts())
    restated = {}
    for part, kept in enumerate(parts):
        own = find_part(len(parts)) == part
        rows = RestatedRows.of(kept, was.filter(own), new.filter(own), SUMS[CONTACTS])
        restated[name_part(part)] = rows
    return restated
