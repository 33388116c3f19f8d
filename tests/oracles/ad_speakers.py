"""SPEC §6.2 "who speaks for an entity", read in plain Python: the spend of every level."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

LEVELS = ("account", "campaign", "ad_group", "ad")
Ids = tuple[str | None, str | None, str | None, str | None]


@dataclass(frozen=True)
class StatsRow:
    """A row of stats of one platform; its ids are from account to ad."""

    feed: int
    day: date
    ids: Ids
    spend: Decimal

    @property
    def level(self) -> int:
        """The finest id given."""
        return max(n for n, identity in enumerate(self.ids) if identity is not None)


@dataclass
class SpeakersRead:
    """Stats of one platform, and the spend of every level."""

    rows: list[StatsRow]

    def __post_init__(self) -> None:
        before: list[StatsRow] = []
        while before != self.rows:
            before = self.rows
            self.rows = [replace(row, ids=self._complete(row)) for row in before]

    def _complete(self, row: StatsRow) -> Ids:
        """The parents that any row states of the same ad, ad group or campaign."""
        ids = list(row.ids)
        for other in self.rows:
            for level in range(1, row.level + 1):
                if ids[level] is not None and other.ids[level] == ids[level]:
                    for coarser in range(level):
                        ids[coarser] = ids[coarser] or other.ids[coarser]
        account, campaign, ad_group, ad = ids
        return account, campaign, ad_group, ad

    def spans(self, level: int) -> Iterator[tuple[int, str | None, date, date]]:
        """Feed, account, first and last day of what stands at a level."""
        days = defaultdict(list)
        for row in self.rows:
            if row.level == level:
                days[row.feed, row.ids[0]].append(row.day)
        for (feed, account), found in days.items():
            yield feed, account, min(found), max(found)

    def speaker(self, level: int, entity: str, day: date) -> int | None:
        """The feed that speaks for an entity on a day; of several the one configured first."""
        given = {
            (row.feed, row.ids[0])
            for row in self.rows
            if row.level == level and row.ids[level] == entity
        }
        speaking = [
            feed
            for feed, account, first, last in self.spans(level)
            if (feed, account) in given and first <= day <= last
        ]
        return min(speaking, default=None)

    def speaks_at(self, level: int, day: date) -> bool:
        """Whether any feed speaks at a level on a day."""
        return any(first <= day <= last for _, _, first, last in self.spans(level))

    def figures(self, level: int) -> list[StatsRow]:
        """What a level adds up to: its entities' own, and what lies below the others."""
        own = [
            row
            for row in self.rows
            if row.level == level and self.speaker(level, str(row.ids[level]), row.day) == row.feed
        ]
        if level == len(LEVELS) - 1:
            return own
        return own + [row for row in self.figures(level + 1) if self.is_lifted(row, level)]

    def is_lifted(self, row: StatsRow, level: int) -> bool:
        """Whether a finer figure is added to a level."""
        entity = row.ids[level]
        if entity is not None and self.speaker(level, entity, row.day) is not None:
            return False
        names_accounts = any(other.ids[0] for other in self.rows)
        return not (row.ids[0] is None and names_accounts and self.speaks_at(level, row.day))

    def sums(self, level: int) -> dict[tuple[str | None, str | None, date], Decimal]:
        """Account, entity (null for what is of none) and day -> spend."""
        found: dict[tuple[str | None, str | None, date], Decimal] = defaultdict(Decimal)
        for row in self.figures(level):
            found[row.ids[0], row.ids[level], row.day] += row.spend
        return dict(found)
