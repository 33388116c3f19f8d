"""Reading a workspace's configuration: campaigns.toml and what the environment overrides."""

import hashlib
import json
import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from contracts import columns
from contracts.config.cell_forms import BOTH_MARKS, find_unfit
from contracts.config.feed_section import FeedSection
from contracts.config.nearest_names import guess, nearest, unknown
from contracts.config.source_mapping import Source
from contracts.config.workspace import Workspace
from contracts.feeds import FEEDS
from contracts.manifest import Warned
from contracts.vocabulary import Platform
from flows.config.config_problems import find_problems
from flows.config.configured_feeds import ConfiguredFeed, configure_feeds
from flows.config.environment import overlay, overrides
from flows.config.feed_problems import find_idle_settings, find_wrong_constants, find_wrong_patterns
from flows.config.source_files import load_own_sources, load_sources
from flows.errors import ConfigurationError
from flows.storage.layout import Layout, in_text

OBJECT_STORE = re.compile(r"^[a-z0-9]+:/")
ONE_OF_SEVERAL = re.compile(rb"^[ \t]*\[(feeds|audiences)\]", re.MULTILINE)
"""The head of an entry as that of a section is written."""
PATTERN_MARK = re.compile(r"[*?\[]")
"""What Polars reads in a path as the pattern of several: other workspaces' files would be read."""
SCHEMA_DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True)
class LoadedWorkspace:
    """A workspace whose configuration holds."""

    root: Path
    """Absolute, with symbolic links resolved."""
    config: Workspace
    config_sha256: str
    """Of campaigns.toml's bytes, own source mappings, and what the environment overrides."""
    sources: Mapping[str, Source]
    """Every source mapping by its name, the workspace's own among them."""
    warnings: tuple[Warned, ...]
    """What is allowed and looks like a slip."""


def load_workspace(root: Path, environ: Mapping[str, str] = os.environ) -> LoadedWorkspace:
    """Read and check a workspace's configuration.

    Args:
        environ: Variables `CAMPAIGN_REPORTS_<SECTION>__<KEY>` win over campaigns.toml.

    Raises:
        ConfigurationError: One message with every problem: its key, what is wrong, what is near.
    """
    file = Layout(root).config
    content = _read(root, file)
    written = _parse(content, file)
    overriding = overrides(environ)
    if problems := find_problems(written, overriding):
        raise _refused(file, problems)
    config = Workspace.model_validate(overlay(written, overriding))
    own = load_own_sources(root)
    sources = load_sources(own)
    if problems := [
        problem
        for place, feed in enumerate(config.feeds)
        for problem in _source_problems(place, feed, sources)
    ]:
        raise _refused(file, problems)
    feeds = configure_feeds(config, sources)
    if problems := [
        *_name_problems(feeds),
        *(problem for feed in feeds for problem in find_wrong_patterns(feed)),
    ]:
        raise _refused(file, problems)
    if problems := [problem for feed in feeds for problem in find_wrong_constants(feed)]:
        raise _refused(file, problems)
    beside = {name: source.model_dump(mode="json") for name, source in own.items()}
    beside |= {"environment": overriding} if overriding else {}
    hashed = content + (json.dumps(beside, sort_keys=True).encode() if beside else b"")
    return LoadedWorkspace(
        root=root.resolve(),
        config=config,
        config_sha256=hashlib.sha256(hashed).hexdigest(),
        sources=sources,
        warnings=(*_slips(config), *chain.from_iterable(map(find_idle_settings, feeds))),
    )


def config_schema() -> dict[str, Any]:
    """The JSON Schema of campaigns.toml, for editors."""
    schema = Workspace.model_json_schema()
    source = schema["$defs"][FeedSection.__name__]["properties"]["source"]
    source["anyOf"] = [{"enum": [*load_sources()]}, *source["anyOf"]]
    return {"$schema": SCHEMA_DIALECT, **schema, "title": "campaigns.toml"}


def _read(root: Path, file: Path) -> bytes:
    start = "Start one with `campaign-reports init DIR`."
    if OBJECT_STORE.match(str(root)):
        msg = f"{root} is in an object store of a kind that is not supported"
        raise ConfigurationError(msg, "Give a folder, or s3://bucket/prefix.")
    if not root.exists():
        msg = f"there is no workspace {root}"
        raise ConfigurationError(msg, start)
    if in_text(place := str(root.resolve())) != place:
        msg = f"the path of the workspace, {in_text(place)}, is not UTF-8 text"
        raise ConfigurationError(
            msg, "Rename its folders, or run where the locale is one of UTF-8."
        )
    if mark := PATTERN_MARK.search(place):
        msg = f"the path of the workspace, {place}, has {mark[0]!r} in it, a sign of patterns"
        hint = "Tables are read by patterns of paths: rename its folders without *, ? and [."
        raise ConfigurationError(msg, hint)
    if not root.is_dir():
        msg = f"the workspace {root} is a file, not a folder"
        raise ConfigurationError(msg, "Give the folder that holds campaigns.toml.")
    if not file.exists():
        msg = f"there is no campaigns.toml in {root}"
        raise ConfigurationError(msg, f"Give the folder that holds it. {start}")
    try:
        return file.read_bytes()
    except OSError as error:
        msg = f"{file} cannot be read: {error.strerror}"
        raise ConfigurationError(msg) from error


def _parse(content: bytes, file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(content.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        msg = f"{file}, line {line}: not UTF-8"
        raise ConfigurationError(msg, "Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{file} is no TOML: {error}"
        hint = ""
        if found := ONE_OF_SEVERAL.search(content):
            name = found[1].decode()
            hint = f"Each entry begins with two brackets on each side: [[{name}]], not [{name}]."
        raise ConfigurationError(msg, hint) from error


def _refused(file: Path, problems: list[str]) -> ConfigurationError:
    return ConfigurationError(
        "\n".join([f"{file} cannot be used as it stands:", *(f"  {one}" for one in problems)])
    )


def _source_problems(position: int, feed: FeedSection, sources: Mapping[str, Source]) -> list[str]:
    """What a feed asks of its source mapping that the mapping does not have."""
    if feed.source is None:
        return []
    if feed.source not in sources:
        hint = guess(feed.source, sources, "; `campaign-reports sources` lists them")
        return [f"feeds[{position}].source: unknown source {feed.source!r}{hint}"]
    source = sources[feed.source]
    types = {
        name: dtype
        for one in source.tables
        for name, dtype in columns.polars_schema(FEEDS[one.table]).items()
    }
    problems = [
        f"feeds[{position}].{section}.{name}: {unknown(f'column of {feed.source}', name, types)}"
        for section, name in feed.named_columns()
        if name not in types
    ]
    problems += [
        f"feeds[{position}].{setting}.{name}: {wrong}"
        for setting, name, wrong in find_unfit(feed.formats, feed.units, types)
    ]
    if (feed.decimal or source.decimal) == feed.thousands:
        problems.append(f"feeds[{position}].thousands: {BOTH_MARKS}")
    return problems


def _name_problems(feeds: list[ConfiguredFeed]) -> Iterator[str]:
    """Names of feeds that another one bears, too: nobody could tell their rows in quarantine."""
    for feed in feeds:
        given = feed.section.name
        others = [
            one for one in feeds if one is not feed and given in (one.name, one.section.label)
        ]
        is_told = any(one.section.name == given and one.place > feed.place for one in others)
        if given is not None and others and not is_told:
            also = f"feeds[{others[0].place}] is called that, too"
            yield f"feeds[{feed.place}].name: {also}; give each feed a name of its own"


def _slips(config: Workspace) -> list[Warned]:
    """Platform names that are allowed, being the user's own, and look like a known one misspelt."""
    named = {f"ads.sources.{value}": name for value, name in config.ads.sources.items()}
    named |= {f"ads.aliases.{value}": alias.platform for value, alias in config.ads.aliases.items()}
    known = [platform.value for platform in Platform]
    return [
        Warned(
            code="unusual_platform",
            message=f"{at}: {name!r} is not a platform that the product knows; "
            f"if it is not one of your own, did you mean {near!r}?",
        )
        for at, name in named.items()
        if name not in known and (near := nearest(name, known))
    ]
