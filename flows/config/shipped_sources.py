"""The source mappings that ship with the product, read from contracts/sources/*.toml."""

import tomllib
from functools import cache
from importlib.resources import files

from contracts.config.source_mapping import Source

SUFFIX = ".toml"


@cache
def load_sources() -> dict[str, Source]:
    """Every source mapping by its name, such as `skene.campaign_events`."""
    found = sorted(files("contracts").joinpath("sources").iterdir(), key=lambda entry: entry.name)
    return {
        entry.name.removesuffix(SUFFIX): Source.model_validate(tomllib.loads(entry.read_text()))
        for entry in found
        if entry.name.endswith(SUFFIX)
    }
