"""The folder that a command gets for a workspace in an object store."""

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from inspect import BoundArguments
from typing import Any

from flows.errors import UsageError
from flows.remote.address import parse_address
from flows.remote.needs import COMPARED, EVERYTHING, READS_RAW, TABLES, Needs
from flows.remote.object_keys import Kind
from flows.remote.workspace_place import open_workspace

PUBLISHED = Needs(TABLES)
READS = {
    "check": Needs(READS_RAW),
    "show": PUBLISHED,
    "explain": Needs(TABLES | READS_RAW | {Kind.LEDGER}),
    "rejects": Needs(frozenset({Kind.QUARANTINE}), of_all_runs=True),
    "open_page": Needs(frozenset({Kind.PAGE}), is_kept=True),
    "export": PUBLISHED,
    "status": Needs(frozenset({Kind.SNAPSHOT}), by_size=True),
    "verify": Needs(EVERYTHING, of_all_runs=True, is_fresh=True),
    "runs": Needs(),
    "diff": Needs(frozenset({Kind.SNAPSHOT}), of_all_runs=True, tables=COMPARED),
    "gc": Needs(frozenset({Kind.QUARANTINE})),
    "audience": Needs(READS_RAW | {Kind.LEDGER}),
    "suggest": Needs(frozenset({Kind.SNAPSHOT}), tables=frozenset({"utm_audit"})),
}
"""Function of a command -> what it reads."""
WRITES = {
    "init": Needs(READS_RAW, writes=True),
    "rejects": Needs(READS_RAW | {Kind.LEDGER}, writes=True),
    "verify": Needs(EVERYTHING, of_all_runs=True, is_fresh=True, writes=True),
    "gc": Needs(writes=True),
    "erase": Needs(EVERYTHING, of_all_runs=True, writes=True),
}
"""Function of a command -> what it reads where it writes."""
WRITING = {"rejects": "replay", "verify": "repair", "gc": "dry_run"}
"""Function of a command that may write or not -> the flag that says so."""
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
    needs = choose_needs(name, bound.arguments)
    with open_workspace(bound.arguments[place], needs) as root:
        bound.arguments[place] = root
        yield bound


def choose_needs(name: str, arguments: Mapping[str, Any]) -> Needs:
    """What a command needs, as it was called.

    Raises:
        UsageError: It cannot be called with a workspace in an object store.
    """
    reads, writes = READS.get(name), WRITES.get(name)
    if writes is not None and _is_writing(name, arguments):
        return writes
    if reads is None:
        msg = f"{name} takes no workspace in an object store"
        raise UsageError(msg, "Give a folder.")
    asked = [arguments.get("table"), *arguments.get("tables", ())]
    names = frozenset(one.rpartition("/")[2] for one in asked if one)
    return replace(reads, tables=names) if names and reads is PUBLISHED else reads


def _is_writing(name: str, arguments: Mapping[str, Any]) -> bool:
    flag = WRITING.get(name)
    if flag is None:
        return True
    is_given = bool(arguments.get(flag, False))
    return not is_given if flag == "dry_run" else is_given
