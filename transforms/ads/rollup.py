"""Rolling stats up: entities into groups, sums by number, and the texts of a report at the end."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import polars as pl

from contracts.facts.ad_facts import DailyStats
from transforms.ads.entities import DAY, ENTITY, HASHES, METRICS, EntityDays, agree, hash_texts
from transforms.common.settling import Settle

GROUP = "group"
"""The number of what is summed up together; groups are numbered in the order of their grain."""

VARIANTS = "variants"
DRESS = "dress"
PLACE = "place"
ORDER = "order"
OF_DAYS = 2**31
"""From here on, the numbers of texts that hold on one day."""


@dataclass(frozen=True)
class ReportRows:
    """A report in its order, whose texts are still to be gathered: part by part, if it is large.

    Attributes:
        rows: Its rows in numbers, to be worked out once.
        dress: Makes the report of some of its rows, in their order.
    """

    rows: pl.LazyFrame
    dress: Callable[[pl.LazyFrame], pl.LazyFrame]

    def whole(self) -> pl.LazyFrame:
        """The whole report."""
        return self.dress(self.rows)


@dataclass(frozen=True)
class Grouped:
    """Rows of days in numbers, and the texts of their groups.

    Attributes:
        rows: One row per group and day: `group`, the day, figures.
        texts: One row per group, or per group and day where a text varies (the day is null where
            none does): `group`, the day, texts.
    """

    rows: pl.LazyFrame
    texts: pl.LazyFrame


def roll_up(
    stats: EntityDays,
    grain: Sequence[str],
    settle: Settle,
    *,
    greatest: Sequence[str] = (),
    agreed: Sequence[str] = (),
    order: Sequence[pl.Expr] = (),
) -> Grouped:
    """Sum figures by the day and by what some texts of their entities say.

    Args:
        stats: Figures and entities.
        grain: The texts that tell one row of a day from another.
        settle: Holds the groups and the sums.
        greatest: Texts of which a row takes the one that sorts last.
        agreed: Texts that a row takes where all its entities have the same, else null.
        order: What the groups are sorted by, made of their grain; by it itself where not given.

    Returns:
        Figures, and attributes where they agree; grain, `order` and texts.
    """
    groups = number_groups([stats], grain, settle, order)
    members = find_members(stats, groups, grain, [*greatest, *agreed], settle)
    rows = (
        stats.days.join(members.select(ENTITY, GROUP), on=ENTITY, how="inner", validate="m:1")
        .group_by(GROUP, DAY)
        .agg(pl.sum(*METRICS), agree(DailyStats.attributes))
    )
    told = [pl.col(greatest).max(), *map(agree, agreed)]
    return Grouped(settle(rows), name_groups(groups, [(stats.days, members)], told, settle))


def number_groups(
    parts: Sequence[EntityDays],
    grain: Sequence[str],
    settle: Settle,
    order: Sequence[pl.Expr] = (),
) -> pl.LazyFrame:
    """Number the groups into which entities fall.

    Args:
        parts: What is put into groups.
        grain: The texts that tell groups apart.
        settle: Holds the groups, so that their numbers stay.
        order: What they are sorted by, made of their grain; by it itself where not given.

    Returns:
        One row per group: `group` (its place in the order), grain and `order`.
    """
    return settle(
        pl.concat([part.entities.select(grain) for part in parts])
        .unique()
        .with_columns(order)
        .sort([one.meta.output_name() for one in order] or grain)
        .with_row_index(GROUP)
    )


def find_members(
    part: EntityDays,
    groups: pl.LazyFrame,
    grain: Sequence[str],
    texts: Sequence[str],
    settle: Settle,
) -> pl.LazyFrame:
    """Find the group of each entity.

    Returns:
        One row per entity: `entity`, `group` and the texts asked for.
    """
    numbers = groups.select(GROUP, *hash_texts(grain))
    return settle(
        part.entities.with_columns(hash_texts(grain))
        .join(numbers, on=HASHES, how="left", validate="m:1")
        .select(ENTITY, GROUP, *texts)
    )


def name_groups(
    groups: pl.LazyFrame,
    members: Sequence[tuple[pl.LazyFrame, pl.LazyFrame]],
    told: Sequence[pl.Expr],
    settle: Settle,
) -> pl.LazyFrame:
    """Find the texts of groups, day by day where these vary.

    Args:
        groups: The groups.
        members: Days, each with the members of groups that they are about; members without a text
            say nothing.
        told: Texts of a group or of its day, from those of its members.
        settle: Holds the texts.

    Returns:
        The texts of `Grouped`, the groups' grain among them.
    """
    texts = [text for text in members[0][1].collect_schema() if text not in (ENTITY, GROUP)]
    says_something = pl.any_horizontal(pl.col(text).is_not_null() for text in texts)
    variants = (
        pl.concat([of_part.drop(ENTITY) for _, of_part in members])
        .unique()
        .filter(says_something)
        .group_by(GROUP)
        .agg(pl.len().alias(VARIANTS), *told)
    )
    named = settle(groups.join(variants, on=GROUP, how="left", validate="1:1"))
    varies = pl.col(VARIANTS).fill_null(0) > 1
    varying = named.filter(varies).drop(VARIANTS, *texts)
    days_of_varying = [
        of_part.join(varying, on=GROUP, how="semi").join(
            days.select(ENTITY, DAY), on=ENTITY, how="inner", validate="1:m"
        )
        for days, of_part in members
    ]
    texts_of_days = pl.concat(days_of_varying).group_by(GROUP, DAY).agg(told)
    return settle(
        pl.concat(
            [
                named.filter(~varies).drop(VARIANTS),
                varying.join(texts_of_days, on=GROUP, how="inner", validate="1:m"),
            ],
            how="diagonal",
        )
    )


def dress(
    grouped: Grouped,
    settle: Settle,
    finish: Callable[[pl.LazyFrame], pl.LazyFrame],
    before_day: str | None = None,
) -> ReportRows:
    """Sort rows by their days and groups, to be given their texts.

    Args:
        grouped: Rows and the texts of their groups.
        settle: Holds the texts.
        finish: Makes the report of rows that have their texts, row by row.
        before_day: The first text of the grain, where it comes before the day in the order.
    """
    first = pl.col(before_day).rank("dense") if before_day else pl.lit(0)
    texts = settle(number_texts(grouped.texts.with_columns(first.alias(PLACE)), DRESS))
    places = texts.select(GROUP, PLACE).unique(GROUP)
    day_and_group = pl.col(DAY).to_physical().cast(pl.Int64) * 2**32 + pl.col(GROUP)
    rows = join_numbers(grouped.rows, texts, DRESS).with_columns(day_and_group.alias(ORDER))
    if before_day:
        rows = rows.join(places, on=GROUP, how="left", validate="m:1").sort(PLACE, ORDER)
    else:
        rows = rows.sort(ORDER)
    told = texts.drop(GROUP, DAY, PLACE)

    def gather(part: pl.LazyFrame) -> pl.LazyFrame:
        return finish(part.join(told, on=DRESS, how="left", validate="m:1", maintain_order="left"))

    return ReportRows(rows.drop(ORDER, PLACE, strict=False), gather)


def number_texts(texts: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Number texts of groups: those that last by their group, those of a day beyond all groups.

    Args:
        texts: The texts of `Grouped`.
        name: What the number is called.
    """
    lasting = texts.filter(pl.col(DAY).is_null()).with_columns(pl.col(GROUP).alias(name))
    of_days = texts.filter(pl.col(DAY).is_not_null()).with_row_index(name, offset=OF_DAYS)
    return pl.concat([lasting, of_days], how="diagonal")


def join_numbers(rows: pl.LazyFrame, texts: pl.LazyFrame, name: str) -> pl.LazyFrame:
    """Give rows the number of their texts (`number_texts`).

    Returns:
        The same rows, in no order.
    """
    of_days = texts.filter(pl.col(DAY).is_not_null()).select(GROUP, DAY, name)
    return rows.join(of_days, on=[GROUP, DAY], how="left", validate="m:1").with_columns(
        pl.coalesce(name, GROUP).alias(name)
    )
