"""`campaign-reports init --from FILE…`: campaigns.toml with the entries that would read files."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from contracts.columns import any_of, columns, required
from contracts.config.toml_values import write_toml
from contracts.feeds import FEEDS, AdStats
from flows.config.source_files import load_sources
from flows.errors import UsageError
from flows.folders import WILDCARD, list_matching
from flows.steps.reading.feed_candidates import KnownSources
from flows.steps.reading.feed_proposals import FeedProposal, propose_feed, set_neighbours_apart
from flows.storage.workspace_files import make_folder

CURRENCY_LINE = '# currency = "USD"   '
"""How the line of the starter begins that says the reporting currency."""
TABLES_TO_MAP = (
    "contacts", "sends", "events", "message_stats", "orders", "page_views", "ad_stats",
)  # fmt: skip
"""What a file of one's own most often holds."""


@dataclass(frozen=True)
class PlacedFeed:
    """A feed entry with the pattern of its files, and the files that it is proposed for."""

    entry: Mapping[str, object]
    proposals: list[FeedProposal]


def propose_feeds(files: Iterable[Path]) -> list[FeedProposal]:
    """A feed entry for each file.

    Raises:
        UsageError: A file is not there.
    """
    known, proposals = KnownSources(load_sources()), []
    for path in files:
        if path.is_dir():
            msg = f"{path} is a folder"
            raise UsageError(
                msg, f"Give the files in it that feeds deliver, as --from {path}/*.csv."
            )
        if not path.is_file():
            msg = f"there is no file {path}"
            raise UsageError(msg, "Give files that feeds deliver, as --from export.csv.")
        proposals.append(propose_feed(path, known))
    return set_neighbours_apart(proposals)


def place_feeds(proposals: Sequence[FeedProposal], directory: Path) -> dict[str, PlacedFeed]:
    """The entries, each once, by the patterns of their files.

    A file's pattern is where it lies or, if that is elsewhere, the folder into which it is to be
    put: one for all files that the same entry reads, such as those of each day.
    """
    placed: dict[str, PlacedFeed] = {}
    series = _find_series(proposals, directory)
    for proposal in proposals:
        number = 1
        while True:
            files = series.get(proposal.path) or _pattern(proposal, directory, number)
            entry = {"files": files, **proposal.settings}
            same = placed.setdefault(entry["files"], PlacedFeed(entry, []))
            if same.entry == entry:
                same.proposals.append(proposal)
                break
            number += 1
    return placed


def _find_series(proposals: Iterable[FeedProposal], directory: Path) -> dict[Path, str]:
    """The patterns of the files of a workspace's folder that one entry reads, and no other file."""
    root, alike = directory.resolve(), dict[tuple[Path, str, str], list[Path]]()
    for one in proposals:
        folder = one.path.resolve().parent
        if one.settings and folder.is_relative_to(root):
            alike.setdefault((folder, one.ending, write_toml(one.settings)), []).append(one.path)
    patterns = {}
    for (folder, ending, _), paths in alike.items():
        names = [path.name for path in paths]
        begin = re.split(r"[\W_]*\d", names[0].removesuffix(ending))[0]
        found = [path.name for path in list_matching(folder, f"{begin}*{ending}")]
        if len(names) > 1 and not WILDCARD.search(begin) and found == sorted(names):
            pattern = (folder.relative_to(root) / f"{begin}*{ending}").as_posix()
            patterns |= dict.fromkeys(paths, pattern)
    return patterns


def _pattern(proposal: FeedProposal, directory: Path, number: int) -> str:
    path, root = proposal.path.resolve(), directory.resolve()
    if path.is_relative_to(root):
        return path.relative_to(root).as_posix()
    name = str(proposal.settings.get("source") or proposal.settings.get("table") or path.stem)
    folder = name if number == 1 else f"{name}_{number}"
    return f"raw/{folder}/*{proposal.ending}"


def make_folders(placed: Mapping[str, PlacedFeed], directory: Path) -> None:
    """Make the folders into which the files are to be put."""
    for pattern, feed in placed.items():
        if len(feed.entry) > 1:
            make_folder((directory / pattern).parent)


def say_currency(starter: str, proposals: Iterable[FeedProposal]) -> str:
    """The starter's text, with the reporting currency where all amounts of the files are of one."""
    told = {currency for one in proposals for currency in one.currencies}
    line = f'currency = "{told.pop()}"     ' if len(told) == 1 else CURRENCY_LINE
    return starter.replace(CURRENCY_LINE, line, 1)


def render_feeds(placed: Mapping[str, PlacedFeed]) -> str:
    """The entries as TOML, with what is open as comments above each."""
    parts = [_render_feed(one) for one in placed.values()]
    if any(one.to_map for feed in placed.values() for one in feed.proposals):
        parts.insert(0, _say_what_tables_need())
    return "\n".join(parts)


def _say_what_tables_need() -> str:
    """What a row of a file of one's own may be, as comments."""
    needs = (", ".join([*required(FEEDS[one]), *_one_of(one)]) for one in TABLES_TO_MAP)
    listed = (f"#   {table}: {need}" for table, need in zip(TABLES_TO_MAP, needs, strict=True))
    begin = (
        "# What a row of your own file may be, and the columns of ours that it needs then, at least"
    )
    further = "# (`campaign-reports dictionary` has all columns of all tables):"
    return "\n".join([begin, further, *listed, ""])


def _sketch_feed(feed: PlacedFeed) -> Iterator[str]:
    theirs = feed.proposals[0].to_map
    if theirs:
        mapped = ", ".join(f"… = {write_toml(name)}" for name in theirs)
        yield "# [[feeds]]"
        yield '# table = "…"'
        yield f"# files = {write_toml(feed.entry['files'])}"
        yield f"# columns = {{ {mapped} }}"


def _one_of(table: str) -> Iterator[str]:
    """The columns of which a table needs one; of ads, what they cost."""
    if AdStats.spend in columns(FEEDS[table]):
        yield AdStats.spend
    if names := any_of(FEEDS[table]):
        yield " or ".join(names)


def _render_feed(feed: PlacedFeed) -> str:
    lines = [f"# {', '.join(one.path.name for one in feed.proposals)}"]
    points: dict[str, list[str]] = {}
    for one in feed.proposals:
        for point in one.open_points:
            points.setdefault(point, []).append(one.path.name)
    for point, names in points.items():
        of_some = f"{', '.join(names)}: " if len(names) < len(feed.proposals) else ""
        lines.append(f"# - {of_some}{point}")
    if len(feed.entry) == 1:
        return "\n".join([*lines, *_sketch_feed(feed), ""])
    kind = next(key for key in ("source", "table") if key in feed.entry)
    ordered = {kind: feed.entry[kind], **feed.entry}
    lines += ["[[feeds]]", *(f"{key} = {write_toml(value)}" for key, value in ordered.items())]
    read = ", ".join(f"{theirs} → {ours}" for theirs, ours in feed.proposals[0].read.items())
    return "\n".join([*lines, f"# reads {read}", ""])
