"""A real S3 server for the tests of workspaces in an object store."""

from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from flows.remote import feed_stores, remote_workspace
from flows.remote.address import Address
from flows.remote.object_store import S3Objects
from tests.support.object_stores import BUCKET, S3Server, WatchedObjects, s3_server, why_not_run

Watch = Callable[[WatchedObjects], None]


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Generator[S3Server]:
    """One server for all tests of the folder; without its binary they cannot be run."""
    if problem := why_not_run():
        pytest.skip(f"SeaweedFS cannot be run here: {problem}")
    with s3_server(tmp_path_factory.mktemp("s3")) as running:
        yield running


@pytest.fixture
def s3(server: S3Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> S3Server:
    """The server, to which this process's variables lead, and a cache of the test's own."""
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return server


@pytest.fixture
def address(s3: S3Server, tmp_path: Path) -> Address:
    """The address of a workspace of the test's own."""
    assert s3.endpoint
    return Address(BUCKET, f"{tmp_path.parent.name}/{tmp_path.name}/shop")


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[WatchedObjects]]:
    """Have the requests of every command watched."""

    def begin(dies_at: int | None = None, *, is_done: bool = False) -> list[WatchedObjects]:
        begun: list[WatchedObjects] = []

        def connect(address: Address) -> WatchedObjects:
            begun.append(WatchedObjects(S3Objects(address), dies_at, is_done=is_done))
            return begun[-1]

        for module in (remote_workspace, feed_stores):
            monkeypatch.setattr(module, "S3Objects", connect)
        return begun

    return begin
