"""A run is a batch job to the system, unless somebody said what it is."""

import os
import subprocess
import sys

import pytest

from flows.runtime.scheduling import IS_OF_A_RUN

RUN = (
    "import os\n"
    "from concurrent.futures import ThreadPoolExecutor as Pool\n"
    "from flows.runtime.scheduling import run_as_batch\n"
    "{before}\n"
    "run_as_batch()\n"
    "with Pool(1) as pool:\n"
    "    print(pool.submit(os.sched_getscheduler, 0).result() == os.{policy})\n"
)
AS_IDLE = "os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such policies")
@pytest.mark.parametrize(("before", "policy"), [("", "SCHED_BATCH"), (AS_IDLE, "SCHED_IDLE")])
def test_threads_begun_afterwards_are_scheduled_as_a_batch(before: str, policy: str) -> None:
    script = RUN.format(before=before, policy=policy)
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout == "True\n"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such policies")
@pytest.mark.parametrize(("said", "policy"), [("1", "SCHED_BATCH"), ("", "SCHED_OTHER")])
def test_a_process_is_a_batch_job_where_its_deployment_says_so(said: str, policy: str) -> None:
    script = RUN.replace("run_as_batch", "run_as_batch_alone").format(before="", policy=policy)
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, IS_OF_A_RUN: said},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "True\n"
