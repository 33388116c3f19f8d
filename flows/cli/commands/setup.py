"""`campaign-reports init`: a workspace before its first run."""

import json as json_text
import shutil
from importlib.resources import files
from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from contracts.config.nearest_names import hint_nearest
from contracts.manifest import count_of
from flows.cli.commands.proposals import (
    make_folders,
    place_feeds,
    propose_feeds,
    render_feeds,
    say_currency,
)
from flows.cli.console import print_json, print_note
from flows.cli.options import Flag
from flows.config.loading import config_schema
from flows.errors import UsageError
from flows.folders import list_matching_below
from flows.steps.reading.feed_proposals import FeedProposal
from flows.storage.layout import Layout
from flows.storage.workspace_files import make_folder, storage_errors

SCHEMA = "campaigns.schema.json"
IGNORED = ".gitignore"
WRITTEN_BY_RUNS = "reports/\nquarantine/\nstate/\n"
SAMPLES = Path(__file__).resolve().parents[3] / "data" / "sample"


def init(
    directory: Path,
    /,
    *,
    sample: str | None = None,
    from_: Annotated[list[Path] | None, Parameter(name="--from", consume_multiple=True)] = None,
    json: Flag = False,
) -> int:
    """Start a workspace: a commented campaigns.toml, its JSON Schema, raw/ and a .gitignore.

    For files that lie in its raw/ already, entries are proposed, too.

    Args:
        directory: The folder to make; it must not hold a workspace yet.
        sample: A sample workspace to copy instead, as `skene`.
        from_: Files that feeds deliver: their entries are proposed, with what is open as comments.
        json: Print the folder and the proposed feeds as JSON.
    """
    lying = () if sample else list_matching_below(directory / "raw", "[!.]*")
    proposals = propose_feeds(from_ or lying)
    placed = place_feeds(proposals, directory)
    origin = None if sample is None else _sample(sample)
    _refuse_to_overwrite(directory, needs_empty=origin is not None)
    with storage_errors(f"writing {directory}"):
        if origin is None:
            make_folder(directory / "raw")
            starter = files("flows.cli").joinpath("starter.toml").read_text("utf-8")
            parts = (say_currency(starter, proposals), render_feeds(placed))
            Layout(directory).config.write_text("\n".join(filter(None, parts)))
            make_folders(placed, directory)
        else:
            left_behind = shutil.ignore_patterns("reports", "quarantine", "state")
            shutil.copytree(origin, directory, ignore=left_behind, dirs_exist_ok=True)
        (directory / SCHEMA).write_text(json_text.dumps(config_schema(), indent=2) + "\n", "utf-8")
        if not (directory / IGNORED).exists():
            (directory / IGNORED).write_text(WRITTEN_BY_RUNS)
    if json:
        feeds = [
            {"path": str(one.path), "settings": one.settings, "open_points": one.open_points}
            for one in proposals
        ]
        print_json({"workspace": str(directory), "feeds": feeds})
    print_note(f"started {directory}")
    for pattern, feed in placed.items():
        for proposal in feed.proposals:
            print_note(f"{proposal.path}: {_summarize(proposal, directory / pattern)}")
    if any(one.settings for one in proposals):
        print_note("The entries read what lies in their folders: copy the files there, then")
    elif proposals:
        print_note("No source fits: name the files in campaigns.toml by hand, as it shows, then")
    elif origin is None:
        print_note(f"Put feed files into {directory / 'raw'} and name them in campaigns.toml, then")
    print_note(f"publish with `campaign-reports run {directory}`")
    return 0


def _summarize(proposal: FeedProposal, pattern: Path) -> str:
    """What a file is taken for, and where it is to be put to be read."""
    kind = next(iter(proposal.settings.values()), None)
    taken_for = f"read as {kind}" if kind else "no entry proposed"
    points = count_of(len(proposal.open_points), "point")
    lies_there = proposal.path.resolve().parent == pattern.parent.resolve()
    place = "" if lies_there or not kind else f"; to be copied into {pattern.parent}"
    return f"{taken_for}; {points} to look at in campaigns.toml{place}"


def _refuse_to_overwrite(directory: Path, *, needs_empty: bool) -> None:
    if directory.exists() and not directory.is_dir():
        msg = f"{directory} is a file, not a folder"
        raise UsageError(msg, "Give another folder.")
    for file in (Layout(directory).config, directory / SCHEMA):
        if file.exists():
            msg = f"{file} exists already; init overwrites nothing"
            raise UsageError(msg, "Give another folder, or move the file away.")
    if needs_empty and directory.exists() and any(directory.iterdir()):
        msg = f"{directory} is not empty; a sample goes into a folder of its own"
        raise UsageError(msg, "Give another folder.")


def _sample(name: str) -> Path:
    known = sorted(one.parent.name for one in SAMPLES.glob("*/campaigns.toml"))
    if name in known:
        return SAMPLES / name
    hint = hint_nearest(name, known, f"Known: {', '.join(known)}.")
    msg = f"there is no sample {name!r}"
    raise UsageError(msg, hint if known else "Samples come with a clone of the project.")
