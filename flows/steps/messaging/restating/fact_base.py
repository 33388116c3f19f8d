"""The sums of a run before, with what they were made from: by it a run tells what changed."""

from dataclasses import dataclass
from pathlib import Path

from flows.catalog.recorded_files import list_bases
from flows.catalog.row_files import RowFile
from flows.kept.keepers import Deferred, Keeper
from flows.steps.messaging.described_messages import NamedKeys, read_names
from flows.steps.messaging.fact_files import FACTS, FactFiles
from flows.steps.messaging.message_references import NAMES

FACT_SUMS = "send sums"
"""The step that keeps the sums."""


@dataclass(frozen=True)
class FactBase:
    """The sums of a run before, with what they were made from."""

    facts: FactFiles
    names: NamedKeys
    files: tuple[RowFile, ...]


def find_base(
    keeper: Keeper, settings: str, ledger: Path, now: list[RowFile], names: Deferred[NamedKeys]
) -> FactBase | None:
    """The sums of a run before, if it is still there what they were made from.

    Args:
        settings: The hash of the settings and channels that decide them now.
        now: The files that give sums now: these are verified already.
    """
    for folder, made_from, files in list_bases(keeper, FACT_SUMS, settings, ledger, now):
        known = _find_names(keeper, made_from.names, names)
        if known is not None:
            return FactBase(FactFiles(folder / FACTS), known, files)
    return None


def _find_names(keeper: Keeper, identity: str, now: Deferred[NamedKeys]) -> NamedKeys | None:
    """The names of then, if they are those of now or kept still."""
    if identity == now.identity:
        return now.value
    homes = (home for known, home in keeper.list_earlier(NAMES) if known == identity)
    try:
        return next((read_names(home) for home in homes), None)
    except OSError:
        return None
