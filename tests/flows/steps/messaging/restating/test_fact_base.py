"""From which sums of a run before a run goes on, and what their keys stood for then."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from contracts.channels import RunChannels
from contracts.columns import no_rows
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import AddressOwners, ContactDomains, DomainNames
from flows.catalog.row_files import write_record
from flows.kept.keepers import Deferred, Scratch
from flows.steps.messaging.described_messages import NamedKeys
from flows.steps.messaging.message_references import NAMES
from flows.steps.messaging.restating.restated_facts import find_base


class Earlier(Scratch):
    """Has sums of a run before, and the names of then unless they are lost."""

    def list_earlier(self, name: str) -> Iterator[tuple[str, Path]]:
        for folder in self.home.glob("*"):
            if (folder.name == "names") == (name == NAMES):
                yield "names of then", folder


def name(channel: str) -> NamedKeys:
    """Nothing but a channel of the user's own."""
    messages, owners, names = (
        no_rows(table).collect() for table in (DescribedMessages, AddressOwners, DomainNames)
    )
    return NamedKeys(RunChannels((channel,)), messages, owners, no_rows(ContactDomains), names)


@pytest.mark.parametrize(
    ("now", "found"), [("names of then", ["now"]), ("others", ["then"]), ("lost", [])]
)
def test_sums_are_gone_on_from_with_the_names_of_then(
    tmp_path: Path, now: str, found: list[str]
) -> None:
    for folder in ("sums", *(["names"] if now != "lost" else [])):
        (tmp_path / folder).mkdir()
    write_record(tmp_path / "sums", "settings", "names of then", [])
    if now != "lost":
        name("then").keep(tmp_path / "names")
    named = Deferred(now, lambda: name("now"))
    base = find_base(Earlier(tmp_path), "settings", Path(), [], named)
    assert ([] if base is None else [*base.names.channels.own]) == found
