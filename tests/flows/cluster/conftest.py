"""A real Dask cluster on loopback: a scheduler and four worker processes of one thread each."""

import warnings
from collections.abc import Iterator

import pytest
from distributed import LocalCluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """The cluster; a worker that dies is started anew, as on a cluster that people run."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made = LocalCluster(
            n_workers=4, threads_per_worker=1, host="127.0.0.1", dashboard_address=None
        )
    with made:
        yield made


@pytest.fixture
def address(cluster: LocalCluster) -> str:
    """Where the scheduler listens."""
    return cluster.scheduler_address
