"""The folder that a command gets for a workspace in an object store."""

from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from inspect import BoundArguments
from typing import Any

from flows.errors import UsageError
from flows.remote.address import parse_address
from flows.remote.needs import COMPARED, EVERYTHING, READS_RAW, TABLES, Needs
from flows.remote.object_keys import Kind
from flows.remote.workspace_place import open_workspace


@dataclass(frozen=True)
class Access:
    """What a command needs of a workspace in an object store.

    Attributes:
        reads: What it reads; None where it cannot do without writing.
        writes: What it reads where it writes; None where it never does.
        is_writing: Whether it writes, by its arguments.
    """

    reads: Needs | None
    writes: Needs | None = None
    is_writing: Callable[[Mapping[str, Any]], bool] = lambda _: True


PUBLISHED = Needs(TABLES)
WHOLE = Needs(EVERYTHING, of_all_runs=True, writes=True)
ACCESS = {
    "init": Access(None, Needs(READS_RAW, writes=True)),
    "check": Access(Needs(READS_RAW)),
    "show": Access(PUBLISHED),
    "explain": Access(Needs(TABLES | READS_RAW | {Kind.LEDGER})),
    "rejects": Access(
        Needs(frozenset({Kind.QUARANTINE}), of_all_runs=True),
        Needs(READS_RAW | {Kind.LEDGER}, writes=True),
        lambda given: given.get("replay", False),
    ),
    "open_page": Access(Needs(frozenset({Kind.PAGE}), is_kept=True)),
    "export": Access(PUBLISHED),
    "status": Access(replace(PUBLISHED, asks_holder=True)),
    "verify": Access(
        Needs(EVERYTHING, of_all_runs=True, is_fresh=True),
        replace(WHOLE, is_fresh=True),
        lambda given: given.get("repair", False),
    ),
    "runs": Access(Needs()),
    "diff": Access(Needs(frozenset({Kind.SNAPSHOT}), of_all_runs=True, tables=COMPARED)),
    "gc": Access(
        Needs(frozenset({Kind.QUARANTINE})),
        Needs(writes=True),
        lambda given: not given.get("dry_run", False),
    ),
    "audience": Access(Needs(READS_RAW | {Kind.LEDGER})),
    "erase": Access(None, WHOLE),
    "suggest": Access(Needs(frozenset({Kind.SNAPSHOT}), tables=frozenset({"utm_audit"}))),
}
"""Function of a command -> what it needs there; any other takes no workspace in an object store."""
PLACES = ("workspace", "directory")


@contextmanager
def workspace_at_hand(name: str, bound: BoundArguments) -> Generator[BoundArguments]:
    """Give a command a folder for the workspace that it is called with.

    Args:
        name: The command's function.
        bound: Its arguments; where the workspace is an address, it is replaced by a folder.

    Raises:
        CampaignReportsError: The workspace cannot be had, or what was changed not be uploaded.
    """
    place = next((one for one in PLACES if parse_address(bound.arguments.get(one, ""))), None)
    if place is None or name == "doctor":
        yield bound
        return
    needs = _choose_needs(name, bound.arguments)
    with open_workspace(bound.arguments[place], needs) as root:
        bound.arguments[place] = root
        yield bound


def _choose_needs(name: str, arguments: Mapping[str, Any]) -> Needs:
    """What a command needs, as it was called.

    Raises:
        UsageError: It cannot be called with a workspace in an object store.
    """
    access = ACCESS.get(name, Access(None))
    if access.writes is not None and access.is_writing(arguments):
        return access.writes
    if access.reads is None:
        msg = f"{name} takes no workspace in an object store"
        raise UsageError(msg, "Give a folder.")
    asked = [arguments.get("table"), *arguments.get("tables", ())]
    names = frozenset(one.rpartition("/")[2] for one in asked if one)
    is_of_tables = names and access.reads is PUBLISHED
    return replace(access.reads, tables=names) if is_of_tables else access.reads
