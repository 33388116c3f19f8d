"""How much memory a run may take: `[run] memory`, or half of the machine's (SPEC §12)."""

import os
from typing import NamedTuple

from contracts.config.workspace import RunSection

UNITS = {"M": 10**6, "G": 10**9, "T": 10**12, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}
FILE_BYTES = 300_000_000
"""What reading one file takes at most: its batches as text, parsed, and being written."""
TASK_BYTES = 300_000_000
"""What a task takes at most that has a fixed number of rows: a piece of activities, of journeys."""
HELD_STATS_BYTES = 500
"""What a row of ad stats takes in all tables by the day, as numbers."""
SHARE_OF_STATS = 8
"""Of how much of the memory these tables may be one part."""


class Room(NamedTuple):
    """How many bytes one of many takes while it is worked on, and how many at a time are of use."""

    bytes: int
    most: int | None = None


FACT_ROWS = Room(400)
"""Rows of sends or events while the facts of their group are built."""
TOUCH_ROWS = Room(1000, 4_000_000)
"""Activities while orders are credited, as touches with their texts and in pairs."""
STATS_ROWS = Room(4000, 500_000)
"""Rows of ad stats while reports are made of them, two ranges of days at a time."""
VIEWS = Room(2000)
"""Page views while sessions are made of them, with their texts, and their order."""
KEYS = Room(32)
"""Keys of rows while repeated ones are found: as they are read, in one piece, and in order."""
SHARED_KEYS = Room(800, 4_000_000)
"""Keys while they are sought among others, eight times over: all people are held too."""


def memory_bytes(run: RunSection) -> int:
    """The bytes that a run may take."""
    if run.memory is None:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
    unit = run.memory.lstrip("0123456789. ").removesuffix("B")
    return int(float(run.memory.rstrip("MGTiB ")) * UNITS[unit])


def files_at_once(run: RunSection) -> int:
    """How many files are read at a time: for as many there are cores and memory."""
    return max(1, min(os.cpu_count() or 1, memory_bytes(run) // FILE_BYTES))


def tasks_at_once(run: RunSection) -> int:
    """How many tasks are carried out at a time: one alone leaves a quarter of two cores idle.

    They share half of the memory; what all of them look up is in the other half.
    """
    return max(1, min(os.cpu_count() or 1, memory_bytes(run) // 2 // TASK_BYTES))


def count_at_once(run: RunSection, room: Room) -> int:
    """How many of a kind are worked on at a time."""
    count = memory_bytes(run) // room.bytes
    return max(1, count if room.most is None else min(room.most, count))


def stats_rows_held(run: RunSection) -> int:
    """How many rows of ad stats are held from the first report to the last."""
    return memory_bytes(run) // SHARE_OF_STATS // HELD_STATS_BYTES
