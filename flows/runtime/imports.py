"""What a process imports, and at what cost."""

import gc
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

NEEDLESS = frozenset({"pandas", "hypothesis", "httpx._main"})
"""What nothing of ours needs and others import wherever it is installed: Pandera the first two, and
httpx, which Prefect asks its server with, a command line of its own."""


@contextmanager
def without_collecting() -> Generator[None]:
    """Import meanwhile without looking for garbage, and never look at what was imported again.

    Thousands of modules and models are not garbage: searching them took an eighth of the processor
    time of a command's imports and a quarter of the server's.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


class _Absent(MetaPathFinder, Loader):
    """Finds a module, so that who only looks for it goes on, and fails its import as not there."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        del path, target
        return ModuleSpec(fullname, self) if fullname in NEEDLESS else None

    def exec_module(self, module: ModuleType) -> None:
        msg = f"No module named {module.__name__!r}"
        raise ModuleNotFoundError(msg, name=module.__name__)


def leave_out_needless() -> None:
    """Have nothing needless in this process, unless it is there already.

    Pandas takes as long as all other imports of a small command, 0.4 processor seconds; Hypothesis,
    which a clone of the project has, 0.2 of a run; httpx's command line 3 % of the server's start.
    """
    sys.meta_path.insert(0, _Absent())
