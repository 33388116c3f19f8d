"""The codes of warnings are those that the contract lists."""

import ast
from collections.abc import Iterator
from pathlib import Path

from contracts.warnings import WARNINGS

ROOT = Path(__file__).parents[2]
MODULES = [path for part in ("flows", "transforms") for path in (ROOT / part).rglob("*.py")]


def find_codes(path: Path) -> Iterator[str]:
    """What the code of each warning is that a module makes: a text as it stands, or its source."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Call(func=ast.Name(id="Warned"), keywords=keywords):
                found = next(one.value for one in keywords if one.arg == "code")
            case ast.Call(func=ast.Attribute(attr="warn"), args=[found, *_]):
                pass
            case _:
                continue
        yield found.value if isinstance(found, ast.Constant) else ast.unparse(found)


def test_runs_warn_by_the_listed_codes_and_by_all_of_them() -> None:
    told = {code for path in MODULES for code in find_codes(path)}
    assert told == {*WARNINGS}
