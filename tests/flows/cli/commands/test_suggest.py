"""`suggest`: what broken links may have meant, as lines to paste and as JSON."""

import json
import tomllib
from collections.abc import Callable
from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.manifest import Manifest
from contracts.reports.session_matches import UtmAudit
from tests.support.commands import Call

Publish = Callable[[Path, dict[str, pl.DataFrame]], Manifest]
BROKEN = {"org_id": "default", "kind": "sessions_without_ad", "platform": "google_ads"}
SPRING = {"value": 'Sprng "Sale"', "suggested_platform": "google_ads", "score": 95.2}
SPRING |= {"suggested_campaign_id": "1", "suggested_name": 'Spring "Sale"'}


def test_suggestions_are_lines_of_the_configuration_or_objects(
    workspace: Path, publish: Publish, call: Call
) -> None:
    rows = [BROKEN | SPRING, BROKEN | {"value": "nothing like it"}]
    audit = pl.DataFrame(rows, schema=polars_schema(UtmAudit))
    publish(workspace, {"ads/utm_audit": audit})
    lines = tomllib.loads(call("suggest", workspace).out)
    assert lines == {
        "ads": {"aliases": {SPRING["value"]: {"platform": "google_ads", "campaign_id": "1"}}}
    }
    [said] = json.loads(call("suggest", workspace, "--json").out)
    assert said | BROKEN | SPRING == said


def test_without_a_workspace_or_a_run_it_says_so(workspace: Path, call: Call) -> None:
    assert "nothing is published yet" in call("suggest", workspace, code=2).err
    assert "there is no workspace" in call("suggest", workspace / "gone", code=2).err
