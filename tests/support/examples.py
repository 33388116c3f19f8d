"""How many examples a law is tried with: `EXAMPLES=10` tries ten times as many."""

import os

TIMES = int(os.environ.get("EXAMPLES", "1"))


def count_examples(usual: int) -> int:
    """The examples of a law of which one costs much, or so many times as many."""
    return usual * TIMES
