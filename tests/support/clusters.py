"""Real Dask clusters on loopback."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager

import dask
from distributed import LocalCluster
from distributed.utils import get_mp_context

NEEDED = ["distributed", "flows.campaign_reports", "pandera.backends.polars.builtin_checks"]
"""What workers import, the last at their first check of a contract."""


@contextmanager
def dask_cluster(workers: int) -> Generator[LocalCluster]:
    """A scheduler and worker processes of one thread each.

    A worker that dies is started anew, as on a cluster that people run. Workers are forked from one
    process that has imported what they need, since each would take seconds for that.
    """
    with dask.config.set({"distributed.worker.multiprocessing-method": "forkserver"}):
        get_mp_context().set_forkserver_preload(NEEDED)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            made = LocalCluster(
                n_workers=workers, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
            )
        with made:
            yield made
