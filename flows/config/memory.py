"""How much memory a run may take: `[run] memory`, or half of the machine's (SPEC §12)."""

import os

from contracts.config.workspace import RunSection

UNITS = {"M": 10**6, "G": 10**9, "T": 10**12, "Mi": 1 << 20, "Gi": 1 << 30, "Ti": 1 << 40}
FILE_BYTES = 300_000_000
"""What reading one file takes at most: its batches as text, parsed, and being written."""
TASK_BYTES = 300_000_000
"""What a task takes at most that has a fixed number of rows: a piece of activities, of journeys."""
FACT_BYTES = 400
"""What a row of sends or events takes while the facts of its group are built."""
TOUCH_BYTES = 1000
"""What an activity takes while orders are credited, as a touch with its texts and in pairs."""
MOST_TOUCHES = 4_000_000
"""More activities at a time credit orders no sooner."""
STATS_BYTES = 4000
"""What a row of ad stats takes while reports are made of it, two ranges of days at a time."""
MOST_STATS = 500_000
"""More rows of ad stats at a time make reports no sooner."""
HELD_STATS_BYTES = 500
"""What a row of ad stats takes in all tables by the day, as numbers."""
SHARE_OF_STATS = 8
"""Of how much of the memory these tables may be one part."""
VIEW_BYTES = 2000
"""What a page view takes while sessions are made of it, with its texts, and their order."""
KEY_BYTES = 32
"""What a key takes while repeated ones are found: as it is read, in one piece, and in order."""
SHARED_KEY_BYTES = 800
"""What a key takes while it is sought among others, eight times over: all people are held too."""
MOST_SHARED_KEYS = 4_000_000
"""More keys at a time are sought no sooner."""


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


def keys_at_once(run: RunSection) -> int:
    """How many keys of rows are compared at a time."""
    return max(1, memory_bytes(run) // KEY_BYTES)


def shared_keys_at_once(run: RunSection) -> int:
    """How many keys are held at a time while batches that share one are found."""
    return max(1, min(MOST_SHARED_KEYS, memory_bytes(run) // SHARED_KEY_BYTES))


def fact_rows_at_once(run: RunSection) -> int:
    """How many rows of sends and events are made into facts at a time."""
    return max(1, memory_bytes(run) // FACT_BYTES)


def touch_rows_at_once(run: RunSection) -> int:
    """How many activities are looked through for touches at a time."""
    return max(1, min(MOST_TOUCHES, memory_bytes(run) // TOUCH_BYTES))


def stats_rows_at_once(run: RunSection) -> int:
    """How many rows of ad stats are made into reports at a time."""
    return max(1, min(MOST_STATS, memory_bytes(run) // STATS_BYTES))


def stats_rows_held(run: RunSection) -> int:
    """How many rows of ad stats are held from the first report to the last."""
    return memory_bytes(run) // SHARE_OF_STATS // HELD_STATS_BYTES


def view_rows_at_once(run: RunSection) -> int:
    """How many page views are made into sessions at a time."""
    return max(1, memory_bytes(run) // VIEW_BYTES)
