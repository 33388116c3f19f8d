"""A small workspace with every kind of file below it, and what its tables have to be."""

import gzip
import shutil
from collections.abc import Iterator
from pathlib import Path

from flows.campaign_reports import campaign_reports
from flows.cli.app import main
from flows.storage.layout import Layout
from flows.storage.snapshots.published_files import read_manifest
from tests.support.publishing import publish_tables
from tests.support.workspaces import as_json_lines, feed, write_workspace

TOML = "[workspace]\nmax_rejected_share = 0.9\nkeep_snapshots = 3\nkeep_days = 0\n" + "".join(
    feed(table, f"raw/{table}/*")
    for table in ("contacts", "sends", "events", "orders", "sessions", "ads", "ad_stats")
)
GONE, KEPT = "ann-4711", "bo-0815"
"""A contact who was erased, and one who was not."""

CONTACTS = (
    f"contact_id,email\n{GONE},ann@x.io\n{KEPT},bo@x.io\ncy-1,cy@x.io\ndi-2,di@x.io,one too many\n"
).encode()
SENDS = [
    {"send_id": f"s{n}", "contact_id": who, "message_id": "m1", "status": "delivered"}
    for n, who in enumerate((GONE, KEPT, "cy-1"))
]
EVENTS = "event_id,event_type,send_id,occurred_at\n" + "".join(
    f"e{n},email_{kind},s{n % 3},2026-01-1{n}T12:00:00Z\n"
    for n, kind in enumerate(("opened", "clicked", "opened", "opened"))
)
ORDERS = (
    "order_id,contact_id,ordered_at,revenue\n"
    f"1,{KEPT},2026-01-15T12:00:00Z,10.25\n2,cy-1,2026-01-16T12:00:00Z,20.50\n"
)
SESSIONS = (
    "session_id,contact_id,started_at,utm_source,utm_medium,utm_campaign\n"
    f"v1,{KEPT},2026-01-14T12:00:00Z,google,cpc,7\nv2,cy-1,2026-01-14T13:00:00Z,google,cpc,8\n"
)
ADS = "platform,campaign_id,campaign_name,ad_id,ad_name\ngoogle_ads,7,Seven,71,A\n"
STATS = "date_day,platform,campaign_id,ad_id,clicks,impressions,spend\n" + "".join(
    f"2026-01-{day},google_ads,7,71,{day},{day}00,{day}.25\n" for day in (13, 14, 15)
)
FILES = {
    "raw/contacts/1.csv": CONTACTS,
    "raw/sends/1.jsonl.gz": gzip.compress(as_json_lines(SENDS), mtime=0),
    "raw/events/1.csv": EVENTS.encode(),
    "raw/orders/1.csv": ORDERS.encode(),
    "raw/sessions/1.csv": SESSIONS.encode(),
    "raw/ads/1.csv": ADS.encode(),
    "raw/ad_stats/1.csv": STATS.encode(),
}
DELIVERED = {
    "raw/orders/2.csv": b"order_id,contact_id,ordered_at,revenue\n3,cy-1,2026-01-16T15:00:00Z,5\n",
    "raw/ad_stats/1.csv": STATS.replace("14.25", "99.99").encode(),
}
"""A new file, and one corrected."""

Tables = dict[str, bytes]


def build(root: Path) -> Path:
    """Publish a workspace twice, one contact erased in between."""
    write_workspace(root, TOML, FILES)
    publish(root)
    assert main(["erase", str(root), "--contact", GONE, "--yes"]) == 0
    publish(root)
    return root


def deliver(root: Path) -> None:
    """Have files come that the next run reads."""
    for name, content in DELIVERED.items():
        (root / name).write_bytes(content)


def publish(root: Path) -> None:
    """One run of the flow's function."""
    campaign_reports.fn(str(root), wait_seconds=0)


def run_anew(root: Path, place: Path) -> Tables:
    """The tables of a workspace with the same input in which nothing was ever published."""
    place.mkdir(parents=True)
    for name in ("campaigns.toml", "sources", "raw"):
        source = root / name
        if source.is_dir():
            shutil.copytree(source, place / name)
        elif source.exists():
            shutil.copy2(source, place / name)
    if Layout(root).erasures.exists():
        Layout(place).state.mkdir()
        shutil.copy2(Layout(root).erasures, Layout(place).erasures)
    publish_tables(place)
    return without_run(published(place))


def published(root: Path) -> Tables:
    """Every published file of tables as the pointer leads to it, by its place in the snapshot."""
    manifest = read_manifest(root)
    assert manifest is not None
    folder = Layout(root).snapshots / manifest.run_id
    return {
        (root / one.path).relative_to(folder).as_posix(): (root / one.path).read_bytes()
        for one in manifest.outputs
    }


def shown(root: Path) -> Tables:
    """The files of reports/latest."""
    latest = Layout(root).latest
    return {
        file.relative_to(latest).as_posix(): file.read_bytes()
        for file in sorted(latest.rglob("*.parquet"))
    }


def in_one_file(tables: Tables) -> Tables:
    """The tables that are one file each."""
    return {name: content for name, content in tables.items() if "/part-" not in name}


def without_run(tables: Tables) -> Tables:
    """The tables without those that tell of the run itself."""
    return {name: content for name, content in tables.items() if not name.startswith("run/")}


def differing(found: Tables, wanted: Tables) -> list[str]:
    """The files that one has and the other has not, or has otherwise."""
    return sorted(
        name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name)
    )


def list_leftovers(root: Path) -> Iterator[str]:
    """What a finished command leaves behind: drafts, journals, readings that nobody finished."""
    layout = Layout(root)
    if layout.staging.exists():
        yield from (str(path) for path in layout.staging.iterdir())
    for path in root.rglob("*"):
        if path.suffix in {".reading", ".draft", ".erasing"} or path == layout.journal:
            yield str(path)
