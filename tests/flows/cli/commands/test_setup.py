"""`init`: a workspace before its first run."""

import json
import tomllib
from pathlib import Path

import pytest

from flows.cli.app import main
from flows.cli.commands import setup
from flows.config.loading import load_workspace
from tests.support.commands import Call

FEED = '[[feeds]]\ntable = "contacts"\nfiles = "raw/contacts/*.csv"\n'


def test_init_starts_a_workspace_that_holds_and_overwrites_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = tmp_path / "new"
    assert main(["init", str(root)]) == 0
    assert {entry.name for entry in root.iterdir()} == {
        ".gitignore",
        "campaigns.schema.json",
        "campaigns.toml",
        "raw",
    }
    written = (root / "campaigns.toml").read_text()
    assert written.startswith("#:schema ./campaigns.schema.json\n")
    assert load_workspace(root).config.feeds == ()
    (root / "campaigns.toml").write_text("# mine")
    assert main(["init", str(root)]) == 2
    assert (root / "campaigns.toml").read_text() == "# mine"
    assert "overwrites nothing" in capsys.readouterr().err


def test_init_says_as_json_what_it_proposes(tmp_path: Path, call: Call) -> None:
    file = tmp_path / "people.csv"
    file.write_text("contact_id,email,shoe_size\n1,a@b.example,42\n")
    root = tmp_path / "new"
    said = json.loads(call("init", root, "--from", file, "--json").out)
    [feed] = said["feeds"]
    assert (said["workspace"], feed["path"]) == (str(root), str(file))
    assert feed["settings"] == {"table": "contacts"}
    assert "shoe_size" in " ".join(feed["open_points"])


def test_init_from_a_folder_says_what_to_give(tmp_path: Path, call: Call) -> None:
    (tmp_path / "exports").mkdir()
    said = call("init", tmp_path / "new", "--from", tmp_path / "exports", code=2)
    assert "is a folder" in said.err
    assert f"--from {tmp_path}/exports/*.csv" in said.err


def test_init_says_where_a_file_is_to_be_put_unless_it_lies_there(
    tmp_path: Path, call: Call
) -> None:
    root = tmp_path / "new"
    inside = root / "raw" / "people.csv"
    inside.parent.mkdir(parents=True)
    outside = tmp_path / "others.csv"
    for file in (inside, outside):
        file.write_text("contact_id,email\n1,a@b.example\n")
    said = call("init", root, "--from", inside, outside).err.splitlines()
    of_inside, of_outside = (next(one for one in said if str(f) in one) for f in (inside, outside))
    assert "copied" not in of_inside
    assert of_outside.endswith(f"; to be copied into {root / 'raw' / 'contacts'}")


def test_init_proposes_entries_for_what_lies_in_raw(tmp_path: Path, call: Call) -> None:
    """The files of each day are one entry, which reads tomorrow's, too."""
    days = [tmp_path / f"raw/orders/orders_2026-01-0{day}.csv" for day in (1, 2, 3)]
    people, hidden = tmp_path / "raw/people.csv", tmp_path / "raw/.DS_Store"
    days[0].parent.mkdir(parents=True)
    for day in days:
        day.write_text(f"order_id,ordered_at,revenue\n{day.stem},2026-01-01T10:00:00Z,5\n")
    people.write_text("contact_id,email\n1,a@b.example\n")
    hidden.write_bytes(b"\0")
    said = call("init", tmp_path).err
    feeds = tomllib.loads((tmp_path / "campaigns.toml").read_text())["feeds"]
    assert feeds == [
        {"table": "orders", "files": "raw/orders/orders*.csv"},
        {"table": "contacts", "files": "raw/people.csv"},
    ]
    assert "to be copied" not in said
    call("check", tmp_path)


def test_files_beside_others_of_their_names_are_entries_of_their_own(
    tmp_path: Path, call: Call
) -> None:
    raw = tmp_path / "raw"
    raw.mkdir()
    for name in ("a1.csv", "a2.csv"):
        (raw / name).write_text("contact_id,email\n1,a@b.example\n")
    (raw / "a3.csv").write_text("order_id,ordered_at,revenue\n1,2026-01-01T10:00:00Z,5\n")
    call("init", tmp_path)
    feeds = tomllib.loads((tmp_path / "campaigns.toml").read_text())["feeds"]
    assert [feed["files"] for feed in feeds] == ["raw/a1.csv", "raw/a2.csv", "raw/a3.csv"]


def test_every_setting_of_the_starter_holds(tmp_path: Path) -> None:
    main(["init", str(tmp_path)])
    commented = (tmp_path / "campaigns.toml").read_text().splitlines()
    settings = [line.removeprefix("# ") for line in commented if _is_setting(line)]
    (tmp_path / "campaigns.toml").write_text("\n".join(settings))
    assert len(load_workspace(tmp_path).config.feeds) == 3
    assert set(tomllib.loads("\n".join(settings))) == {
        "workspace",
        "feeds",
        "ads",
        "sessions",
        "attribution",
    }


def _is_setting(line: str) -> bool:
    text = line.removeprefix("# ")
    return text.startswith("[") or " = " in text


def test_init_copies_a_sample_without_what_runs_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sample = tmp_path / "samples" / "tiny"
    (sample / "reports").mkdir(parents=True)
    (sample / "reports" / "current.json").write_text("{}")
    (sample / "campaigns.toml").write_text(FEED)
    monkeypatch.setattr(setup, "SAMPLES", tmp_path / "samples")
    root = tmp_path / "new"
    assert main(["init", str(root), "--sample", "tiny"]) == 0
    assert (root / "campaigns.toml").read_text() == FEED
    assert not (root / "reports").exists()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "notes.txt").write_text("mine")
    assert main(["init", str(tmp_path / "full"), "--sample", "tiny"]) == 2


def test_init_from_files_proposes_entries_that_check_accepts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One entry for the files that it reads alike, with the folder into which they are put."""
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text("Day,Campaign,Currency code,Cost,Clicks,Impr.\n")
    (tmp_path / "people.csv").write_text("Contact ID,E-mail\n1,a@x.io\n")
    files = [str(tmp_path / name) for name in ("a.csv", "b.csv", "people.csv")]
    assert main(["init", str(tmp_path / "ws"), "--from", *files]) == 0
    written = tomllib.loads((tmp_path / "ws/campaigns.toml").read_text("utf-8"))
    assert [(one.get("source") or one["table"], one["files"]) for one in written["feeds"]] == [
        ("google_ads.report", "raw/google_ads.report/*.csv"),
        ("contacts", "raw/contacts/*.csv"),
    ]
    assert (tmp_path / "ws/raw/google_ads.report").is_dir()
    assert "a.csv: read as google_ads.report" in capsys.readouterr().err
    assert main(["check", str(tmp_path / "ws")]) == 0


@pytest.mark.parametrize(
    ("currencies", "written"), [(("BRL", "brl"), "BRL"), (("BRL", "EUR"), None), (("",), None)]
)
def test_init_reports_in_the_currency_of_all_files(
    tmp_path: Path, call: Call, currencies: tuple[str, ...], written: str | None
) -> None:
    """Else the first run refuses each amount that is in no dollars."""
    files = [tmp_path / f"{number}.csv" for number in range(len(currencies))]
    for file, currency in zip(files, currencies, strict=True):
        file.write_text(f"Day,Campaign,Currency code,Cost\n2026-01-01,A,{currency},1.50\n")
    call("init", tmp_path / "ws", "--from", *files)
    text = (tmp_path / "ws/campaigns.toml").read_text("utf-8")
    assert tomllib.loads(text)["workspace"].get("currency") == written
    assert "# reporting currency" in text


HISTORY = "id,updated_at,name,customer_id,status\n1,2026-01-01,VIP,77,ENABLED\n"
NEIGHBOUR = "id,updated_at,ad_group_id,status,keyword_text\n9,2026-01-01,5,ENABLED,shoes\n"


@pytest.mark.parametrize("is_first", [False, True])
def test_a_neighbour_of_a_connector_s_table_is_not_read_as_that_table(
    tmp_path: Path, call: Call, *, is_first: bool
) -> None:
    """Keywords in the place of campaigns would be campaigns' names."""
    campaigns = tmp_path / "google_ads_campaign_history.csv"
    keywords = tmp_path / "google_ads_criterion_history.csv"
    campaigns.write_text(HISTORY)
    keywords.write_text(NEIGHBOUR)
    files = [keywords, campaigns] if is_first else [campaigns, keywords]
    said = call("init", tmp_path / "ws", "--from", *files).err
    text = (tmp_path / "ws/campaigns.toml").read_text("utf-8")
    [entry] = tomllib.loads(text)["feeds"]
    assert entry["source"] == "fivetran.google_ads.campaign_history"
    assert f"# {campaigns.name}\n" in text
    assert f"# {keywords.name}\n# - its columns look like {entry['source']}" in text
    assert f"{keywords}: no entry proposed; 1 point" in said
    assert [folder.name for folder in (tmp_path / "ws/raw").iterdir()] == [entry["source"]]


def test_a_point_of_some_of_an_entry_s_files_names_them(tmp_path: Path, call: Call) -> None:
    header = "Day,Campaign,Currency code,Cost,Clicks,Impr."
    (tmp_path / "a.csv").write_text(f"{header}\n")
    (tmp_path / "b.csv").write_text(f"{header},Mood\n")
    call("init", tmp_path / "ws", "--from", tmp_path / "a.csv", tmp_path / "b.csv")
    lines = (tmp_path / "ws/campaigns.toml").read_text("utf-8").splitlines()
    assert "# - b.csv: these columns become attributes: Mood" in lines
    assert any(line.startswith("# - it has no column for these") for line in lines)


def test_where_nothing_fits_no_entry_is_spoken_of(tmp_path: Path, call: Call) -> None:
    (tmp_path / "a.csv").write_text("shoe,size\nleft,42\n")
    said = call("init", tmp_path / "ws", "--from", tmp_path / "a.csv").err
    assert "a.csv: no entry proposed; 1 point" in said
    assert "No source fits: name the files in campaigns.toml by hand" in said
    assert "copy the files there" not in said
    assert not [*(tmp_path / "ws/raw").iterdir()]


def test_a_file_that_nothing_knows_has_an_entry_to_fill_in(tmp_path: Path, call: Call) -> None:
    """With what each table needs; filled in and without its marks, check takes it."""
    text = "Bestellnummer;Bestelldatum;Umsatz;Filiale\no1;2026-01-12;12.50;Bonn\n"
    (tmp_path / "Verkauf 2026.csv").write_text(text)
    root = tmp_path / "new"
    call("init", root, "--from", tmp_path / "Verkauf 2026.csv")
    config = root / "campaigns.toml"
    written = config.read_text()
    assert load_workspace(root).config.feeds == ()
    assert "#   orders: order_id, ordered_at, revenue\n" in written
    sketch = written[written.index('# [[feeds]]\n# table = "…"') :].replace("# ", "")
    for word in ("orders", "order_id", "ordered_at", "revenue"):
        sketch = sketch.replace("…", word, 1)
    config.write_text(sketch.replace(', … = "Filiale"', ""))
    (root / "raw/Verkauf 2026").mkdir()
    (tmp_path / "Verkauf 2026.csv").rename(root / "raw/Verkauf 2026/a.csv")
    assert "can be run" in call("check", root).err
