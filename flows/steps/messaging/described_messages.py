"""What messages there are, in which channels, and whom their addresses name."""

import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from contracts.channels import MOST_OWN_CHANNELS, OTHER_CHANNEL, RunChannels
from contracts.columns import Held, Rows, columns, no_rows, polars_schema
from contracts.config.workspace import Workspace
from contracts.facts.messaging.hierarchy import DescribedMessages, EventChannels
from contracts.facts.messaging.send_keys import (
    AddressOwners,
    ContactDomains,
    DomainNames,
    LinkTexts,
    MessageReferences,
)
from contracts.feeds import Campaigns, Sends
from flows.catalog.canonical_tables import Catalog
from flows.catalog.exchange_rates import rates_of
from flows.config.memory import FACT_ROWS, count_at_once
from flows.errors import ConfigurationError
from flows.ingest.send_key_files import LINKS_FILE
from flows.kept.identities import identify
from flows.kept.kept_frames import read_frame, scan_frame, write_frames
from flows.runtime.materialize import hold, materialize
from flows.steps.messaging.key_files import KeyFiles
from flows.steps.messaging.message_references import (
    FileReferences,
    gather_references,
    scan_references,
)
from flows.steps.step_inputs import StepInputs
from transforms.messaging.domain_sums import list_domains
from transforms.messaging.event_assignment import find_event_channels
from transforms.messaging.messages.hierarchy import describe_messages
from transforms.messaging.messages.implied_messages import list_claimed
from transforms.messaging.messages.message_costs import price_messages, rate_messages
from transforms.messaging.messages.message_references import add_event_channels, merge_references
from transforms.messaging.send_keys import EventScope
from transforms.messaging.send_linking import map_addresses

CHANNELS = "channels.json"
NAMING_CHANNELS = ("campaigns", "dispatches", "messages")
"""The tables whose rows name the channels of the user's own."""


@dataclass(frozen=True)
class NamedKeys:
    """What the keys of facts stand for.

    Attributes:
        domains: In a file where they are kept.
    """

    channels: RunChannels
    messages: Held[DescribedMessages]
    owners: Held[AddressOwners]
    domains: Rows[ContactDomains]
    domain_names: Held[DomainNames]

    @cached_property
    def claimed(self) -> pl.DataFrame:
        """The messages whose sends may name their campaign alone."""
        return list_claimed(self.messages)

    def keep(self, folder: Path) -> str:
        """Keep them for the next run; return what they are."""
        (folder / CHANNELS).write_text(json.dumps(self.channels.own))
        frames = {
            "messages": self.messages,
            "owners": self.owners,
            "domains": self.domains.collect(),
            "domain names": self.domain_names,
        }
        return identify(self.channels.own, write_frames(folder, frames))


def read_channels(folder: Path) -> RunChannels:
    """The channels of a run whose names a folder keeps."""
    return RunChannels(tuple(json.loads((folder / CHANNELS).read_text("utf-8"))))


def read_names(folder: Path) -> NamedKeys:
    """The names that a folder keeps."""
    return NamedKeys(
        read_channels(folder),
        read_frame(folder, "messages", DescribedMessages),
        read_frame(folder, "owners", AddressOwners),
        scan_frame(folder, "domains", ContactDomains),
        read_frame(folder, "domain names", DomainNames),
    )


def find_names(inputs: StepInputs, gathered: FileReferences | None = None) -> NamedKeys:
    """The run's channels, messages, addresses and mailbox domains.

    Args:
        gathered: The messages that files name whose rows all count, if gathered already.
    """
    channels = find_channels(inputs.catalog, inputs.config)
    return NamedKeys(
        channels,
        _find_messages(inputs, channels, gathered),
        _find_owners(inputs.catalog),
        *_find_domains(inputs.catalog),
    )


def find_channels(catalog: Catalog, config: Workspace) -> RunChannels:
    """The run's channels: those that the configuration, campaigns, dispatches or messages name.

    Raises:
        ConfigurationError: They name more than a run can have.
    """
    named = [catalog.scan(table).select(Campaigns.channel) for table in NAMING_CHANNELS]
    names = pl.concat(named).drop_nulls().unique().collect()
    channels = RunChannels.of([*config.workspace.channels, *names.get_column(Campaigns.channel)])
    if (count := len(channels.own)) > MOST_OWN_CHANNELS:
        msg = f"campaigns, dispatches and messages name {count:,} channels of their own"
        hint = (
            f"At most {MOST_OWN_CHANNELS} are possible: is another column mapped to channel? "
            'values = { channel = { "theirs" = "ours" } } maps their words.'
        )
        raise ConfigurationError(msg, hint)
    return channels


def _find_messages(
    inputs: StepInputs, channels: RunChannels, gathered: FileReferences | None
) -> Held[DescribedMessages]:
    """Every message with its names, dispatch, campaign and channel."""
    catalog = inputs.catalog
    if not catalog.has_rows(*NAMING_CHANNELS, "sends", "events"):
        return no_rows(DescribedMessages).collect()
    named = scan_references(catalog, channels, gathered or gather_references(catalog))
    references = hold(merge_references(named, channels.codes), MessageReferences)
    described = _describe(inputs, references)
    without = described.filter(pl.col(DescribedMessages.channel) == OTHER_CHANNEL)
    if without.is_empty() or not (catalog.has_rows("sends") and catalog.has_rows("events")):
        return described
    told = _find_event_channels(inputs, channels, described, without)
    if told.is_empty():
        return described
    named = add_event_channels(references, told.lazy(), channels.codes)
    return _describe(inputs, hold(named, MessageReferences))


def _describe(inputs: StepInputs, references: pl.LazyFrame) -> Held[DescribedMessages]:
    catalog, rules = inputs.catalog, inputs.config.workspace
    messages, dispatches, campaigns = map(catalog.scan, ("messages", "dispatches", "campaigns"))
    priced = rate_messages(
        messages, dispatches, campaigns, rates_of(catalog), rules.currency, rules.timezone
    ).pipe(price_messages)
    described = describe_messages(priced, dispatches, campaigns, references, rules.timezone)
    return hold(described, DescribedMessages).collect()


def _find_event_channels(
    inputs: StepInputs,
    channels: RunChannels,
    described: Held[DescribedMessages],
    messages: pl.DataFrame,
) -> Held[EventChannels]:
    """The channels that the events of sends give to messages for which no feed names one."""
    claimed, most_rows = list_claimed(described), count_at_once(inputs.config.run, FACT_ROWS)
    keys = KeyFiles.of(inputs.catalog, channels, claimed, most_rows)
    found = [
        find_event_channels(
            keys.read_sends(group), keys.read_events(EventScope.SEND, group), messages.lazy()
        )
        for group in range(keys.groups)
    ]
    least = pl.concat(found).group_by(EventChannels.message_key).agg(pl.all().min())
    return materialize(least, EventChannels).collect()


def scan_link_texts(catalog: Catalog) -> Rows[LinkTexts]:
    """One row per link that events name."""
    files = [catalog.folder(file, "events") / LINKS_FILE for file in catalog.feeding("events")]
    if not files:
        return no_rows(LinkTexts)
    return pl.scan_parquet(files).unique()


def _find_owners(catalog: Catalog) -> Held[AddressOwners]:
    """Which contact each e-mail address identifies; nothing where no row needs to know."""
    if not catalog.feeds.names_by_email():
        return pl.DataFrame(schema=polars_schema(AddressOwners))
    return materialize(map_addresses(catalog.scan("contacts")), AddressOwners).collect()


def _find_domains(catalog: Catalog) -> tuple[pl.LazyFrame, pl.DataFrame]:
    """The domain of the mailbox of every contact, and of every address that names one.

    Returns:
        `ContactDomains`, held, and `DomainNames`.
    """
    named = [Sends.org_id, Sends.contact_id, Sends.email]
    tables = ("sends", "events") if catalog.feeds.names_by_email() else ()
    nobody = pl.LazyFrame(schema=dict.fromkeys(named, pl.String))
    addressed = pl.concat([nobody, *(catalog.scan(table).select(named) for table in tables)])
    listed = list_domains(catalog.scan("contacts"), addressed)
    # One after the other: computed at once, they would hold every address.
    domains = materialize(listed, ContactDomains)
    names = materialize(listed.select(columns(DomainNames)).unique(), DomainNames)
    return domains, names.collect()
