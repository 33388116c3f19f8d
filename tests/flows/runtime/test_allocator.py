"""What the allocator is told, and that it is told in time."""

import subprocess
import sys

from flows.runtime.allocator import ARROW_VARIABLE, VARIABLE, keep_pages


def test_the_environment_of_the_user_stays() -> None:
    environ = {VARIABLE: "narenas:9", ARROW_VARIABLE: "1"}
    keep_pages(environ)
    assert environ == {VARIABLE: "narenas:9", ARROW_VARIABLE: "1"}


def test_there_are_as_many_arenas_as_threads() -> None:
    environ = {"POLARS_MAX_THREADS": "3"}
    keep_pages(environ)
    assert environ[VARIABLE].split(",")[0] == "narenas:3"


def test_the_command_sets_it_in_time_for_polars_to_take_it() -> None:
    """The allocator reads its settings once, when the library is loaded, and says what it read."""
    script = (
        "import os, sys; from importlib.abc import MetaPathFinder\n"
        "class Ask(MetaPathFinder):\n"
        "    def find_spec(self, name, path, target=None):\n"
        "        if name == 'polars':\n"
        f"            os.environ[{VARIABLE!r}] += ',confirm_conf:true'\n"
        "sys.meta_path.insert(0, Ask())\n"
        "from flows.cli.app import main\n"
        "assert 'polars' not in sys.modules\n"
        "main(['show', 'nowhere'])\n"
        "import pyarrow; pyarrow.array([1])\n"
    )
    environ = {"PATH": "", "POLARS_MAX_THREADS": "3", "MIMALLOC_VERBOSE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, env=environ, check=False
    )
    assert "Set conf value: narenas:3" in done.stderr
    assert "Set conf value: dirty_decay_ms:5000" in done.stderr
    assert "'purge_delay': 5000" in done.stderr


def test_an_import_changes_no_environment() -> None:
    script = "import os; before = dict(os.environ); import flows; assert os.environ == before"
    done = subprocess.run([sys.executable, "-c", script], check=False, env={"PATH": ""})
    assert done.returncode == 0
