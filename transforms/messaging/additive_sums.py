"""Sums over sends: they add up over any split of the sends, and what some sends gave comes off."""

from dataclasses import dataclass

import polars as pl

from contracts.columns import Table, columns, key, polars_schema
from contracts.facts.messaging.send_facts import UnclearRows
from contracts.facts.messaging.send_sums import (
    ContactBases,
    DomainBases,
    MessageDays,
    MessageLinks,
    SaidDelivered,
    SegmentBases,
)

IS_LOST = "is lost"
SIGN = "sign"
KEPT, GONE, COME = "kept", "gone", "come"


@dataclass(frozen=True)
class AdditiveSums:
    """How the rows of one key of a table add up.

    Every send or event that gives a row counts in at least one of the counts: where all of them
    are zero, nothing gives the row.

    Attributes:
        first: Its instants of which the first counts; of the others, the last.
    """

    table: type[Table]
    first: tuple[str, ...] = ()

    @property
    def counts(self) -> list[str]:
        """The columns that are added."""
        return [name for name, dtype in polars_schema(self.table).items() if dtype == pl.Int64]

    @property
    def last(self) -> list[str]:
        """The instants of which the last counts."""
        others = {*key(self.table), *self.counts, *self.first}
        return [name for name in columns(self.table) if name not in others]


SUMS = {
    "days": AdditiveSums(MessageDays, first=(MessageDays.first_sent_at,)),
    "links": AdditiveSums(MessageLinks, first=(MessageLinks.first_clicked_at,)),
    "segments": AdditiveSums(SegmentBases),
    "contacts": AdditiveSums(
        ContactBases, first=(ContactBases.unsubscribed_at, ContactBases.complained_at)
    ),
    "domains": AdditiveSums(DomainBases),
    "said": AdditiveSums(SaidDelivered),
    "unclear": AdditiveSums(UnclearRows),
}
"""What is kept of the facts, by its name."""


def add_up(parts: pl.LazyFrame, sums: AdditiveSums) -> pl.LazyFrame:
    """Add what several parts of the sends give."""
    return (
        parts.group_by(key(sums.table))
        .agg(
            pl.col(sums.counts).sum().cast(pl.Int64),
            *(pl.col(name).min() for name in sums.first),
            *(pl.col(name).max() for name in sums.last),
        )
        .select(columns(sums.table))
    )


def restate(
    kept: pl.LazyFrame, gone: pl.LazyFrame, come: pl.LazyFrame, sums: AdditiveSums
) -> pl.LazyFrame:
    """Take off what some sends gave, and add what they give now.

    Args:
        kept: The sums over all sends, of the keys alone that `gone` or `come` bear.
        gone: What some sends gave.
        come: What these, and new ones, give now.
        sums: How the rows add up.

    Returns:
        The sums over all sends as they are now, and whether the row `is lost`: an instant was that
        of a send which gives it no more, and only all sends of the key can tell the next.
    """
    parts = {KEPT: (kept, 1), GONE: (gone, -1), COME: (come, 1)}
    rows = pl.concat(
        [
            part.with_columns(pl.lit(sign, pl.Int64).alias(SIGN), pl.lit(name).alias("part"))
            for name, (part, sign) in parts.items()
        ]
    )

    def of(name: str, part: str) -> pl.Expr:
        own = pl.col(name).filter(pl.col("part") == part)
        return own.min() if name in sums.first else own.max()

    instants = [*sums.first, *sums.last]
    is_left = pl.any_horizontal(pl.col(name) != 0 for name in sums.counts)
    return (
        rows.group_by(key(sums.table))
        .agg(
            (pl.col(sums.counts) * pl.col(SIGN)).sum(),
            *(of(name, part).alias(f"{part} {name}") for name in instants for part in parts),
        )
        .filter(is_left)
        .with_columns(
            pl.any_horizontal(
                pl.lit(value=False), *(_is_lost(name, name in sums.first) for name in instants)
            ).alias(IS_LOST),
            *(
                pl.min_horizontal(f"{KEPT} {name}", f"{COME} {name}").alias(name)
                if name in sums.first
                else pl.max_horizontal(f"{KEPT} {name}", f"{COME} {name}").alias(name)
                for name in instants
            ),
        )
        .select(*columns(sums.table), IS_LOST)
    )


def _is_lost(name: str, is_first: bool) -> pl.Expr:  # noqa: FBT001 - told apart by its caller alone
    kept, gone, come = (pl.col(f"{part} {name}") for part in (KEPT, GONE, COME))
    stands = come <= gone if is_first else come >= gone
    return ((kept == gone) & ~stands.fill_null(value=False)).fill_null(value=False)
