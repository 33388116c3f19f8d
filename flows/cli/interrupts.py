"""Ctrl-C and SIGTERM: what became of the run is told, and Prefect's farewell is not waited for.

A terminal interrupts the embedded server with the command, and Prefect then asks the dead server
again and again, for minutes. A run may be killed at any moment, so ending it is safe.
"""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager
from threading import Timer, current_thread, main_thread
from types import FrameType

from flows.cli.console import print_note, stderr_console
from flows.errors import INTERRUPTED

GRACE_SECONDS = 3
UNCHANGED = "nothing that was published has changed"


@contextmanager
def interruptible() -> Generator[None, None, None]:
    """Tell an interrupt at once, raise it, and end the process if that takes longer than a moment.

    A signal to end is told, and ends the process as if nobody had heard it; while a flow runs,
    Prefect hears it first and passes it on.

    Raises:
        KeyboardInterrupt: The user's.
    """
    timers: list[Timer] = []

    def interrupt(_: int, __: FrameType | None) -> None:
        stderr_console().show_cursor()
        print_note(f"interrupted; {UNCHANGED}")
        timer = Timer(GRACE_SECONDS, os._exit, (INTERRUPTED,))
        timer.daemon = True
        timer.start()
        timers.append(timer)
        raise KeyboardInterrupt

    def terminate(number: int, _: FrameType | None) -> None:
        print_note(f"stopped by a signal to end; {UNCHANGED}")
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)

    if current_thread() is not main_thread():
        yield
        return
    heard = {signal.SIGINT: interrupt, signal.SIGTERM: terminate}
    before = {number: signal.signal(number, hear) for number, hear in heard.items()}
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        for number, hear in before.items():
            signal.signal(number, hear)
