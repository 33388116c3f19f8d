import ast
from pathlib import Path

from flows.code_version import PROJECT, SOURCES, hash_sources
from flows.ingest import file_ingest

STOPS = ("flows/errors.py", "flows/folders.py", "flows/progress.py", "flows/storage")
"""Modules that decide nothing of what a file's bytes become."""


def project_imports(path: Path) -> set[Path]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
            found.update(PROJECT / f"{name.replace('.', '/')}.py" for name in names)
    return {module for module in found if module.exists()}


def test_every_module_that_reading_a_file_imports_is_part_of_the_code_version() -> None:
    covered = {path for pattern in SOURCES for path in PROJECT.glob(pattern)}
    reached, left = set(), {Path(file_ingest.__file__)}
    while left:
        module = left.pop()
        if module in reached or module.relative_to(PROJECT).as_posix().startswith(STOPS):
            continue
        reached.add(module)
        left |= project_imports(module)
    assert len(reached) > len(SOURCES)
    assert reached <= covered
    assert hash_sources() == hash_sources()
