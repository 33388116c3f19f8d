"""Workspaces in an object store, or with feeds there, run by the flow and by commands."""

import json
from pathlib import Path

import obstore
import pytest

from contracts.manifest import Manifest
from flows.campaign_reports import campaign_reports
from flows.cli.app import main
from flows.remote.address import Address
from flows.remote.object_keys import LEASE
from tests.support.object_stores import S3Server

CONTACTS = [{"contact_id": f"{number}", "email": f"c{number}@x.org"} for number in range(101, 105)]
OPENS = [
    {
        "event_id": f"e{number}",
        "event_type": "email_opened",
        "occurred_at": "2026-07-01T12:00:00Z",
        "contact_id": f"{number}",
        "message_id": "m1",
    }
    for number in range(101, 104)
]


def publish(place: Path | Address, *, full: bool = False) -> Manifest:
    """Run the flow, outside of Prefect's engine."""
    return Manifest.model_validate(campaign_reports.fn(str(place), full, 0))


def hashes(manifest: Manifest) -> dict[str, str]:
    """Table file -> the hash of its bytes; those of the run itself apart."""
    return {one.path.split("/", 3)[3]: one.sha256 for one in manifest.outputs if one.group != "run"}


def command(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    """Carry out a command in this process: its exit code, and what it printed."""
    capsys.readouterr()
    code = main([str(one) for one in arguments])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


def let_run_out(s3: S3Server, address: Address) -> None:
    """Have a lease that nobody renews any more be over."""
    store = s3.store(address.prefix)
    said = json.loads(bytes(obstore.get(store, LEASE).bytes()))
    obstore.put(store, LEASE, json.dumps({**said, "seconds": 0}).encode())
