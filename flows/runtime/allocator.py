"""How Polars is to keep memory: set by the command before Polars is loaded, which reads it then.

A worker that runs the flow of a deployment has it from the deployment (flows/prefect.yaml).

A run makes and drops one large frame after another. As Polars sets its allocator up, each frame's
pages go back to the system within half a second and are fetched again for the next one, which took
a fifth of the processor time of a run; few arenas and a longer patience take less memory, too.
"""

import os
from collections.abc import MutableMapping

VARIABLE = "_RJEM_MALLOC_CONF"


def keep_pages(environ: MutableMapping[str, str] = os.environ) -> None:
    """Set Polars' allocator up, unless the environment does."""
    threads = environ.get("POLARS_MAX_THREADS") or os.cpu_count() or 1
    environ.setdefault(VARIABLE, f"narenas:{threads},dirty_decay_ms:5000")
