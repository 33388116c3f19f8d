"""Prefect's own server for the tests of what a run tells it."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows.runtime.prefect_server import end_server, open_server

PROJECT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def prefect_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The server that a run starts for itself, with a database of its own."""
    home = tmp_path_factory.mktemp("prefect")
    environ = {**os.environ, "PREFECT_HOME": str(home), "PYTHONPATH": str(PROJECT)}
    server, url = open_server(environ)
    with temporary_settings({PREFECT_API_URL: url}):
        yield
    end_server(server)
