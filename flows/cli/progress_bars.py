"""Progress bars for people, silence for pipes."""

from collections.abc import Generator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from flows.cli.console import stderr_console
from flows.progress import Progress, silence


@contextmanager
def progress_bars() -> Generator[Progress, None, None]:
    """A progress callback that draws one bar a stage on stderr, where that is a terminal."""
    console = stderr_console()
    if not console.is_terminal:
        yield silence
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Bars(*columns, console=console, transient=True) as bars:
        stages: dict[str, TaskID] = {}
        waiting = bars.add_task("starting", total=None)

        def advance(stage: str, done: int, total: int) -> None:
            if stage not in stages:
                bars.update(waiting, visible=False)
                stages[stage] = bars.add_task(stage, total=total or None)
            bars.update(stages[stage], completed=done, total=total or None)

        yield advance
