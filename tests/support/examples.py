"""With which examples a law is tried, and with how many: `EXAMPLES=10` tries ten times as many."""

import os

from hypothesis import HealthCheck, settings

TIMES = int(os.environ.get("EXAMPLES", "1"))


def count_examples(usual: int) -> int:
    """The examples of a law of which one costs much, or so many times as many."""
    return usual * TIMES


def choose_examples() -> None:
    """Try the same examples on every machine, however slow; new ones only where more are asked for.

    A law that chance alone lets fail says nothing of the change that was made.
    """
    settings.register_profile(
        "same examples",
        derandomize=TIMES == 1,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    settings.load_profile("same examples")
