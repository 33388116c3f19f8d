"""`sources` and `schema`: what can be read, and how it is configured."""

import json

import pytest

from flows.cli.app import main


def test_sources_lists_names_tables_and_columns(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["sources", "--json"]) == 0
    listed = {one["name"]: one for one in json.loads(capsys.readouterr().out)}
    (table,) = listed["skene.contacts"]["tables"]
    assert table["table"] == "contacts"
    assert table["columns"]["contact_id"] == "id"
    assert listed["skene.contacts"]["description"]
    assert main(["sources", "skene"]) == 0
    out = capsys.readouterr().out
    assert "skene.contacts" in out
    assert "acquia" not in out
    assert main(["sources", "skene.contacts"]) == 0
    assert "contacts\tcontact_id\tid" in capsys.readouterr().out


def test_schema_is_a_json_schema(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema"]) == 0
    assert "feeds" in json.loads(capsys.readouterr().out)["properties"]


def test_dictionary_describes_every_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["dictionary"]) == 0
    out = capsys.readouterr().out
    for name in ("contacts", "message_report", "open_rate"):
        assert name in out
