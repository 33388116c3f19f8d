"""`verify`: damage is a list; `--repair` goes back to what is whole; the next run does the rest."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from flows.campaign_reports import campaign_reports
from flows.cli.app import main
from flows.errors import StorageFailed
from flows.storage.layout import Layout
from flows.storage.snapshots import publish
from tests.support.commands import Call
from tests.support.publishing import publish_tables
from tests.support.samples import SAMPLES
from tests.support.workspace_copies import copy_workspace, flip_bit
from tests.support.workspaces import feed, write_workspace

STATS = b"date_day,platform,campaign_id,spend\n2026-03-01,x,1,7.00\n"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A workspace that was published once."""
    toml = feed("ad_stats", "raw/stats/*")
    root = tmp_path_factory.mktemp("verified") / "ws"
    campaign_reports.fn(str(write_workspace(root, toml, {"raw/stats/1.csv": STATS})))
    return root


@pytest.fixture
def root(sound: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return copy_workspace(sound, tmp_path / "ws")


def run(root: Path) -> str:
    return publish_tables(root).run_id


def ask(root: Path, call: Call, code: int, *more: str) -> list[Any]:
    return json.loads(call("verify", root, "--json", *more, code=code).out)


def files(root: Path) -> dict[str, bytes]:
    """The tables, without those that tell of the run itself."""
    latest = Layout(root).latest
    found = (file for file in latest.rglob("*.parquet") if file.parent.name != "run")
    return {file.relative_to(latest).as_posix(): file.read_bytes() for file in found}


def published(root: Path, pattern: str) -> Path:
    return next(iter(sorted(Layout(root).snapshots.rglob(pattern))))


def test_nothing_is_damaged_after_a_run(root: Path, call: Call) -> None:
    assert ask(root, call, 0) == []


@pytest.mark.parametrize("step", ["write_sums", "move_folder"])
def test_what_could_not_be_published_is_no_damage(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    call: Call,
    step: str,
) -> None:
    """Its hashes may be written already; none of its files is gone, for none was there."""
    before, real = files(root), getattr(publish, step)

    def fail_after(*arguments: object) -> None:
        if step == "write_sums":
            real(*arguments)
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(publish, step, fail_after)
        with pytest.raises(StorageFailed):
            run(root)
    capsys.readouterr()
    assert len(list(Layout(root).sums.iterdir())) == 2
    assert ask(root, call, 0) == []
    assert files(root) == before


@pytest.mark.parametrize("sample", sorted(SAMPLES.iterdir()), ids=lambda path: path.name)
def test_every_sample_is_what_its_contracts_say(
    capsys: pytest.CaptureFixture[str],
    call: Call,
    sample: Path,
    published_sample: Callable[[str], Path],
) -> None:
    root = published_sample(sample.name)
    capsys.readouterr()
    assert ask(root, call, 0) == []


FIGURE = ["ads/campaign_report", "--key", "date_day=2026-03-01", "--column", "spend"]
DAMAGES: dict[str, tuple[Callable[[Path], Path], Callable[[Path], object], bool]] = {
    "a table": (lambda root: published(root, "campaign_report.parquet"), flip_bit, False),
    "a table gone": (lambda root: published(root, "campaign_report.parquet"), Path.unlink, False),
    "a part of the ledger": (
        lambda root: next(Layout(root).ledger.rglob("part-*.parquet")),
        flip_bit,
        True,
    ),
    "a kept step": (
        lambda root: next(Layout(root).kept.rglob("*/*.arrow")),
        flip_bit,
        True,
    ),
    "a kept step's receipt": (
        lambda root: next(Layout(root).kept.glob("message_names-*/receipt.json")),
        flip_bit,
        True,
    ),
    "a shown table": (
        lambda root: Layout(root).latest / "ads" / "campaign_report.parquet",
        flip_bit,
        True,
    ),
    "a shown table that is a folder": (
        lambda root: Layout(root).latest / "ads" / "campaign_report.parquet",
        lambda path: (path.unlink(), path.mkdir()),
        True,
    ),
    "a shown table gone": (
        lambda root: Layout(root).latest / "ads" / "campaign_report.parquet",
        Path.unlink,
        True,
    ),
}


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_found_and_mended_where_it_can_be(root: Path, call: Call, name: str) -> None:
    find, damage, can_be_mended = DAMAGES[name]
    clean = files(root)
    path = find(root)
    damage(path)
    is_published = path.is_relative_to(Layout(root).snapshots)
    assert main(["show", str(root), "ads/campaign_report"]) == (4 if is_published else 0)
    call("explain", root, *FIGURE, code=4 if is_published else 0)
    (found,) = [one for one in ask(root, call, 4) if not one["path"].startswith("x")]
    assert not found["mended"]
    assert path.is_relative_to(root / found["path"]) or path == root / found["path"]
    (mended,) = ask(root, call, 0 if can_be_mended else 4, "--repair")
    assert mended == {**found, "mended": can_be_mended}
    if can_be_mended:
        assert ask(root, call, 0) == []
    run(root)
    assert files(root) == clean


def write_stray(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"PAR1")


BESIDE: dict[str, tuple[str, Callable[[Path], object]]] = {
    "the record of kept reports": ("state/kept/reports-{}.json", flip_bit),
    "an empty record": ("state/kept/reports-{}.json", lambda path: path.write_bytes(b"")),
    "a list of hashes": ("state/sums/{}.sha256", flip_bit),
    "a list of hashes gone": ("state/sums/{}.sha256", Path.unlink),
    "a part of a table that no run wrote": (
        "reports/snapshots/{}/ads/campaign_report/part-9.parquet",
        write_stray,
    ),
    "rejected rows that no run wrote": ("quarantine/{}/other.parquet", write_stray),
    "a shown table that no run wrote": ("reports/latest/ads/old.parquet", write_stray),
}


@pytest.mark.parametrize("name", BESIDE)
def test_what_is_wrong_beside_the_tables_is_found_and_mended(
    root: Path, call: Call, name: str
) -> None:
    clean = files(root)
    place, damage = BESIDE[name]
    path = root / place.format(json.loads(Layout(root).pointer.read_bytes())["run_id"])
    damage(path)
    (found,) = ask(root, call, 4)
    assert (found["path"], found["mended"]) == (path.relative_to(root).as_posix(), False)
    assert ask(root, call, 0, "--repair") == [{**found, "mended": True}]
    assert ask(root, call, 0) == []
    run(root)
    assert files(root) == clean


def test_a_folder_of_a_run_that_is_gone_whole_is_one_damage_and_can_be_forgotten(
    root: Path, call: Call
) -> None:
    """As where reports/ was restored from a backup, or an operator made room by hand."""
    (root / "raw/stats/2.csv").write_bytes(STATS.replace(b"7.00", b"much"))
    toml = (root / "campaigns.toml").read_text()
    (root / "campaigns.toml").write_text(f"[workspace]\nmax_rejected_share = 0.9\n{toml}")
    layout, first, second = Layout(root), run(root), run(root)
    table = layout.snapshots / second / "ads/campaign_report.parquet"
    shutil.rmtree(layout.snapshots / first)
    shutil.rmtree(layout.quarantine / second)
    flip_bit(table)
    gone = {f"reports/snapshots/{first}/", f"quarantine/{second}/"}
    for more, is_mended in (((), False), (("--repair",), True)):
        told = {one["path"]: one["mended"] for one in ask(root, call, 4, *more)}
        assert told == dict.fromkeys(gone, is_mended) | {table.relative_to(root).as_posix(): False}
    (left,) = ask(root, call, 4)
    assert left["path"] == table.relative_to(root).as_posix()
    assert "remove its folder" in call("verify", root, "--repair", code=4).err


def test_hashes_are_not_made_anew_of_tables_that_are_damaged(root: Path, call: Call) -> None:
    table = published(root, "campaign_report.parquet")
    (sums,) = Layout(root).sums.iterdir()
    flip_bit(table)
    sums.unlink()
    for more in ((), ("--repair",), ()):
        told = {one["path"]: one["mended"] for one in ask(root, call, 4, *more)}
        assert told == {
            table.relative_to(root).as_posix(): False,
            sums.relative_to(root).as_posix(): False,
        }


@pytest.mark.parametrize(
    "text", [b"", b"\xff\xfe", b'{"run_id": "../../raw"}', b'{"run_id": "20261121T043000Z-000000"}']
)
def test_a_pointer_that_leads_to_nothing_goes_back_to_what_is_whole(
    root: Path, call: Call, text: bytes
) -> None:
    clean, pointer = files(root), Layout(root).pointer
    before = json.loads(pointer.read_bytes())["run_id"]
    pointer.write_bytes(text)
    assert "verify --repair" in call("show", root, "ads/campaign_report", code=4).err
    (damage,) = ask(root, call, 0, "--repair")
    assert damage["path"] == "reports/current.json"
    assert json.loads(pointer.read_bytes())["run_id"] == before
    assert (ask(root, call, 0), files(root)) == ([], clean)


def test_a_manifest_that_was_changed_is_not_believed(root: Path, call: Call) -> None:
    first = json.loads(Layout(root).pointer.read_bytes())["run_id"]
    second = run(root)
    manifest = Layout(root).snapshots / second / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"rows": 1', '"rows": 2'))
    call("show", root, code=4)
    ask(root, call, 4, "--repair")
    assert json.loads(Layout(root).pointer.read_bytes())["run_id"] in (first, second)
    assert run(root) not in (first, second)
