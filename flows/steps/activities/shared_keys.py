"""Which batches share a key: of the keys that one asks for, another has any."""

from collections.abc import Iterator, Mapping
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from contracts.columns import polars_schema
from contracts.facts.people.numbered_activities import KeyComparisons
from flows.kept.keepers import Keeper
from flows.kept.kept_frames import read_frame, write_frames
from flows.runtime.materialize import cut_groups
from transforms.common.joins import HELD, STREAMED

KEYS_A_BATCH = 2_000_000
"""How many keys are cut into groups at a time: they are short, and few files are read sooner."""
PAIRS, HOLDING, PASSING = "pairs", "holding", "passing"

Keys = Mapping[str, pl.LazyFrame]
Pair = tuple[str, str]


def find_shared_keys(
    keeper: Keeper, name: str, asking: Keys, asked: Keys, at_once: int
) -> dict[str, list[str]]:
    """Find which of those asked have any key of each that asks.

    Two that a run before compared share one if they did then: only what is new is compared.

    Args:
        asking: Identity of each that asks -> its keys, each once, in one column.
        asked: The same of those asked, with the same column.
        at_once: About how many keys are held at a time, of however many.

    Returns:
        Each that asks -> those with which it shares a key, in their order.
    """

    def write(folder: Path) -> str:
        known = _recall(keeper, name)
        olds = [{pair[side] for pair in known} for side in (0, 1)]
        come = {one: keys for one, keys in asking.items() if one not in olds[0]}
        stayed = {one: keys for one, keys in asking.items() if one in olds[0]}
        new = {one: keys for one, keys in asked.items() if one not in olds[1]}
        with TemporaryDirectory(dir=folder) as place:
            found = {*_compare(come, asked, at_once, Path(place, "come"))}
            others = _compare(new, stayed, at_once, Path(place, "new"))
            found |= {(one, other) for other, one in others}
        pairs = [(*pair, known.get(pair, pair in found)) for pair in product(asking, asked)]
        whole = pl.DataFrame(pairs, schema=polars_schema(KeyComparisons), orient="row")
        return write_frames(folder, {PAIRS: whole})

    kept = keeper.folder(name, [[*asking], [*asked]], write)
    share = _list_pairs(kept.open())
    return {one: [other for other in asked if share[one, other]] for one in asking}


def _recall(keeper: Keeper, name: str) -> dict[Pair, bool]:
    """The pairs that a run before compared -> whether they share a key."""
    for _, folder in keeper.list_earlier(name):
        return _list_pairs(folder)
    return {}


def _list_pairs(folder: Path) -> dict[Pair, bool]:
    rows = read_frame(folder, PAIRS, KeyComparisons).iter_rows()
    return {(one, other): shares_a_key for one, other, shares_a_key in rows}


def _compare(held: Keys, passing: Keys, at_once: int, folder: Path) -> Iterator[Pair]:
    """The pairs of one whose keys are held and one whose keys pass by that have one in common.

    Args:
        passing: The others.
        at_once: About how many keys are held at a time.
        folder: Where the keys are cut into groups, if they are many.
    """
    if not (held and passing):
        return
    own = [*held.values()]
    (key,) = own[0].collect_schema()
    groups = pl.concat(own).select(pl.len()).collect().item() // at_once + 1
    mine, theirs = (
        cut_groups(_number(keys, place), pl.col(key), groups, folder / place, KEYS_A_BATCH)
        for place, keys in ((HOLDING, held), (PASSING, passing))
    )
    names, their_names = [*held], [*passing]
    for some, asked in zip(mine, theirs, strict=True):
        held_keys = some.collect(engine="streaming").lazy()
        shared = (
            asked.join(held_keys, on=key, how="inner", validate=STREAMED, build_side=HELD)
            .select(HOLDING, PASSING)
            .unique()
            .collect(engine="streaming")
        )
        yield from ((names[one], their_names[other]) for one, other in shared.iter_rows())


def _number(keys: Keys, place: str) -> list[pl.LazyFrame]:
    """Keys, each with the place of what asks for it or has it."""
    return [
        rows.with_columns(pl.lit(number, pl.UInt32).alias(place))
        for number, rows in enumerate(keys.values())
    ]
