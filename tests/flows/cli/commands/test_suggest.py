"""`suggest`: what broken links may have meant, as lines to paste and as JSON."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from contracts.columns import polars_schema
from contracts.manifest import Manifest
from contracts.reports.session_matches import UtmAudit
from flows.cli.app import main

Publish = Callable[[Path, dict[str, pl.DataFrame]], Manifest]
BROKEN = {"org_id": "default", "kind": "sessions_without_ad", "platform": "google_ads"}
SPRING = {"value": 'Sprng "Sale"', "suggested_platform": "google_ads", "score": 95.2}
SPRING |= {"suggested_campaign_id": "1", "suggested_name": 'Spring "Sale"'}


def test_suggestions_are_lines_of_the_configuration_or_objects(
    workspace: Path, publish: Publish, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [BROKEN | SPRING, BROKEN | {"value": "nothing like it"}]
    audit = pl.DataFrame(rows, schema=polars_schema(UtmAudit))
    publish(workspace, {"ads/utm_audit": audit})
    assert main(["suggest", str(workspace)]) == 0
    lines = tomllib.loads(capsys.readouterr().out)
    assert lines == {
        "ads": {"aliases": {SPRING["value"]: {"platform": "google_ads", "campaign_id": "1"}}}
    }
    assert main(["suggest", str(workspace), "--json"]) == 0
    [said] = json.loads(capsys.readouterr().out)
    assert said | BROKEN | SPRING == said
