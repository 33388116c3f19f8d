"""The sums of a run before, with what they were made from: by it a run tells what changed."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from flows.catalog.row_files import RowFile
from flows.kept.deferred import Deferred
from flows.kept.kept_steps import KeptSteps
from flows.kept.recorded_files import find_recorded, read_record
from flows.steps.messaging.described_messages import NamedKeys
from flows.steps.messaging.fact_files import FactFiles
from flows.steps.messaging.kept_names import read_names
from flows.steps.messaging.message_references import NAMES

FACTS = "facts"
FACT_SUMS = "send sums"
"""The step that keeps the sums."""


@dataclass(frozen=True)
class FactBase:
    """The sums of a run before, with what they were made from.

    Attributes:
        facts: The sums.
        names: What their keys stood for.
        files: The files that gave them.
    """

    facts: FactFiles
    names: NamedKeys
    files: tuple[RowFile, ...]


def find_base(
    kept: KeptSteps,
    settings: str,
    ledger: Path,
    now: Iterable[RowFile],
    names: Deferred[NamedKeys],
) -> FactBase | None:
    """The sums of a run before, if it is still there what they were made from.

    Args:
        kept: What runs before kept.
        settings: The hash of the settings and channels that decide them now.
        ledger: The folder with one folder per file read.
        now: The files that give sums now: these are verified already.
        names: What keys stand for now.
    """
    listed = list(now)
    for _, folder in kept.list_earlier(FACT_SUMS):
        made_from = read_record(folder)
        if made_from is None or made_from.settings != settings:
            continue
        known = _find_names(kept, made_from.names, names)
        files = find_recorded(folder, made_from, ledger, listed)
        if known is not None and files is not None:
            return FactBase(FactFiles(folder / FACTS), known, files)
    return None


def _find_names(kept: KeptSteps, identity: str, now: Deferred[NamedKeys]) -> NamedKeys | None:
    """The names of then, if they are those of now or kept still."""
    if identity == now.identity:
        return now.value
    homes = (home for known, home in kept.list_earlier(NAMES) if known == identity)
    try:
        return next((read_names(home) for home in homes), None)
    except OSError:
        return None
