"""Frames that several others are made from: worked out once, by whoever may collect."""

from collections.abc import Callable

import polars as pl

Settle = Callable[[pl.LazyFrame], pl.LazyFrame]
"""Works a frame out and holds it. A lazy plan is a tree: what it reads twice it works out twice."""
