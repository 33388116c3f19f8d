"""Erasing a person: from state, quarantine, every kept snapshot and, if asked, the raw files."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import polars as pl

from contracts.erasures import Erasures, Identifier, IdentifierKind, list_spellings
from contracts.feeds import FEEDS, Feed
from flows.config.loading import LoadedWorkspace
from flows.errors import UsageError
from flows.progress import Progress
from flows.remote.workspace_place import open_feeds
from flows.steps.maintenance.rewritten_files import find_person_files, replace_objects, rewrite_raw
from flows.steps.reading.read_feeds import FeedsRead, read_feeds
from flows.storage.erasing.erased_files import (
    Describe,
    StagedErasure,
    count_in_published_files,
    stage_published,
)
from flows.storage.erasing.erasure_journal import (
    DecidedErasure,
    decide_erasure,
    finish_erasure,
    read_erasures,
)
from flows.storage.layout import Layout
from flows.storage.lock import hold_workspace
from flows.storage.snapshots.recovery import clean_up
from flows.storage.workspace_files import PRIVATE_FOLDER, make_folder, storage_errors
from transforms.common.keys import normalize_email

ORG_ID = Feed.org_id
KEPT = "state/kept"
"""What steps keep between runs: made from rows that may bear the person."""
CONTACT, EMAIL, PHONE, DEVICE, SEND, ORDER = (str(kind) for kind in IdentifierKind)


@dataclass(frozen=True)
class Asked:
    """Who is to be erased: by contact id or by address, of one organization if one is named."""

    contact: str | None
    email: str | None
    org_id: str | None


@dataclass(frozen=True)
class Erased:
    """What was found of a person, and what became of it.

    Attributes:
        organizations: Where the person was known.
        files: Raw files that bear the person -> how many of their records do.
        published_rows: Rows of kept snapshots and quarantine that bear the person.
        is_raw_rewritten: Whether the records went from the raw files, too.
    """

    organizations: list[str]
    files: dict[str, int]
    published_rows: int
    is_raw_rewritten: bool


def erase_person(
    loaded: LoadedWorkspace,
    asked: Asked,
    progress: Progress,
    *,
    raw: bool,
    confirm: Callable[[Erased], bool],
    describe: Describe,
) -> Erased | None:
    """Erase a person from a workspace.

    All that is written anew is written beside what it replaces, and replaced when it is whole: a
    kill before that leaves everything as it was, and after one the next command goes on.

    Args:
        raw: Whether the raw files are written anew without the person.
        confirm: Asked whether to go on, knowing what was found.

    Returns:
        What was erased, which is nothing if it was erased before; None where it was not confirmed.

    Raises:
        UsageError: Nothing in the workspace bears the person, or several organizations do.
        DataRefused: A raw file is not any more as it was read.
        StorageFailed: The disk or a store refused.
    """
    layout = Layout(loaded.root)
    with (
        hold_workspace(loaded.root),
        open_feeds(loaded.root, loaded.config.feed_files, keeps=True),
    ):
        clean_up(loaded.root)
        read = read_feeds(loaded, layout.ledger, progress)
        identifiers = _identify(read, asked)
        kept = read_erasures(loaded.root) or Erasures.none_yet()
        person = Erasures(salt=kept.salt).add(identifiers)
        is_known = any(kept.knows(org_id, kind, value) for org_id, kind, value in identifiers)
        person_files = list(find_person_files(read, person, refused_too=raw and is_known))
        found = Erased(
            organizations=sorted(person.organizations),
            files={found_in.file.raw.path: len(found_in.numbers) for found_in in person_files},
            published_rows=count_in_published_files(loaded.root, person),
            is_raw_rewritten=raw,
        )
        if is_known and not (found.files or found.published_rows):
            return found
        if not (found.files or found.published_rows):
            msg = "nothing in the feeds, the kept snapshots or quarantine bears this person"
            raise UsageError(msg, "Look at the id and --org, or at `show people/contact_report`.")
        if not confirm(found):
            return None
        everybody = kept.add(identifiers)
        staged = _stage(layout, person)
        stage_published(staged, describe)
        rewritten = rewrite_raw(person_files if raw else [], everybody, staged)
        everybody = everybody.note_rewritten(rewritten.hashes)
        folders = [layout.relative(one.file.folder) for one in person_files]
        decided = DecidedErasure(gone=[*staged.gone, *folders, KEPT], raw=rewritten.before)
        decide_erasure(loaded.root, staged.folder, everybody, decided)
        finish_erasure(loaded.root)
        replace_objects(rewritten)
    return found


def _stage(layout: Layout, person: Erasures) -> StagedErasure:
    with storage_errors("making a staging folder"):
        folder = make_folder(layout.staging) / "erasing"
        folder.mkdir(mode=PRIVATE_FOLDER)
    return StagedErasure(layout.root, folder, person)


def _identify(read: FeedsRead, asked: Asked) -> set[Identifier]:
    """Everything that tells the person: ids, addresses, numbers, devices, sends and orders."""
    people = _scan(read, CONTACT, EMAIL, PHONE, DEVICE)
    own = people.filter(_is_asked(asked)).collect()
    org_id = _find_organization(own, asked)
    contacts = {*own.get_column(CONTACT).drop_nulls()} | ({asked.contact} - {None})
    found = {(org_id, CONTACT, contact) for contact in contacts if contact}
    if asked.email is not None:
        found.add((org_id, EMAIL, asked.email))
    of_organization = people.filter(pl.col(ORG_ID) == org_id)
    is_theirs = pl.col(CONTACT).is_in(list(contacts))
    theirs, others = of_organization.filter(is_theirs).collect(), of_organization.filter(~is_theirs)
    others = pl.concat([others, _find_addressed(of_organization, theirs, others)])
    for kind in (EMAIL, PHONE, DEVICE):
        found |= {(org_id, kind, value) for value in _list_unshared(theirs, others, kind)}
    addresses = [value.strip().lower() for _, kind, value in found if kind == EMAIL]
    devices = [value for _, kind, value in found if kind == DEVICE]
    is_addressed = normalize_email(pl.col(EMAIL)).is_in(addresses)
    is_by_device = is_addressed | pl.col(DEVICE).is_in(devices)
    deeds = _scan(read, CONTACT, EMAIL, DEVICE, SEND, ORDER).filter(pl.col(ORG_ID) == org_id)
    for kind, is_nameless in ((SEND, is_addressed), (ORDER, is_by_device)):
        done = deeds.filter(is_theirs | (pl.col(CONTACT).is_null() & is_nameless)).collect()
        # Others' events may name the person's send; an order may have passed to another contact.
        by_others = deeds.filter(~is_theirs & (kind == ORDER))
        found |= {(org_id, kind, one) for one in _list_unshared(done, by_others, kind)}
    return found


def _is_asked(asked: Asked) -> pl.Expr:
    """Whether a row is of whom the command names."""
    if asked.contact is not None:
        is_asked = pl.col(CONTACT).str.strip_chars() == asked.contact.strip()
    else:
        is_asked = normalize_email(pl.col(EMAIL)) == (asked.email or "").strip().lower()
    return is_asked if asked.org_id is None else is_asked & (pl.col(ORG_ID) == asked.org_id)


def _find_organization(own: pl.DataFrame, asked: Asked) -> str:
    """The organization of the person's rows.

    Raises:
        UsageError: There are several.
    """
    organizations = own.get_column(ORG_ID).unique().sort().to_list()
    if len(organizations) > 1:
        msg = f"{len(organizations)} organizations know such a contact"
        raise UsageError(msg, f"Name one with --org: {', '.join(organizations)}.")
    return organizations[0] if organizations else (asked.org_id or "default")


def _find_addressed(rows: pl.LazyFrame, theirs: pl.DataFrame, others: pl.LazyFrame) -> pl.LazyFrame:
    """Rows of the person's devices that name no contact, but the address of another one."""
    address = normalize_email(pl.col(EMAIL)).alias(EMAIL)
    devices = theirs.get_column(DEVICE).drop_nulls()
    nameless = rows.filter(pl.col(CONTACT).is_null(), pl.col(DEVICE).is_in(devices.implode()))
    return (
        nameless.with_columns(address)
        .join(others.select(address), on=EMAIL, how="semi")
        .join(theirs.lazy().select(address), on=EMAIL, how="anti")
    )


def _list_unshared(theirs: pl.DataFrame, others: pl.LazyFrame, kind: str) -> Iterator[str]:
    """The person's values of a kind that no other contact has, in whatever spelling."""
    taken = others.select(kind).unique().collect().to_series().drop_nulls()
    shared = {one for value in taken for one in list_spellings(kind, value)}
    for value in {*theirs.get_column(kind).drop_nulls()}:
        if shared.isdisjoint(list_spellings(kind, value)):
            yield value


def _scan(read: FeedsRead, *names: str) -> pl.LazyFrame:
    """Every row that was read, versions that do not count among them, in a few columns."""
    wanted = [ORG_ID, *names]
    parts = [
        pl.scan_parquet(file.list_parts(table)).select(
            name if name in schema else pl.lit(None, pl.String).alias(name) for name in wanted
        )
        for file in read.catalog.files
        for table in FEEDS
        if (got := file.of_table(table)) is not None and got.valid
        if (schema := FEEDS[table].to_schema().columns) and CONTACT in schema
    ]
    empty = pl.LazyFrame(schema=dict.fromkeys(wanted, pl.String))
    return pl.concat([empty, *parts])
