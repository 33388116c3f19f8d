"""What the tests of `explain` ask: figures of the workspace of their module."""

import json
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from flows.cli.app import main

Said = dict[str, Any]


@pytest.fixture
def explain(workspace: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Ask the command for a figure, by keys as they are typed."""

    def ask(table: str, column: str, *keys: str) -> Said:
        told = [part for one in keys for part in ("--key", one)]
        assert main(["explain", str(workspace), table, *told, "--column", column, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


@pytest.fixture
def require_sums(
    workspace: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> Callable[[list[Said]], None]:
    """Ask for many cells at once: the rows of each that has no operands add up to it."""

    def ask(cells: list[Said]) -> None:
        (tmp_path / "cells.json").write_text(json.dumps(cells))
        code = main(["explain", str(workspace), "--cells", str(tmp_path / "cells.json"), "--json"])
        said = json.loads(capsys.readouterr().out)
        assert (code, len(said)) == (0, len(cells))
        for one in said:
            if not one["operands"]:
                total = sum((Decimal(row["counts"]) for row in one["rows"]), Decimal(0))
                assert total == Decimal(str(one["value"] or 0)), one

    return ask


def list_figures(schema: pl.Schema) -> list[str]:
    """The sums and counts of a table, and the first of its quotients: all are made in one way."""
    quotients = [name for name, dtype in schema.items() if dtype.is_float()]
    return [
        name for name, dtype in schema.items() if dtype.is_numeric() and name not in quotients[1:]
    ]
