"""Source mappings: those that ship with the product, and a workspace's own in sources/."""

import tomllib
from functools import cache
from importlib.resources import files
from pathlib import Path

from contracts.config.source_mapping import Source
from flows.config.config_problems import find_source_problems
from flows.errors import ConfigurationError

SUFFIX = ".toml"
OWN_SOURCES = "sources"
"""The folder of a workspace that holds source mappings of its own."""


@cache
def load_sources() -> dict[str, Source]:
    """Every source mapping that ships with the product, by its name (`skene.campaign_events`)."""
    found = sorted(files("contracts").joinpath("sources").iterdir(), key=lambda entry: entry.name)
    return {
        entry.name.removesuffix(SUFFIX): Source.model_validate(
            tomllib.loads(entry.read_text("utf-8"))
        )
        for entry in found
        if entry.name.endswith(SUFFIX)
    }


def load_own_sources(root: Path) -> dict[str, Source]:
    """The source mappings of a workspace's own by their names; one that ships gives way to them.

    Raises:
        ConfigurationError: A file is no source mapping: its key and what is wrong with it.
    """
    found = sorted(root.joinpath(OWN_SOURCES).glob(f"*{SUFFIX}"))
    return {file.name.removesuffix(SUFFIX): _load_own(file) for file in found}


def _load_own(file: Path) -> Source:
    place = f"{OWN_SOURCES}/{file.name}"
    try:
        written = tomllib.loads(file.read_bytes().decode("utf-8-sig"))
    except OSError as error:
        msg = f"{place} cannot be read: {error.strerror}"
        raise ConfigurationError(msg) from error
    except UnicodeDecodeError as error:
        msg = f"{place} is not UTF-8"
        raise ConfigurationError(msg, "Save the file as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        msg = f"{place} is no TOML: {error}"
        raise ConfigurationError(msg) from error
    if problems := find_source_problems(written):
        msg = "\n  ".join([f"{place} is no source mapping:", *problems])
        raise ConfigurationError(msg, "`campaign-reports sources NAME` shows one that ships.")
    return Source.model_validate(written)
