"""A real Dask cluster on loopback: a scheduler and three worker processes of one thread each."""

from collections.abc import Iterator

import pytest
from distributed import Client, LocalCluster

from tests.support.clusters import dask_cluster

WORKERS = 3
PATIENCE = 300


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """The cluster."""
    with dask_cluster(WORKERS) as made:
        yield made


@pytest.fixture
def address(cluster: LocalCluster) -> str:
    """Where the scheduler listens, once a worker that a test before killed is there again."""
    with Client(cluster.scheduler_address, timeout=PATIENCE, set_as_default=False) as client:
        client.wait_for_workers(WORKERS, timeout=PATIENCE)
    return cluster.scheduler_address
