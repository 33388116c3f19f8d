"""Commands in processes of their own that can be killed, starved and disturbed at any moment.

One process imports the project and forks a child for each command, so that a command costs no
start. A child can be told to die, or to have the system refuse something, at its n-th operation on
the files of its workspace.
"""

import ctypes
import json
import os
import resource
import shutil
import signal
import subprocess
import sys
from collections.abc import Generator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).resolve().parents[3]
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT
CHANGES = frozenset(
    {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.link", "os.chmod", "os.truncate"}
)
LOOKS = frozenset({"open", "os.listdir", "os.scandir"})
LINUX_CAPABILITY_VERSION_3 = 0x20080522


@dataclass(frozen=True)
class Disturbance:
    """What happens to a command.

    Attributes:
        at: At which of its operations on files; 0 for none.
        kind: `kill`, `refuse` (the operation fails with `errno`), `forbid` (the folder loses its
            rights), `vanish` (`victim` is removed and the command goes on).
        errno: What the system says when it refuses.
        victim: What vanishes.
        largest_file: The bytes that a file may have; 0 for no limit.
        only_changes: Whether operations that only read are not counted.
    """

    at: int = 0
    kind: str = "kill"
    errno: int = 0
    victim: str = ""
    largest_file: int = 0
    only_changes: bool = False


NOTHING = Disturbance()


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, or a negative signal; what it said; its operations."""

    code: int
    said: str
    operations: int


class Commands:
    """The process that forks the commands."""

    def __init__(self, process: "subprocess.Popen[str]", scratch: Path) -> None:
        self._process = process
        self._scratch = scratch

    def run(self, root: Path, *arguments: str, disturbed: Disturbance = NOTHING) -> Ended:
        """Run a command of a workspace to its end."""
        self.start(root, *arguments, disturbed=disturbed)
        return self.wait()

    def start(self, root: Path, *arguments: str, disturbed: Disturbance = NOTHING) -> int:
        """Start a command, and give its process's number."""
        job = {
            "root": str(root),
            "arguments": arguments,
            "scratch": str(self._scratch),
            "disturbed": asdict(disturbed),
        }
        return int(self._ask(json.dumps(job)))

    def wait(self) -> Ended:
        """Wait for the command that was started last."""
        status = int(self._ask("wait"))
        said, counted = self._scratch / "said", self._scratch / "counted"
        return Ended(
            os.waitstatus_to_exitcode(status),
            said.read_text(errors="replace"),
            int(counted.read_text() or 0) if counted.exists() else 0,
        )

    def _ask(self, line: str) -> str:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline()


@contextmanager
def forked_commands(scratch: Path) -> Generator[Commands]:
    """Start the process that forks commands; it ends with the context."""
    scratch.mkdir(parents=True, exist_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen(
        [sys.executable, __file__],
        cwd=PROJECT,
        env=environment,
        text=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdout.readline()
        yield Commands(process, scratch)
        process.stdin.close()


def serve() -> None:
    """Fork a child for each line that comes."""
    _make_ready()
    answer = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    print("ready", file=answer, flush=True)
    child = 0
    for line in sys.stdin:
        if line.strip() == "wait":
            print(os.waitpid(child, 0)[1], file=answer, flush=True)
            continue
        child = os.fork()
        if child == 0:
            _perform(json.loads(line))
        print(child, file=answer, flush=True)


def _make_ready() -> None:
    """Make what a command makes first of all, once for all children; no thread may begin here."""
    from flows.runtime.imports import without_collecting  # noqa: PLC0415 - the server's alone

    with without_collecting():
        import pandera.backends.polars.builtin_checks  # noqa: F401, PLC0415 - at the first check

        import flows.campaign_reports  # noqa: F401, PLC0415
        from contracts.feeds import FEEDS  # noqa: PLC0415
        from flows.cli.app import main  # noqa: F401, PLC0415
        from flows.page.writing import read_templates  # noqa: PLC0415
        from flows.report_tables import REPORT_TABLES  # noqa: PLC0415

        for contract in (*FEEDS.values(), *(table.contract for table in REPORT_TABLES)):
            contract.to_schema()
        read_templates().get_template("parts.html")


def _perform(job: dict[str, Any]) -> None:
    scratch, root = Path(job["scratch"]), Path(job["root"])
    counted = scratch / "counted"
    counted.write_text("")
    said = os.open(scratch / "said", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(said, 2)
    os.dup2(said, 1)
    sys.stdin = open(os.devnull)  # noqa: SIM115, PTH123 - the child's own, to its end
    code = 99
    try:
        operations = _disturb(root, Disturbance(**job["disturbed"]))
        code = _call(root, job["arguments"])
        counted.write_text(str(operations[0]))
    finally:
        with suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _call(root: Path, arguments: list[str]) -> int:
    """A run without Prefect's server, any other command as it is."""
    from flows.campaign_reports import campaign_reports  # noqa: PLC0415
    from flows.cli.app import main  # noqa: PLC0415
    from flows.cli.failures import report_failure  # noqa: PLC0415

    command, *more = arguments
    if command != "run":
        return main([command, str(root), *more])
    try:
        campaign_reports.fn(str(root), full="--full" in more, wait_seconds=0)
    except Exception as error:  # noqa: BLE001 - as the command does
        return report_failure(error)
    return 0


def _disturb(root: Path, what: Disturbance) -> list[int]:
    """Have it happen; gives the count of operations, which goes on."""
    operations = [0]
    if what.largest_file:
        resource.setrlimit(resource.RLIMIT_FSIZE, (what.largest_file, what.largest_file))
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    if what.kind == "forbid":
        _obey_rights()

    def watch(event: str, given: tuple[Any, ...]) -> None:
        if event not in CHANGES and event not in LOOKS:
            return
        path = given[0] if given else None
        is_ours = isinstance(path, str | os.PathLike) and Path(path).is_relative_to(root)
        if not is_ours and not (event in CHANGES and given[-1] not in (-1, path)):
            return
        is_change = event in CHANGES or (event == "open" and bool((given[2] or 0) & WRITING))
        if what.only_changes and not is_change:
            return
        operations[0] += 1
        if operations[0] == what.at:
            _happen(what, Path(path) if is_ours else root)

    sys.addaudithook(watch)
    return operations


def _happen(what: Disturbance, path: Path) -> None:
    match what.kind:
        case "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        case "refuse":
            raise OSError(what.errno, os.strerror(what.errno), str(path))
        case "forbid":
            path.parent.chmod(0)
        case "vanish":
            shutil.rmtree(what.victim) if Path(what.victim).is_dir() else Path(what.victim).unlink(
                missing_ok=True
            )


def _obey_rights() -> None:
    """Have a process of root obey the rights of files, as that of any other user does."""
    header = (ctypes.c_uint32 * 2)(LINUX_CAPABILITY_VERSION_3, 0)
    none = (ctypes.c_uint32 * 6)()
    if os.geteuid() == 0 and ctypes.CDLL(None).capset(header, none):
        msg = "rights cannot be given up here"
        raise OSError(msg)


if __name__ == "__main__":
    serve()
