"""How Polars and Arrow are to keep memory: set before they are loaded, since they read it then.

A worker that runs the flow of a deployment has it from the deployment (flows/prefect.yaml).

A run makes and drops one large frame after another. As Polars sets its allocator up, each frame's
pages go back to the system within half a second and are fetched again for the next one, which took
a fifth of the processor time of a run; few arenas and a longer patience take less memory, too.
Arrow's gives them back at once, which took a twentieth of the time of reading.
"""

import os
from collections.abc import MutableMapping

VARIABLE = "_RJEM_MALLOC_CONF"
ARROW_VARIABLE = "MIMALLOC_PURGE_DELAY"
PATIENCE_MS = 5000


def keep_pages(environ: MutableMapping[str, str] = os.environ) -> None:
    """Set both allocators up, unless the environment does."""
    threads = environ.get("POLARS_MAX_THREADS") or os.cpu_count() or 1
    environ.setdefault(VARIABLE, f"narenas:{threads},dirty_decay_ms:{PATIENCE_MS}")
    environ.setdefault(ARROW_VARIABLE, str(PATIENCE_MS))
