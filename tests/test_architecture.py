"""The three packages and their one direction: flows > transforms > contracts."""

import ast
import re
from collections import Counter
from functools import cache
from pathlib import Path

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
PURE_PARTS = {"pathlib.PurePosixPath", "pyarrow.ArrowInvalid", "pyarrow.timestamp"}
IMPURE_CALLS = {"now", "today", "utcnow", "open"}
COLLECTORS = {
    "collect",
    "collect_all",
    "collect_all_async",
    "collect_async",
    "collect_batches",
    "fetch",
    "profile",
    "materialize",
    "hold",
    "settle",
    "Settle",
    "sink_batches",
    "sink_csv",
    "sink_ipc",
    "sink_ndjson",
    "sink_parquet",
    "write_parquet",
}
"""What works a frame out, under Polars' names and under those that this project gave it."""
TREE = {
    "contracts": {
        "erasures": "",
        "columns": "",
        "vocabulary": "",
        "channels": "columns vocabulary",
        "manifest": "",
        "feed_check": "manifest",
        "quarantine": "columns",
        "reference": "vocabulary",
        "feeds": "channels columns vocabulary",
        "config": "channels columns feeds vocabulary",
        "facts": "columns reference vocabulary",
        "reports": "channels columns config facts vocabulary",
        "warnings": "",
        "dictionary": "columns config feeds quarantine warnings",
    },
    "transforms": {
        "common": "",
        "ingest": "common",
        "messaging": "common",
        "web": "common",
        "matching": "common web",
        "ads": "common matching web",
        "activities": "common messaging",
        "people": "activities common",
        "attribution": "common",
        "reports": "ads common messaging",
        "explain": "ingest messaging people",
    },
    "flows": {
        "errors": "",
        "folders": "",
        "masking": "",
        "report_tables": "",
        "progress": "",
        "code_version": "",
        "runtime": "errors folders",
        "storage": "errors folders report_tables",
        "remote": "errors folders storage",
        "readers": "",
        "config": "errors readers storage",
        "cluster": "code_version errors",
        "kept": "cluster folders storage",
        "catalog": "config errors folders kept readers storage",
        "ingest": "catalog code_version config readers storage",
        "steps": (
            "catalog cluster config errors folders ingest kept progress readers remote "
            "report_tables runtime storage"
        ),
        "explain": (
            "catalog config errors progress readers remote report_tables runtime steps storage"
        ),
        "page": "folders masking storage",
        "descriptions": "storage",
        "announcements": "errors masking progress remote runtime storage",
        "campaign_reports": (
            "announcements catalog cluster code_version config descriptions errors kept page "
            "progress remote runtime steps storage"
        ),
        "cli": (
            "config descriptions errors explain folders page progress remote report_tables "
            "runtime steps storage"
        ),
    },
}
"""Package -> subject -> the subjects of it that it may import; each stands above it here."""
SUBJECTS = {
    f"{package}.{subject}": {f"{package}.{one}" for one in below.split()}
    for package, subjects in TREE.items()
    for subject, below in subjects.items()
}
NAMED_AS_OTHERS = {"facts", "steps"}
"""Folders whose modules bear the stem of the transform whose tables they state or list."""
OF_SUBJECTS = {"feeds", "reports"}
"""Folders whose modules may bear a subject's name: its canonical tables, its reports."""
ONE_SUBJECT = {"journeys", "orders"}
"""Stems that a contract and a transform have for the same thing in folders of another name."""
MODULES = sorted(
    path
    for package in ("contracts", "transforms", "flows")
    for path in (ROOT / package).rglob("*.py")
)
PURE = [path for path in MODULES if path.relative_to(ROOT).parts[0] != "flows"]
MOST_LINES, MOST_MODULES = 300, 16


@cache
def tree_of(path: Path) -> ast.Module:
    """A file as Python reads it."""
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Every node of a file."""
    return [*ast.walk(tree_of(path))]


@cache
def imports_of(path: Path) -> set[str]:
    """The modules that a file imports, dotted."""
    found = set()
    for node in nodes_of(path):
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


def test_pure_code_knows_only_its_own_side() -> None:
    for path in PURE:
        packages = {name.split(".")[0] for name in imports_of(path)}
        ours = packages & {"flows", "transforms", "contracts"}
        assert ours <= LAYERS[path.relative_to(ROOT).parts[0]], label(path)


def test_pure_code_does_no_input_output_and_reads_no_clock() -> None:
    for path in PURE:
        imported = imports_of(path)
        impure = {name for name in imported - PURE_PARTS if name.split(".")[0] in IMPURE}
        assert impure <= {part.split(".")[0] for part in imported & PURE_PARTS}, label(path)
        calls = {
            node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            for node in nodes_of(path)
            if isinstance(node, ast.Call)
        }
        assert not calls & IMPURE_CALLS, label(path)


def subject_of(module: str) -> str:
    """The subject that a module belongs to: its folder, or itself where it stands alone."""
    return ".".join(module.split(".")[:2])


def arrows() -> set[tuple[str, str]]:
    """Every arrow from a subject to another of the same package."""
    names = {name_of(path) for path in MODULES}
    return {
        (subject_of(name_of(path)), subject_of(found))
        for path in MODULES
        for found in imports_of(path) & names
        if found.split(".")[0] == name_of(path).split(".")[0]
        and "." in found
        and subject_of(found) != subject_of(name_of(path))
    }


def test_subjects_import_what_the_tree_shows_and_nothing_else() -> None:
    allowed = {(subject, below) for subject, all_below in SUBJECTS.items() for below in all_below}
    place = {subject: number for number, subject in enumerate(SUBJECTS)}
    assert not {(a, b) for a, b in allowed if place[a] <= place[b]}
    assert arrows() == allowed


def test_every_subject_is_in_the_tree() -> None:
    found = {subject_of(name_of(path)) for path in MODULES}
    assert found - {"contracts", "transforms", "flows"} == set(SUBJECTS)


def collects(path: Path) -> bool:
    """Whether a module of pure code works a frame out, or takes a function that may."""
    for node in nodes_of(path):
        if isinstance(node, ast.Attribute | ast.Name | ast.arg | ast.FunctionDef):
            name = next(
                getattr(node, field)
                for field in ("attr", "id", "arg", "name")
                if hasattr(node, field)
            )
            if name in COLLECTORS:
                return True
        if isinstance(node, ast.Constant) and node.value in COLLECTORS:
            return True
        if isinstance(node, ast.Subscript) and re.match(r".*Callable\[.*Frame", ast.unparse(node)):
            return True
    return False


def test_pure_code_works_no_frame_out_under_any_name() -> None:
    assert not [label(path) for path in PURE if collects(path)]


def test_a_stem_means_one_thing() -> None:
    folders: dict[str, list[tuple[str, str]]] = {}
    for path in MODULES:
        package, *folder = path.relative_to(ROOT).parts[:-1]
        if path.stem != "__init__":
            place = folder[0] if {*folder[:1]} & NAMED_AS_OTHERS else "/".join(folder)
            folders.setdefault(path.stem, []).append((package, place))
    for stem, places in folders.items():
        packages = [package for package, _ in places]
        assert len(packages) == len(set(packages)), f"two modules {stem} in one package"
    subjects = {path.parent.name for path in MODULES if path.name == "__init__.py"} - {"steps"}
    apart = {
        stem
        for stem, places in folders.items()
        if len({folder for _, folder in places} - NAMED_AS_OTHERS) > 1
    }
    named_as_a_subject = {
        stem
        for stem, places in folders.items()
        if stem in subjects and any(folder not in OF_SUBJECTS for _, folder in places)
    }
    assert not (apart - ONE_SUBJECT) | named_as_a_subject


def test_a_public_class_is_the_only_one_of_its_name() -> None:
    found: dict[str, list[str]] = {}
    for path in MODULES:
        for node in tree_of(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                found.setdefault(node.name, []).append(label(path))
    assert not {name: places for name, places in found.items() if len(places) > 1}


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


def test_no_module_outgrows_one_room() -> None:
    lines = {label(path): len(path.read_text(encoding="utf-8").splitlines()) for path in MODULES}
    assert not {name: count for name, count in lines.items() if count > MOST_LINES}


def test_no_folder_outgrows_one_house() -> None:
    held = Counter(label(path.parent) for path in MODULES)
    assert not {folder: count for folder, count in held.items() if count > MOST_MODULES}


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


def test_what_the_docstring_of_a_package_names_is_there() -> None:
    known = {part for path in MODULES for part in path.relative_to(ROOT).with_suffix("").parts}
    lost = set()
    for path in MODULES:
        defined = (ast.FunctionDef, ast.ClassDef)
        known |= {node.name for node in nodes_of(path) if isinstance(node, defined)}
        if path.name == "__init__.py":
            told = ast.get_docstring(tree_of(path)) or ""
            named = re.findall(r"`([a-z]+(?:[_./][a-z]+)+)`", told)
            last = (re.split(r"[./]", name.removesuffix(".py"))[-1] for name in named)
            lost |= {(label(path), name) for name in last}
    assert not {(place, name) for place, name in lost if name not in known}


def test_what_a_docstring_describes_is_there() -> None:
    """Its parameters are of the signature, its attributes of the class."""
    defined = [
        (path, node)
        for path in MODULES
        for node in nodes_of(path)
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
    ]
    for path, node in defined:
        told = re.split(
            r"^(?:Args|Attributes):$", ast.get_docstring(node) or "", flags=re.MULTILINE
        )
        if len(told) == 1:
            continue
        if isinstance(node, ast.FunctionDef):
            there = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
        else:
            there = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            there |= {one.attr for one in ast.walk(node) if isinstance(one, ast.Attribute)}
        listed = {*re.findall(r"^    (\w+):", told[-1].split("\n\n")[0], flags=re.MULTILINE)}
        assert listed <= there, f"{label(path)}: {node.name}"
