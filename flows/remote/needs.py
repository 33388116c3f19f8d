"""Which objects of a workspace a command reads, and whether it writes."""

from dataclasses import dataclass

from flows.remote.object_keys import Kind, kind_of, run_of

CONTROL = frozenset({Kind.SETTING, Kind.POINTER, Kind.MANIFEST, Kind.STATE})
"""The small objects that say what there is."""
TABLES = frozenset({Kind.SNAPSHOT, Kind.PAGE})
OF_RUNS = TABLES | {Kind.QUARANTINE}


@dataclass(frozen=True)
class Needs:
    """Which objects a command reads, and whether it writes.

    Attributes:
        kinds: What is brought to this machine before the command starts, beside what says what
            there is. Raw objects are brought when they are read, if ever.
        of_all_runs: Whether that is meant of every kept run, not only of the published one.
        tables: Only report tables of these names, or whose names end so; all where there is none.
        is_fresh: Whether nothing that was brought before is taken for what is in the store.
        writes: Whether the command holds the workspace, and what it changes is uploaded.
        is_kept: Whether the view stays when the command ends, until the next of this kind.
        asks_holder: Whether the view notes who held the workspace last, if that one was killed.
    """

    kinds: frozenset[Kind] = frozenset()
    of_all_runs: bool = False
    tables: frozenset[str] = frozenset()
    is_fresh: bool = False
    writes: bool = False
    is_kept: bool = False
    asks_holder: bool = False

    def brings(self, key: str, published: str) -> bool:
        """Whether an object is brought before the command starts.

        Args:
            published: The run whose snapshot is published; empty for none.
        """
        kind = kind_of(key)
        if kind in CONTROL:
            return True
        if kind not in self.kinds or kind is Kind.RAW:
            return False
        if kind in OF_RUNS and not (self.of_all_runs or run_of(key) == published):
            return False
        return not self.tables or kind is not Kind.SNAPSHOT or self._names(key)

    def _names(self, key: str) -> bool:
        """Whether a file of a snapshot belongs to a table that is meant."""
        names = [part.removesuffix(".parquet") for part in key.split("/")[4:]]
        return any(
            name == table or name.endswith(f"_{table}") for name in names for table in self.tables
        )


READS_RAW = frozenset({Kind.RAW})
COMPARED = frozenset({"daily_report", "campaign_performance", "campaign_attribution"})
"""Tables of which `run/changes` tells the differences."""
EVERYTHING = frozenset(Kind) - {Kind.OWN}
TO_RUN = Needs(TABLES | {Kind.LEDGER, Kind.KEPT, Kind.RAW}, writes=True)
"""Of a run: the ledger, and what is published, with which it compares."""
TO_LOOK = Needs()
TO_SUM_UP = Needs(
    frozenset({Kind.SNAPSHOT, Kind.QUARANTINE}),
    tables=frozenset({"session_matches", "changes", "feeds"}),
)
"""Of the summary of a run that has just ended."""
