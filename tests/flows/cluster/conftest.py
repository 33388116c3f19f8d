"""A real Dask cluster on loopback: a scheduler and four worker processes of one thread each."""

from collections.abc import Iterator

import pytest
from distributed import LocalCluster

from tests.support.clusters import dask_cluster


@pytest.fixture(scope="module")
def cluster() -> Iterator[LocalCluster]:
    """The cluster."""
    with dask_cluster(4) as made:
        yield made


@pytest.fixture
def address(cluster: LocalCluster) -> str:
    """Where the scheduler listens."""
    return cluster.scheduler_address
