"""Make the sample workspaces' raw files anew: `python data/generate.py [FOLDER]`.

Everything comes from fixed seeds, so that two runs give the same files. The configurations,
campaigns.toml, are written by hand and stay as they are.
"""

import sys
from collections.abc import Callable
from pathlib import Path
from shutil import rmtree

from data.generators.acquia import write_acquia
from data.generators.ads import write_ads
from data.generators.hightouch import write_hightouch
from data.generators.journeys import write_journeys
from data.generators.skene import write_skene

SAMPLES = Path(__file__).parent / "sample"
WRITERS: dict[str, Callable[[Path], None]] = {
    "acquia": write_acquia,
    "ads": write_ads,
    "hightouch": write_hightouch,
    "journeys": write_journeys,
    "skene": write_skene,
}


def generate(folder: Path) -> None:
    """Write every sample's raw files below a folder, in place of those that are there."""
    for name, write in WRITERS.items():
        rmtree(folder / name / "raw", ignore_errors=True)
        write(folder / name)


if __name__ == "__main__":
    generate(Path(sys.argv[1]) if len(sys.argv) > 1 else SAMPLES)
