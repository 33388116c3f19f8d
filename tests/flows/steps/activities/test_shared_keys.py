"""Which batches share a key: what all keys say, whatever nights before compared."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import polars as pl
import pytest

from flows.kept.identities import identify
from flows.kept.keepers import ScratchFolder
from flows.steps.activities.shared_keys import find_shared_keys

KEYS, BATCHES, NIGHTS = range(40), 8, 6


@dataclass
class Nights:
    """Keeps what the last night found."""

    home: Path
    last: list[Path] = field(default_factory=list)

    def folder(
        self, name: str, inputs: Iterable[object], write: Callable[[Path], str | None]
    ) -> ScratchFolder:
        """A folder written anew."""
        path = self.home / f"{name}-{len([*self.home.iterdir()])}"
        path.mkdir()
        write(path)
        self.last = [path]
        return ScratchFolder(path, identify(name, [*inputs]))

    def list_earlier(self, _: str) -> Iterator[tuple[str, Path]]:
        """That of the last night."""
        yield from (("", path) for path in self.last)


@pytest.mark.parametrize("seed", range(5))
def test_batches_share_what_all_keys_share(tmp_path: Path, seed: int) -> None:
    random, keeper = Random(seed), Nights(tmp_path)  # noqa: S311 - no secret is drawn
    drawn = {
        side: {
            f"{side}{number}": {*random.sample(KEYS, random.randrange(4))}
            for number in range(BATCHES)
        }
        for side in ("asking", "asked")
    }
    for _ in range(NIGHTS):
        here = {
            side: dict(random.sample(sorted(batches.items()), random.randrange(BATCHES)))
            for side, batches in drawn.items()
        }
        asking, asked = (
            {
                name: pl.LazyFrame({"key": sorted(keys)}, schema={"key": pl.UInt64})
                for name, keys in here[side].items()
            }
            for side in ("asking", "asked")
        )
        found = find_shared_keys(keeper, "shared", asking, asked, at_once=10)
        assert found == {
            one: [other for other, theirs in here["asked"].items() if keys & theirs]
            for one, keys in here["asking"].items()
        }


def test_two_that_met_before_are_not_compared_again(tmp_path: Path) -> None:
    """Their keys are gone, and yet it is known that they meet."""
    keeper, none = Nights(tmp_path), pl.LazyFrame(schema={"key": pl.UInt64})
    keys = pl.LazyFrame({"key": [1]}, schema={"key": pl.UInt64})
    assert find_shared_keys(keeper, "m", {"a": keys}, {"b": keys}, at_once=10) == {"a": ["b"]}
    later = {"a": none, "c": keys}, {"b": none, "d": keys}
    found = find_shared_keys(keeper, "m", *later, at_once=10)
    assert found == {"a": ["b"], "c": ["d"]}
