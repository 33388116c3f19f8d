"""Which code reads files: part of every ledger key, since other code may read otherwise."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path
from platform import machine, python_version

KINDS = {".py", ".toml"}
PROJECT = Path(__file__).parents[1]
SOURCES = (
    "contracts/**/*.py",
    "flows/catalog/**/*.py",
    "flows/code_version.py",
    "flows/config/**/*.py",
    "flows/ingest/**/*.py",
    "flows/readers/**/*.py",
    "transforms/common/**/*.py",
    "transforms/ingest/**/*.py",
    "transforms/messaging/**/*.py",
    "transforms/web/utm.py",
)
"""All that decides what a file's bytes become; a test follows the imports to prove it whole."""


EVERYTHING = ("contracts/**/*", "transforms/**/*.py", "flows/**/*.py")
"""All that decides a figure."""


@cache
def name_code() -> str:
    """The version of the product and, behind a plus, the hash of its sources."""
    return f"{version('campaign-reports')}+{hash_sources(EVERYTHING)[:12]}"


@cache
def name_environment() -> str:
    """The code, and the libraries that decide a figure or the bytes of a table."""
    libraries = ("polars", "pyarrow", "pandera", "rapidfuzz", "crawler-user-agents", "tzdata")
    versions = [f"{name} {version(name)}" for name in libraries]
    return " ".join((name_code(), *versions, f"python {python_version()} {machine()}"))


@cache
def hash_sources(patterns: tuple[str, ...] = SOURCES) -> str:
    """The hash of sources, worked out once a process; of those that read files if none is named."""
    whole = hashlib.sha256()
    found = {path for pattern in patterns for path in PROJECT.glob(pattern)}
    for path in sorted(path for path in found if path.suffix in KINDS):
        source = path.read_bytes()
        whole.update(f"{path.relative_to(PROJECT).as_posix()} {len(source)}\n".encode())
        whole.update(source)
    return whole.hexdigest()
