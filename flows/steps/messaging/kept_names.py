"""What the keys of facts stand for, kept from night to night."""

import json
from pathlib import Path

from contracts.channels import RunChannels
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_keys import AddressOwners, ContactDomains
from flows.kept.identities import identify
from flows.kept.kept_frames import read_frame, write_frames
from flows.steps.messaging.described_messages import NamedKeys

CHANNELS = "channels.json"


def write_names(folder: Path, names: NamedKeys) -> str:
    """Keep names; return what they are."""
    (folder / CHANNELS).write_text(json.dumps(names.channels.own))
    frames = {"messages": names.messages, "owners": names.owners, "domains": names.domains}
    return identify(names.channels.own, write_frames(folder, frames))


def read_channels(folder: Path) -> RunChannels:
    """The channels of a run whose names a folder keeps."""
    return RunChannels(tuple(json.loads((folder / CHANNELS).read_text("utf-8"))))


def read_names(folder: Path) -> NamedKeys:
    """The names that a folder keeps."""
    return NamedKeys(
        read_channels(folder),
        read_frame(folder, "messages", DescribedMessages),
        read_frame(folder, "owners", AddressOwners),
        read_frame(folder, "domains", ContactDomains),
    )
