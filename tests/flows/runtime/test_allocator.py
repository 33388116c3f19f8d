"""What the allocator is told, and that it is told in time."""

import subprocess
import sys

from flows.runtime.allocator import VARIABLE, keep_pages


def test_the_environment_of_the_user_stays() -> None:
    environ = {VARIABLE: "narenas:9"}
    keep_pages(environ)
    assert environ == {VARIABLE: "narenas:9"}


def test_there_are_as_many_arenas_as_threads() -> None:
    environ = {"POLARS_MAX_THREADS": "3"}
    keep_pages(environ)
    assert environ[VARIABLE].split(",")[0] == "narenas:3"


def test_the_flow_sets_it_before_polars_is_loaded() -> None:
    """The allocator reads its settings once, when the library is loaded."""
    script = (
        "import os, sys; from importlib.abc import MetaPathFinder\n"
        "class Watch(MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        f"        if name == 'polars': print({VARIABLE!r} in os.environ)\n"
        "sys.meta_path.insert(0, Watch())\n"
        "import flows.campaign_reports\n"
    )
    environ = {"PATH": "", "PREFECT_HOME": "/nonexistent"}
    told = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environ, check=False
    )
    assert told.stdout == "True\n", told.stderr
