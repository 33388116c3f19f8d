"""Prefect's embedded server ends with the process that started it, also with a killed one."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[3]
OWNER = f"""
import sys, time
sys.path.insert(0, {str(PROJECT)!r})
from subprocess import Popen
from threading import Thread
from types import SimpleNamespace
from flows.runtime.prefect_server import watch_server
server = SimpleNamespace(server_process=Popen(["/bin/sleep", "60"]))
starting = Thread(target=time.sleep, args=(0.1,))
starting.start()
watch_server(server, starting)
print(server.server_process.pid, flush=True)
time.sleep(60)
"""


def test_a_killed_process_leaves_no_server_that_holds_its_pipes(tmp_path: Path) -> None:
    environ = {**os.environ, "PREFECT_HOME": str(tmp_path)}
    with subprocess.Popen(
        [sys.executable, "-c", OWNER], stdout=subprocess.PIPE, env=environ
    ) as owner:
        assert owner.stdout is not None
        server = int(owner.stdout.readline())
        os.kill(server, 0)
        owner.kill()
        began = time.monotonic()
        assert owner.stdout.read() == b""
        assert time.monotonic() - began < 30
    assert owner.returncode == -signal.SIGKILL
