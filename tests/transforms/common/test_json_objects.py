import json

import polars as pl
import pytest

from transforms.common.json_objects import merge_objects


@pytest.mark.parametrize(
    ("first", "second", "whole"),
    [
        (None, None, None),
        ("{}", None, None),
        (" { } ", "{}", None),
        ('{"a":1}', None, '{"a":1}'),
        (None, '{"b": 2}', '{"b": 2}'),
        ('{"a":1}', '{"b":"x,}"}', '{"a":1,"b":"x,}"}'),
        ('{"a":1}', '{"a":2,"b":[3]}', '{"a":1,"b":[3]}'),
        ('{"a":1}', '{"a":2}', '{"a":1}'),
        ('{"é":1.50}', '{"b":null}', '{"é":1.50,"b":null}'),
    ],
)
def test_each_member_stands_once_and_the_first_object_wins(
    first: str | None, second: str | None, whole: str | None
) -> None:
    columns = {"first": [first, None], "second": [second, '{"z":0}']}
    rows = pl.LazyFrame(columns, schema={"first": pl.String, "second": pl.String})
    merged = rows.select(merge_objects(pl.col("first"), pl.col("second")).alias("whole")).collect()
    assert merged.get_column("whole").to_list() == [whole, '{"z":0}']
    if whole is not None:
        pairs = json.loads(whole, object_pairs_hook=list)
        assert len(dict(pairs)) == len(pairs)
