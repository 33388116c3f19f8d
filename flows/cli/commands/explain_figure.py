"""`campaign-reports explain`: the raw rows that a published figure comes from."""

import json as json_text
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import polars as pl
from cyclopts import Parameter

from flows.cli.console import as_json, print_json, print_note, print_table
from flows.cli.options import Flag, Texts
from flows.cli.published import find_published, list_published
from flows.errors import FAULT_OF_OURS, UsageError
from flows.explain.answers import ExplainedCell, Explainer
from flows.explain.published_run import RUN_AGAIN, PublishedRun, open_published_run
from flows.explain.sums import add_up_answers, list_summed_keys
from flows.storage.workspace_files import storage_errors

ROWS_FOR_PEOPLE = 20
ERROR = "error"
HEADER = ("file", "row_number", "table", "counts", "because")


def explain(
    workspace: Path,
    table: str | None = None,
    /,
    *,
    key: Texts = (),
    column: str | None = None,
    cells: Path | None = None,
    to: Path | None = None,
    sum_: Annotated[bool, Parameter(name="--sum", negative=())] = False,
    personal: Flag = False,
    json: Flag = False,
) -> int:
    """Say which raw rows a published figure comes from, and why each of them counts.

    Args:
        workspace: The workspace's folder.
        table: `email/message_report`, or `message_report` where only one group has it.
        key: A column of the row's key and its value: `message_id=m1`; `COLUMN=` for an empty one;
            again for each further column.
        column: The figure's column.
        cells: A JSON list of `{"table", "key", "column"}` to explain in one go.
        to: A .parquet or .json file for all rows; the answer prints the first 1,000.
        sum_: Explain the sum over all rows that the key hits: columns may be left out of it, and
            days be given as `date_day=2026-01-01..2026-01-31`.
        personal: Show the raw rows themselves, with whatever personal data they have.
        json: Print a JSON object, or a list with --cells.

    Returns:
        The exit code: 0; 1 where the rows do not add up to the published value.
    """
    asked = _read_cells(cells) if cells else [_read_cell(table, key, column)]
    if cells and (table or key or column or sum_):
        msg = "--cells takes the place of a table, --key, --column and --sum"
        raise UsageError(msg, "Give either.")
    published = list_published(workspace)
    places = [find_published(str(one["table"]), published) for one in asked]
    with open_published_run(workspace) as run:
        explainer = Explainer(run, shows_rows=personal)
        answer = _sum if sum_ else partial(_answer, is_one_of_many=cells is not None)
        answers = [answer(explainer, place, one) for place, one in zip(places, asked, strict=True)]
    if to is not None:
        _write(answers, to)
    if json:
        said = [answer.said for answer in answers]
        print_json(said if cells else said[0])
    else:
        for answer in answers:
            if ERROR not in answer.said:
                _print(answer)
    return _tell_problems(run, answers)


def _tell_problems(run: PublishedRun, answers: list[ExplainedCell]) -> int:
    """Say what does not add up, and what cannot be explained; the exit code."""
    problems = [f"the rows do not add up: {one.problem}" for one in answers if one.problem]
    if problems and run.is_erased_since:
        problems.append(f"A person was erased since {run.run_id} was published. {RUN_AGAIN}")
    errors = [answer.said[ERROR] for answer in answers if ERROR in answer.said]
    for note in (*problems, *errors):
        print_note(note)
    if problems:
        return FAULT_OF_OURS
    return UsageError.exit_code if errors else 0


def _sum(explainer: Explainer, place: tuple[str, str], asked: dict[str, Any]) -> ExplainedCell:
    column = str(asked["column"])
    keys = list_summed_keys(place, explainer.run.tables[place], asked["key"], column)
    return add_up_answers(asked, [explainer.answer(place, key, column) for key in keys])


def _answer(
    explainer: Explainer, place: tuple[str, str], asked: dict[str, Any], *, is_one_of_many: bool
) -> ExplainedCell:
    """Explain a cell; of many, one that cannot be explained does not stop the others."""
    try:
        return explainer.answer(place, asked["key"], str(asked["column"]))
    except UsageError as error:
        if not is_one_of_many:
            raise
        said = {"table": "/".join(place), "key": asked["key"], "column": asked["column"]}
        return ExplainedCell({**said, ERROR: error.message}, pl.DataFrame(), "")


def _read_cell(table: str | None, key: tuple[str, ...], column: str | None) -> dict[str, Any]:
    if table is None or column is None:
        msg = "a figure is named by its table and its column"
        raise UsageError(msg, "Give TABLE, --key COLUMN=VALUE and --column NAME, or --cells FILE.")
    cells = dict[str, str]()
    for one in key:
        name, sign, value = one.partition("=")
        if not sign:
            msg = f"the key {one!r} cannot be read"
            raise UsageError(msg, "Write COLUMN=VALUE; COLUMN= for an empty one.")
        cells[name.strip()] = value
    return {"table": table, "key": cells, "column": column}


def _read_cells(file: Path) -> list[dict[str, Any]]:
    try:
        listed = json_text.loads(file.read_text("utf-8"))
        good = isinstance(listed, list) and all(
            isinstance(one, dict) and {"table", "key", "column"} <= one.keys() for one in listed
        )
    except (OSError, ValueError):
        good = False
    if not good:
        msg = f"{file} is not a list of cells"
        raise UsageError(msg, 'It is a JSON list of {"table": …, "key": {…}, "column": …}.')
    return listed


def _write(answers: list[ExplainedCell], to: Path) -> None:
    if to.suffix not in (".parquet", ".json"):
        msg = f"rows cannot be written to {to.name}"
        raise UsageError(msg, "Give a file that ends in .parquet or .json.")
    with storage_errors(f"writing {to}"):
        if to.suffix == ".json":
            whole = [{**answer.said, "rows": answer.rows.to_dicts()} for answer in answers]
            to.write_text(as_json(whole if len(whole) > 1 else whole[0]) + "\n", "utf-8")
        else:
            _stack_rows(answers).write_parquet(to)


def _stack_rows(answers: list[ExplainedCell]) -> pl.DataFrame:
    parts = [
        answer.rows.select(
            pl.lit(answer.said["table"]).alias("cell_table"),
            pl.lit(as_json(answer.said["key"])).alias("cell_key"),
            pl.lit(answer.said["column"]).alias("cell_column"),
            pl.all(),
        )
        for answer in answers
        if answer.rows.width
    ]
    return pl.concat(parts, how="diagonal") if parts else pl.DataFrame()


def _print(answer: ExplainedCell) -> None:
    said = answer.said
    print_note(f"{said['table']}.{said['column']} = {said['value']}: {said['formula']}")
    for operand in said["operands"]:
        print_note(f"{operand['name']} = {operand['value']}, from {operand['rows_total']:,} rows")
    names = [*HEADER, *(["raw"] if "raw" in answer.rows.columns else [])]
    shown = answer.rows.head(ROWS_FOR_PEOPLE).to_dicts()
    if shown:
        print_table(names, ([row.get(name) for name in names] for row in shown))
    if answer.rows.height > len(shown):
        print_note(f"{len(shown):,} of {answer.rows.height:,} rows; --json or --to shows more")
    if said["excluded"]:
        print_note("rows that do not count:")
        left = [name for name in names if name != "counts"]
        print_table(left, ([row.get(name) for name in left] for row in said["excluded"][:20]))
