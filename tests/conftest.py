"""What all tests share: how many processes carry them out."""

import os


def pytest_xdist_auto_num_workers() -> int:
    """One process more than there are cores: tests wait for servers, workers and disks."""
    return (os.cpu_count() or 1) + 1
