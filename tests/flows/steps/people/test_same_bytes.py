"""The same bytes on every machine, however many threads it has (SPEC §8)."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks.generate_people import generate

TOUCHES = 120_000
"""So many that the engine cuts them by its number of threads."""

WRITE = """
import sys
from pathlib import Path
from tests.benchmarks.ours_people import write_all_journeys
write_all_journeys(Path(sys.argv[1]))
"""


@pytest.fixture(scope="module")
def activities(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("threads") / "people"
    generate(folder, TOUCHES)
    return folder


def write_with(threads: int, activities: Path, place: Path) -> str:
    """The hash of the journey that a process with so many threads writes."""
    root = place / str(threads)
    root.mkdir()
    for made in activities.iterdir():
        (root / made.name).symlink_to(made)
    environment = {**os.environ, "POLARS_MAX_THREADS": str(threads)}
    subprocess.run([sys.executable, "-c", WRITE, str(root)], check=True, env=environment)
    parts = sorted((root / "ours/people/contact_journey").iterdir())
    return hashlib.sha256(b"".join(part.read_bytes() for part in parts)).hexdigest()


def test_a_journey_is_the_same_with_one_and_with_four_threads(
    activities: Path, tmp_path: Path
) -> None:
    hashes = {write_with(threads, activities, tmp_path) for threads in (1, 4)}
    assert len(hashes) == 1
