"""Ctrl-C: what is begun is undone, and Prefect's farewell is not waited for.

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


@contextmanager
def interruptible() -> Generator[None, None, None]:
    """Tell an interrupt at once, raise it, and end the process if that takes longer than a moment.

    Raises:
        KeyboardInterrupt: The user's.
    """
    timers: list[Timer] = []

    def interrupt(_: int, __: FrameType | None) -> None:
        stderr_console().show_cursor()
        print_note("interrupted; nothing that was published has changed")
        timer = Timer(GRACE_SECONDS, os._exit, (INTERRUPTED,))
        timer.daemon = True
        timer.start()
        timers.append(timer)
        raise KeyboardInterrupt

    if current_thread() is not main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        for timer in timers:
            timer.cancel()
        signal.signal(signal.SIGINT, before)
