"""Erasures of people as the command makes them, without being asked."""

from functools import partial
from pathlib import Path

from flows.cli.commands.operating.erase import redraw
from flows.config.loading import load_workspace
from flows.progress import silence
from flows.steps.maintenance.erasure import Asked, Erased, erase_person


def erase(root: Path, *, raw: bool = False, describes: bool = False, **asked: str) -> Erased | None:
    """Erase somebody; where it is asked for, the kept snapshots are described and drawn anew."""
    loaded = load_workspace(root, environ={})
    return erase_person(
        loaded,
        Asked(asked.get("contact"), asked.get("email"), asked.get("org")),
        silence,
        raw=raw,
        confirm=lambda _: True,
        describe=partial(redraw, loaded) if describes else lambda *_: None,
    )
