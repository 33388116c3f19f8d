"""Which code reads files: part of every ledger key, since other code may read otherwise."""

import hashlib
from functools import cache
from pathlib import Path

PROJECT = Path(__file__).parents[2]
SOURCES = (
    "contracts/**/*.py",
    "flows/config/*.py",
    "flows/ingest/*.py",
    "flows/readers/*.py",
    "transforms/common/*.py",
    "transforms/ingest/*.py",
    "transforms/messaging/*.py",
)
"""All that decides what a file's bytes become; a test follows the imports to prove it whole."""


@cache
def hash_sources() -> str:
    """The hash of the sources that read files, worked out once a process."""
    whole = hashlib.sha256()
    for path in sorted(path for pattern in SOURCES for path in PROJECT.glob(pattern)):
        source = path.read_bytes()
        whole.update(f"{path.relative_to(PROJECT).as_posix()} {len(source)}\n".encode())
        whole.update(source)
    return whole.hexdigest()
