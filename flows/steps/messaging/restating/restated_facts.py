"""The sums over the send facts, from those of a run before and the sends that changed since then.

What these gave is taken off, and what they give now is added; both are built by the code that
builds all facts. Where it would cost no less, all facts are built anew.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows, no_rows
from contracts.facts.messaging.send_keys import AddressOwners, SendKeys
from contracts.facts.messaging.send_sums import ContactBases
from contracts.feeds import ListMembers
from flows.catalog.row_files import FileChanges, RowFile, compare_files, list_bases, scan_rows
from flows.config.memory import FACT_ROWS, count_at_once
from flows.kept.keepers import Deferred, Keeper
from flows.steps.messaging.described_messages import NamedKeys, read_names
from flows.steps.messaging.fact_files import CONTACTS, FACTS, FactFiles
from flows.steps.messaging.key_files import HeldKeys, KeyFiles
from flows.steps.messaging.linked_events import LinkInputs
from flows.steps.messaging.message_references import NAMES
from flows.steps.messaging.restating.restated_sums import RestatedSums
from flows.steps.messaging.restating.touched_sends import (
    Seeds,
    find_touched,
    hold_all,
    hold_touched,
)
from flows.steps.messaging.send_facts import (
    FactInputs,
    number_facts,
    number_organizations,
    sum_group,
)
from flows.steps.step_inputs import StepInputs
from transforms.common.keys import CONTACT, hash_id
from transforms.messaging.additive_sums import SUMS
from transforms.messaging.contact_sums import keep_assumable
from transforms.messaging.restated_names import (
    add_addresses,
    key_campaigns,
    list_restated_contacts,
    list_restated_members,
    list_restated_messages,
)
from transforms.messaging.segment_sums import key_members

FACT_SUMS = "send sums"
"""The step that keeps the sums."""
MOST_TOUCHED = 0.3
"""Where a larger share of the rows belongs to sends that changed, all facts are built anew."""
MEMBERS = "list_members"
NOTHING = {kind: no_rows(sums.table) for kind, sums in SUMS.items()}


@dataclass(frozen=True)
class FactBase:
    """The sums of a run before, with what they were made from."""

    facts: FactFiles
    names: NamedKeys
    files: tuple[RowFile, ...]


def find_base(
    keeper: Keeper, settings: str, ledger: Path, now: list[RowFile], names: Deferred[NamedKeys]
) -> FactBase | None:
    """The sums of a run before, if it is still there what they were made from.

    Args:
        settings: The hash of the settings and channels that decide them now.
        now: The files that give sums now: these are verified already.
    """
    for folder, made_from, files in list_bases(keeper, FACT_SUMS, settings, ledger, now):
        known = _find_names(keeper, made_from.names, names)
        if known is not None:
            return FactBase(FactFiles(folder / FACTS), known, files)
    return None


def _find_names(keeper: Keeper, identity: str, now: Deferred[NamedKeys]) -> NamedKeys | None:
    """The names of then, if they are those of now or kept still."""
    if identity == now.identity:
        return now.value
    homes = (home for known, home in keeper.list_earlier(NAMES) if known == identity)
    try:
        return next((read_names(home) for home in homes), None)
    except OSError:
        return None


class TooMuch(Exception):  # noqa: N818 - it names what was found
    """The facts of all sends are built sooner than those of what changed."""


@dataclass(frozen=True)
class FactRestatement:
    """What the facts of changed sends are built from.

    Attributes:
        files: The files that give sends, events and list members.
        before: What facts were made from in the run before, beside the key columns.
        changes: The rows that count otherwise.
    """

    inputs: StepInputs
    files: tuple[RowFile, ...]
    names: NamedKeys
    before: FactInputs
    now: FactInputs
    changes: FileChanges

    @property
    def owners(self) -> list[Held[AddressOwners]]:
        """Whom addresses named, now and before."""
        return [self.now.owners, self.before.owners]

    def open_keys(self, files: Iterable[RowFile]) -> KeyFiles:
        """The key columns of some files."""
        own = tuple(file for file in files if file.table != MEMBERS)
        return KeyFiles(own, self.names.channels, self.names.claimed)

    def require_few(self, *held: HeldKeys | KeyFiles) -> None:
        """Give up where too many rows must be looked at.

        Raises:
            TooMuch: There are.
        """
        whole = self.open_keys(self.files).rows
        most = min(MOST_TOUCHED * whole, count_at_once(self.inputs.config.run, FACT_ROWS))
        if sum(keys.rows for keys in held) > most:
            raise TooMuch


def restate_facts(
    base: FactBase, inputs: StepInputs, names: NamedKeys, files: list[RowFile], folder: Path
) -> FactFiles | None:
    """Bring the sums of a run before up to date.

    Returns:
        None where all facts are to be built anew.
    """
    if not names.claimed.equals(base.names.claimed):
        return None
    organizations = number_organizations(names.messages, base.facts.organizations().collect())
    zone, nobody = inputs.config.workspace.timezone, key_members(_scan_members([])).collect()
    before, now = (number_facts(one, organizations, nobody, zone) for one in (base.names, names))
    changes = compare_files(base.files, files)
    task = FactRestatement(inputs, tuple(files), names, before, now, changes)
    try:
        restated = _restate(task, base.facts)
        exact = _tell_lost(task, restated)
    except TooMuch:
        return None
    facts = FactFiles(folder / FACTS)
    facts.begin(organizations)
    restated.write(facts, exact)
    return facts


def _restate(task: FactRestatement, base: FactFiles) -> RestatedSums:
    """Take off what the sends gave of which anything changed, and add what they give now."""
    changes = task.changes
    gone, come, same = (task.open_keys(of) for of in (changes.gone, changes.come, changes.same))
    task.require_few(gone, come)
    was, new = hold_all(gone), hold_all(come)
    touched = find_touched(same, was.beside(new), _find_seeds(task), task.owners)
    held = hold_touched(same, touched, task.now.owners)
    task.require_few(held, was, new)
    restated = RestatedSums.of(
        base,
        _sum_held(held.beside(was), task.before, (*changes.same, *changes.gone)),
        _sum_held(held.beside(new), task.now, task.files),
    )
    if restated.is_assumed_otherwise:
        raise TooMuch
    return restated


def _tell_lost(task: FactRestatement, restated: RestatedSums) -> dict[str, pl.LazyFrame]:
    """All sums of messages and contacts of which an instant was taken off with a send."""
    messages, contacts = restated.lost_messages, restated.lost_contacts
    if messages.is_empty() and contacts.is_empty():
        return NOTHING
    named = add_addresses(contacts.lazy(), task.now.owners.lazy()).unique().collect()
    keys = task.open_keys(task.files)
    nothing = hold_all(task.open_keys([]))
    seeds = Seeds(messages, named, nothing.sends.select(SendKeys.message_key, SendKeys.contact_key))
    touched = find_touched(keys, nothing, seeds, [task.now.owners])
    held = hold_touched(keys, touched, task.now.owners)
    task.require_few(held)
    sums = _sum_held(held, task.now, task.files)
    exact = sums | {CONTACTS: keep_assumable(sums[CONTACTS], restated.assumed)}
    if not restated.is_told(exact):
        raise TooMuch
    return exact


def _find_seeds(task: FactRestatement) -> Seeds:
    """What the rows mean otherwise that count as before."""
    gone, come = task.changes.gone, task.changes.come
    has_members = any(file.table == MEMBERS for file in (*task.files, *gone))
    both = (task.before, task.now)
    owners = [one.owners.lazy() for one in both]
    campaigns = [
        key_campaigns(one.messages if has_members else one.messages.clear()) for one in both
    ]
    found = (
        list_restated_messages([one.codes for one in both], campaigns),
        list_restated_contacts(owners, [one.domains.lazy() for one in both]),
        list_restated_members(_scan_members([*gone, *come]), campaigns[-1], owners[-1]),
    )
    return Seeds(*pl.collect_all(found))


def _sum_held(
    held: HeldKeys, named: FactInputs, files: Iterable[RowFile]
) -> dict[str, pl.LazyFrame]:
    """The sums of some sends by their kind.

    Args:
        files: The files whose list members count.
    """
    contact, email = AddressOwners.contact_key, AddressOwners.email_key
    rows = [held.sends, *held.events.values()]
    mentioned = pl.concat([one.select(SendKeys.contact_key) for one in rows]).unique()
    owners = named.owners.join(mentioned, left_on=email, right_on=contact, how="semi")
    contacts = pl.concat([mentioned, owners.select(contact)]).unique()
    narrowed = replace(
        named,
        owners=owners,
        domains=named.domains.join(contacts, on=contact, how="semi"),
        members=_key_members(files, contacts),
    )
    links = LinkInputs.of(held, narrowed.codes, owners, Path())
    sums = sum_group(links, narrowed, 0)
    return NOTHING | {kind: rows.lazy() for kind, rows in sums.items()}


def _key_members(files: Iterable[RowFile], contacts: pl.DataFrame) -> pl.DataFrame:
    """List members of some contacts by campaign and contact (`key_members`)."""
    contact = hash_id(ListMembers.contact_id, seed=CONTACT).alias(ContactBases.contact_key)
    rows = _scan_members(files).with_columns(contact)
    own = rows.join(contacts.lazy(), on=ContactBases.contact_key, how="semi")
    return key_members(own).collect(engine="streaming")


def _scan_members(files: Iterable[RowFile]) -> Rows[ListMembers]:
    return scan_rows([file for file in files if file.table == MEMBERS], MEMBERS)
