"""The snippets of README.md's reading section, run as they stand there."""

import importlib.util
import re
import shlex
import shutil
import warnings
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import duckdb
import polars as pl
import pytest

from flows.cli.app import main
from tests.support.workspace_copies import copy_workspace

PROJECT = Path(__file__).parents[1]
SECTION = "Reading the reports"
IMPORT = re.compile(r"^(?:import|from) (\w+)", re.MULTILINE)
COMMAND = ["uv", "run", "campaign-reports"]
HAS_SPARK = importlib.util.find_spec("pyspark") is not None and shutil.which("java") is not None
SAYS_SPARK = pytest.mark.skipif(not HAS_SPARK, reason="no pyspark, or no Java that it runs on")


def find_snippets(language: str) -> list[str]:
    """The fenced blocks of a language in the section."""
    text = (PROJECT / "README.md").read_text(encoding="utf-8")
    section = re.search(rf"^## {SECTION}$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    assert section is not None
    return re.findall(rf"^```{language}\n(.*?)^```$", section[1], re.MULTILINE | re.DOTALL)


PYTHON, SQL = find_snippets("python"), find_snippets("sql")
COMMANDS = [
    line for block in find_snippets("sh") for line in block.splitlines() if not line.startswith("#")
]


@pytest.fixture(scope="module")
def place(
    tmp_path_factory: pytest.TempPathFactory, published_sample: Callable[[str], Path]
) -> Path:
    """Where `shop` is the sample that the section names, published."""
    folder = tmp_path_factory.mktemp("readme")
    copy_workspace(published_sample("journeys"), folder / "shop")
    return folder


@pytest.fixture(autouse=True)
def stand_there(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Paths of the section are relative to where the reader stands."""
    monkeypatch.chdir(place)


def read_total(place: Path, table: str) -> Decimal:
    """The revenue of all rows of a table, added up in plain Python."""
    report = pl.read_parquet(place / f"shop/reports/latest/{table}.parquet")
    return sum(report["revenue"].to_list(), Decimal(0))


def test_every_tool_has_a_snippet() -> None:
    imports = {name for one in PYTHON for name in IMPORT.findall(one)}
    assert imports == {"json", "pathlib", "polars", "pandas", "pyarrow", "pyspark"}
    assert len(SQL) == 1
    assert {shlex.split(line)[3] for line in COMMANDS} == {"explain", "audience", "export"}


@pytest.mark.parametrize(
    "code",
    [
        pytest.param(one, marks=SAYS_SPARK if "pyspark" in one else (), id=one.split()[1])
        for one in PYTHON
    ],
)
def test_python_reads_exact_money(place: Path, code: str) -> None:
    names: dict[str, object] = {}
    with warnings.catch_warnings():
        if "pyspark" in code:
            warnings.simplefilter("ignore")
        exec(code, names)  # noqa: S102 - our own README
    assert isinstance(names["total"], Decimal)
    table = "people/contact_report" if "contact_journey" in code else "email/campaign_report"
    assert names["total"] == read_total(place, table)


@pytest.mark.parametrize("query", SQL)
def test_duckdb_answers(place: Path, query: str) -> None:
    with duckdb.connect() as connection:
        rows = connection.sql(query).fetchall()
    assert [row[-1] for row in rows] == [read_total(place, "email/campaign_report")]


@pytest.mark.parametrize("line", COMMANDS)
def test_a_command_works(line: str) -> None:
    words = shlex.split(line)
    assert words[:3] == COMMAND
    assert main(words[3:]) == 0
