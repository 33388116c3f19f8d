"""What lies under which keys of a workspace in an object store."""

from enum import StrEnum

LEASE = "state/lock"
CLOCK = "state/clock"
"""Written to learn the store's time."""
POINTER = "reports/current.json"
UPLOADS = "state/uploads/"
"""One object a run whose snapshot is on its way into the store, and not published yet."""
LEDGER_FOLDER = "state/ledger/"
SNAPSHOTS = "reports/snapshots/"
ERASURES = frozenset({"state/erasures.json", "quarantine/erasures.json"})
"""Who was erased, and its copy: the first to be uploaded."""
KEPT_FOLDER = "state/kept/"
SUMS_FOLDER = "state/sums/"
MANIFEST = "manifest.json"
RECEIPT = "receipt.json"
PAGE = "report.html"
OUR_FOLDERS = frozenset({"sources", "reports", "quarantine", "state"})
SETTINGS = frozenset({"campaigns.toml", "campaigns.schema.json", ".gitignore"})


class Kind(StrEnum):
    """What an object of a workspace is."""

    SETTING = "setting"
    POINTER = "pointer"
    MANIFEST = "manifest"
    PAGE = "page"
    SNAPSHOT = "snapshot"
    LATEST = "latest"
    QUARANTINE = "quarantine"
    LEDGER = "ledger"
    KEPT = "kept"
    STATE = "state"
    RAW = "raw"
    OWN = "own"
    """The lease, the clock and what is noted of uploads: never shown to a command."""


def kind_of(key: str) -> Kind:
    """What an object is, by its key."""
    top = key.partition("/")[0]
    if key in SETTINGS or top == "sources":
        return Kind.SETTING
    if key == POINTER:
        return Kind.POINTER
    if top == "reports":
        return _kind_of_report(key)
    if top == "quarantine":
        return Kind.STATE if key in ERASURES else Kind.QUARANTINE
    return _kind_of_state(key) if top == "state" else Kind.RAW


def _kind_of_state(key: str) -> Kind:
    if key in {LEASE, CLOCK} or key.startswith(UPLOADS):
        return Kind.OWN
    if key.startswith(LEDGER_FOLDER):
        return Kind.LEDGER
    return Kind.KEPT if key.startswith(KEPT_FOLDER) else Kind.STATE


def _kind_of_report(key: str) -> Kind:
    if not key.startswith(SNAPSHOTS):
        return Kind.LATEST
    of_run = key.split("/", 3)[-1]
    return {MANIFEST: Kind.MANIFEST, PAGE: Kind.PAGE}.get(of_run, Kind.SNAPSHOT)


def run_of(key: str) -> str:
    """The run of an object of a snapshot or a quarantine; empty for any other."""
    parts = key.split("/")
    if key.startswith(SNAPSHOTS):
        return parts[2]
    return parts[1] if parts[0] == "quarantine" else ""
