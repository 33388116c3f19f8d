"""Source mappings: those that ship with the product, and a workspace's own in sources/."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from contracts.config.source_mapping import Source
from flows.config.config_problems import find_source_problems
from flows.errors import ConfigurationError

SUFFIX = ".toml"
SHIPPED = files("contracts").joinpath("sources")
OWN_SOURCES = "sources"
"""The folder of a workspace that holds source mappings of its own."""


@dataclass(frozen=True, eq=False)
class Sources(Mapping[str, Source]):
    """Source mappings by their names; one that ships is read when it is first asked for.

    Attributes:
        own: Those of a workspace's own, which stand before one that ships.
    """

    own: Mapping[str, Source]

    def __getitem__(self, name: str) -> Source:
        """One of them."""
        if name in self.own or name not in _list_shipped():
            return self.own[name]
        return _read_shipped(name)

    def __iter__(self) -> Iterator[str]:
        """Their names."""
        return iter(dict.fromkeys([*_list_shipped(), *self.own]))

    def __len__(self) -> int:
        """How many there are."""
        return len({*_list_shipped(), *self.own})


def load_sources(own: Mapping[str, Source] | None = None) -> Sources:
    """Every source mapping that ships with the product, by its name (`skene.campaign_events`)."""
    return Sources(own or {})


@cache
def _list_shipped() -> tuple[str, ...]:
    names = (entry.name for entry in SHIPPED.iterdir())
    return tuple(sorted(name.removesuffix(SUFFIX) for name in names if name.endswith(SUFFIX)))


@cache
def _read_shipped(name: str) -> Source:
    return Source.model_validate(
        tomllib.loads(SHIPPED.joinpath(f"{name}{SUFFIX}").read_text("utf-8"))
    )


def load_own_sources(root: Path) -> dict[str, Source]:
    """The source mappings of a workspace's own by their names; one that ships gives way to them.

    Raises:
        ConfigurationError: A file is not a source mapping: its key and what is wrong with it.
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
        msg = "\n  ".join([f"{place} is not a source mapping:", *problems])
        raise ConfigurationError(msg, "`campaign-reports sources NAME` shows one that ships.")
    return Source.model_validate(written)
