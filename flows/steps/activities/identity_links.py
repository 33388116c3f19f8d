"""Whose each device was: as the run before found it, but for the devices of which rows changed."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows, key
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.numbered_activities import DeviceContacts, DeviceEvidence
from contracts.feeds import Events, Sessions
from contracts.reports.journeys import IdentityLinks
from flows.catalog.row_files import (
    RowFile,
    compare_files,
    list_bases,
    list_row_files,
    scan_rows,
    write_record,
)
from flows.kept.identities import identify, identify_rows
from flows.kept.keepers import Keeper
from flows.kept.kept_frames import read_frame, write_frame
from flows.runtime.materialize import hold, materialize
from flows.steps.activities.people_inputs import PeopleInputs
from transforms.activities.identity import (
    find_device_contacts,
    find_differing_devices,
    key_evidence,
    leave_devices,
    link_identities,
    link_single_devices,
    list_devices,
    list_evidence,
)
from transforms.activities.person_numbers import DEVICE_KEY, key_device

STEP = "identity links"
LINKS, MOVABLE = "links", "movable evidence"
OF_FILES = ("sessions", "page_views", "events")
"""Tables of which a file that is as before shows what it showed before."""
MOST_CHANGED = 0.3
"""Where a larger share of their rows changed, all devices are linked anew."""


@dataclass(frozen=True)
class Evidence:
    """What names devices."""

    inputs: PeopleInputs
    orders: Rows[PricedOrders]

    @property
    def backward_days(self) -> float:
        """How long before its first evidence a device was already its contact's."""
        return self.inputs.config.identity.backward_days

    def list_rows(self) -> list[pl.LazyFrame]:
        """Sessions, page views, events and orders; a refund shows nothing beside its order."""
        is_own = pl.col(PricedOrders.credited_at) == pl.col(PricedOrders.ordered_at)
        return [
            self.inputs.sessions,
            self.inputs.catalog.scan("page_views"),
            self.inputs.scan_named("events"),
            self.orders.filter(is_own),
        ]

    def list_movable(self) -> Rows[DeviceEvidence]:
        """The evidence that other files and tables may move: of orders, and by addresses."""
        *others, orders = self.list_rows()
        sessions, page_views, events = (rows.clear() for rows in others)
        if not self.inputs.names.owners.is_empty():
            is_open = (
                pl.col(Events.contact_id).is_null() & pl.col(Events.anonymous_id).is_not_null()
            )
            events = self.inputs.name(self.inputs.catalog.scan("events").filter(is_open))
        return key_evidence(list_evidence(sessions, page_views, events, orders))

    def identify_settings(self) -> str:
        """What decides the links beside rows: among it, of which page views sessions are made."""
        config, catalog = self.inputs.config, self.inputs.catalog
        if not catalog.has_rows("page_views"):
            return identify(self.backward_days)
        orgs = catalog.scan("sessions").select(Sessions.org_id).unique().collect().to_series()
        timezone = config.workspace.timezone
        return identify(self.backward_days, orgs.sort().to_list(), timezone, config.sessions)


def link_devices(inputs: PeopleInputs, orders: Rows[PricedOrders]) -> Held[IdentityLinks]:
    """Find out whose each device was, and when.

    Returns:
        Sorted by its key.
    """
    evidence = Evidence(inputs, orders)
    settings = evidence.identify_settings()
    movable = materialize(evidence.list_movable(), DeviceEvidence).collect()
    decided = [settings, inputs.catalog.only(*OF_FILES), identify_rows(movable.lazy())]

    def write(folder: Path) -> str:
        files = list_row_files(inputs.catalog, *OF_FILES)
        links = restate_links(evidence, settings, files, movable)
        links = link_all(evidence) if links is None else links
        # A struct is sorted by the bytes of its fields together: half of what sorting by each
        # takes; and a stable sort merges what is in order already.
        in_order = links.sort(pl.struct(key(IdentityLinks)), maintain_order=True)
        held = hold(in_order, IdentityLinks).collect()
        for name, frame in ((LINKS, held), (MOVABLE, movable)):
            write_frame(folder, name, frame)
        write_record(folder, settings, "", files)
        return identify(decided)

    return read_frame(inputs.keeper.folder(STEP, decided, write).open(), LINKS, IdentityLinks)


def link_all(evidence: Evidence) -> Rows[IdentityLinks]:
    """The links of all devices, in no order."""
    rows, backward_days = evidence.list_rows(), evidence.backward_days
    devices = materialize(find_device_contacts(list_evidence(*rows)), DeviceContacts)
    is_single = pl.col(DeviceContacts.is_single)
    shared = devices.filter(~is_single).collect()
    links = link_single_devices(devices.filter(is_single), rows[0], backward_days)
    if shared.height:
        links = pl.concat([links, _link_some(evidence, shared.lazy())])
    return materialize(links, IdentityLinks)


def _link_some(evidence: Evidence, devices: pl.LazyFrame) -> Rows[IdentityLinks]:
    own = (leave_devices(rows, devices) for rows in evidence.list_rows())
    return link_identities(*own, evidence.backward_days)


def restate_links(
    evidence: Evidence, settings: str, files: list[RowFile], movable: Held[DeviceEvidence]
) -> pl.LazyFrame | None:
    """The links of a run before, with those of devices of which any row is another now.

    Returns:
        None where there are none, or where to link all devices costs no more.
    """
    before = _find_before(evidence.inputs.keeper, settings, files)
    if before is None:
        return None
    folder, changed = before
    moved = read_frame(folder, MOVABLE, DeviceEvidence)
    named = [*_list_named(changed), find_differing_devices(moved.lazy(), movable.lazy())]
    devices = pl.concat(named).unique().collect(engine="streaming")
    is_changed = key_device().is_in(devices.get_column(DEVICE_KEY).implode())
    same = read_frame(folder, LINKS, IdentityLinks).lazy().filter(~is_changed)
    return pl.concat([same, materialize(_link_some(evidence, devices.lazy()), IdentityLinks)])


def _find_before(
    keeper: Keeper, settings: str, files: list[RowFile]
) -> tuple[Path, tuple[RowFile, ...]] | None:
    """What a run before left that read most of these files, and the files that differ from its."""
    if not files:
        return None
    most = MOST_CHANGED * sum(file.rows for file in files)
    for folder, _, before in list_bases(keeper, STEP, settings, files[0].ledger, files):
        changed = compare_files(before, files).changed
        if sum(file.rows for file in changed) <= most:
            return folder, changed
    return None


def _list_named(files: tuple[RowFile, ...]) -> list[pl.LazyFrame]:
    """The devices that rows of files name; by an event without a contact nothing is shown."""
    sessions, page_views, events = (
        scan_rows([file for file in files if file.table == table], table) for table in OF_FILES
    )
    shown = events.filter(pl.col(Events.contact_id).is_not_null())
    return [list_devices(rows) for rows in (sessions, page_views, shown)]
