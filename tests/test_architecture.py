"""The three packages and their one direction: flows > transforms > contracts."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = {"contracts": {"contracts"}, "transforms": {"contracts", "transforms"}}
IMPURE = {
    "prefect",
    "os",
    "io",
    "sys",
    "pathlib",
    "time",
    "logging",
    "subprocess",
    "shutil",
    "tempfile",
    "socket",
    "fsspec",
    "pyarrow",
}
"""What pure code does not import: Prefect, I/O, clocks, environment, logging."""
PURE_PARTS = {"pathlib.PurePosixPath"}
IMPURE_CALLS = {"now", "today", "utcnow", "open", "collect", "sink_parquet", "write_parquet"}
MODULES = sorted(
    path
    for package in ("contracts", "transforms", "flows")
    for path in (ROOT / package).rglob("*.py")
)
PURE = [path for path in MODULES if path.relative_to(ROOT).parts[0] != "flows"]
MOST_LINES = 300


def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, dotted."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
            found.update(f"{node.module}.{alias.name}" for alias in node.names)
    return found


def name_of(path: Path) -> str:
    """A file's dotted module name."""
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def label(path: Path) -> str:
    """A file as a test's id."""
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("path", PURE, ids=label)
def test_pure_code_knows_only_its_own_side(path: Path) -> None:
    layer = path.relative_to(ROOT).parts[0]
    ours = {name.split(".")[0] for name in imports_of(path)} & {"flows", "transforms", "contracts"}
    assert ours <= LAYERS[layer]


@pytest.mark.parametrize("path", PURE, ids=label)
def test_pure_code_does_no_input_output_and_reads_no_clock(path: Path) -> None:
    imported = imports_of(path) - {"pathlib"} - PURE_PARTS
    assert not {name.split(".")[0] for name in imported} & IMPURE
    calls = {
        node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
    }
    assert not calls & IMPURE_CALLS


def test_no_module_imports_itself_in_a_circle() -> None:
    names = {name_of(path): path for path in MODULES}
    graph = {
        name: {found for found in imports_of(path) if found in names and found != name}
        for name, path in names.items()
    }
    done: set[str] = set()

    def visit(name: str, trail: tuple[str, ...]) -> None:
        assert name not in trail, f"circle: {' > '.join((*trail, name))}"
        if name not in done:
            for further in sorted(graph[name]):
                visit(further, (*trail, name))
            done.add(name)

    for name in sorted(graph):
        visit(name, ())


@pytest.mark.parametrize("path", MODULES, ids=label)
def test_no_module_outgrows_one_room(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES


def test_the_top_level_is_what_was_agreed() -> None:
    agreed = {
        "pyproject.toml",
        "README.md",
        "LICENSE",
        "flows",
        "transforms",
        "contracts",
        "data",
        "tests",
    }
    untracked = {"uv.lock", "dist", "build"}
    found = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    assert found - untracked == agreed
