"""`sources` and `schema`: what can be read, and how it is configured."""

import json

import pytest

from flows.cli.app import main
from tests.support.commands import Call


def test_sources_lists_names_tables_and_columns(
    capsys: pytest.CaptureFixture[str], call: Call
) -> None:
    assert main(["sources", "--json"]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    (table,) = listed["skene.contacts"]["tables"]
    assert table["table"] == "contacts"
    assert table["columns"]["contact_id"] == "id"
    assert listed["skene.contacts"]["description"]
    out = call("sources", "skene").out
    assert "skene.contacts" in out
    assert "acquia" not in out
    assert "contacts\tcontact_id\tid" in call("sources", "skene.contacts").out


def test_schema_is_a_json_schema(call: Call) -> None:
    assert "feeds" in json.loads(call("schema").out)["properties"]


def test_dictionary_describes_every_table(call: Call) -> None:
    out = call("dictionary").out
    for name in ("contacts", "message_report", "open_rate"):
        assert name in out
