"""The workers of an existing Dask cluster; its library is the extra `dask`."""

import secrets
from collections.abc import Callable, Generator
from concurrent.futures import Executor, Future
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from flows.cluster.parcels import Parcel, StoredParcel, call_packed
from flows.code_version import name_code
from flows.errors import ConfigurationError, StorageFailed

SECONDS_TO_CONNECT = 20
PROBE = ".seen-by-workers"
SHARED = ".shared-by-tasks"


class ClusterFailed(StorageFailed):
    """A cluster that did not carry out what was asked of it."""


@dataclass(frozen=True)
class ParcelPool(Executor):
    """Hands tasks to a cluster, whose scheduler need not know what they are."""

    cluster: Executor

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Have a function called by a worker."""
        given = (one if isinstance(one, StoredParcel) else Parcel.of(one) for one in args)
        return self.cluster.submit(call_packed, Parcel.of(partial(fn, **kwargs)), *given)


@dataclass(frozen=True)
class DaskWorkers:
    """Carries out tasks with `Client.submit`.

    A task whose worker dies is given to another one, by Dask itself.

    Attributes:
        folder: One that every worker sees under the same path.
    """

    client: Any
    folder: Path
    at_once: int = 1
    is_remote: bool = True

    @contextmanager
    def open_pool(self, at_once: int) -> Generator[Executor]:  # noqa: ARG002 - workers have their own
        """A pool of all workers."""
        yield ParcelPool(self.client.get_executor(pure=False))

    @contextmanager
    def share(self, value: object) -> Generator[StoredParcel]:
        """Lay a value where every worker finds it; a task that is given the answer gets it."""
        stored = StoredParcel(self.folder / f"{SHARED}-{secrets.token_hex(8)}")
        try:
            stored.path.write_bytes(Parcel.of(value).content)
            yield stored
        finally:
            stored.path.unlink(missing_ok=True)


@contextmanager
def connect(address: str, folder: Path, *views: Path) -> Generator[DaskWorkers]:
    """Connect to a cluster, and prove that its workers can do the work of a run.

    Args:
        address: The scheduler's, as `tcp://host:8786`.
        folder: One of the workspace, which every worker has to see under the same path.
        views: Those in which feeds of a store are shown, likewise.

    Raises:
        ConfigurationError: There is no such cluster, or its workers have other code or storage.
        ClusterFailed: The cluster gave up a task, or was lost.
    """
    try:
        import distributed  # noqa: PLC0415 - an extra, needed here alone
        from distributed.comm import CommClosedError  # noqa: PLC0415
    except ModuleNotFoundError:
        msg = "run.dask: the library that talks to a Dask cluster is not installed"
        raise ConfigurationError(msg, "Install campaign-reports[dask].") from None
    try:
        client = distributed.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except (OSError, TimeoutError, ValueError) as error:
        msg = f"run.dask: no Dask scheduler answers at {address} ({type(error).__name__})"
        raise ConfigurationError(msg, "Start it, or correct the address.") from None
    try:
        with client:
            _require_equal_workers(client, address)
            for one in (folder, *views):
                _require_shared_storage(client, one)
            yield DaskWorkers(client, folder)
    except (distributed.scheduler.KilledWorker, distributed.CancelledError) as error:
        msg = f"the Dask cluster at {address} did not finish a task ({type(error).__name__})"
        hint = "Look at the workers' logs, give them more memory or fewer threads, and run again."
        raise ClusterFailed(msg, hint) from None
    except CommClosedError:
        msg = f"the connection to the Dask scheduler at {address} was lost"
        raise ClusterFailed(msg, "See whether it still runs, and run again.") from None


def _require_equal_workers(client: Any, address: str) -> None:
    """Refuse workers that would compute something else than this process."""
    found = client.run(_name_code_safely)
    if not found:
        msg = f"run.dask: the Dask scheduler at {address} has no workers"
        raise ConfigurationError(msg, "Start workers: `dask worker` with its address.")
    if other := sum(theirs != name_code() for theirs in found.values()):
        msg = f"run.dask: {other} of {len(found)} workers have another version of campaign-reports"
        hint = "Install on every worker what is installed here, Polars included."
        raise ConfigurationError(msg, hint)


def _name_code_safely() -> str:
    try:
        return name_code()
    except Exception as error:  # noqa: BLE001 - a worker that cannot even tell has another version
        return type(error).__name__


def _require_shared_storage(client: Any, folder: Path) -> None:
    """Refuse workers that do not see the workspace's files."""
    probe = folder / f"{PROBE}-{secrets.token_hex(8)}"
    token = secrets.token_hex(16)
    probe.write_text(token, "utf-8")
    try:
        found = client.run(_read_probe, str(probe))
    finally:
        probe.unlink(missing_ok=True)
    if blind := sum(theirs != token for theirs in found.values()):
        msg = f"run.dask: {blind} of {len(found)} workers do not see the workspace's folder"
        hint = (
            "Mount it on every worker under the same path; that of a workspace or feed in s3:// is "
            "the cache of this machine, whose place XDG_CACHE_HOME says."
        )
        raise ConfigurationError(msg, hint)


def _read_probe(path: str) -> str | None:
    try:
        return Path(path).read_text("utf-8")
    except OSError:
        return None
