"""Sessions and orders, each written once, in files that many nights read."""

from dataclasses import dataclass
from pathlib import Path

import polars as pl

from contracts.columns import Held, Rows
from contracts.facts.matching.session_facts import SessionBase
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.numbered_activities import KeyedOrders
from contracts.reports.journeys import IdentityLinks
from flows.kept.identities import identify_rows
from flows.steps.activities.activity_pieces import ORDERS, SESSIONS, Pieces, write_piece
from flows.steps.activities.linked_pieces import LinkedPieces, fill_device_contacts
from transforms.activities.ad_names_now import key_links, list_dated_sources
from transforms.activities.linked_rows import span_devices
from transforms.activities.person_numbers import key_contacts
from transforms.matching.match_sessions import MatchedSessions, SessionPiece
from transforms.web.traffic_sources import SOURCE_KEY

MONTH = "month"
SPANS = "spans.arrow"


@dataclass(frozen=True)
class SessionInputs:
    """What all pieces of sessions are placed by.

    Attributes:
        links: With keys.
        dated: The traffic sources for which the day matters (`list_dated_sources`).
    """

    links: Held[IdentityLinks]
    dated: pl.DataFrame


def write_sessions(matched: MatchedSessions, linked: LinkedPieces) -> Pieces:
    """Have every session written, as `KeyedVisits`.

    Whose a session is and by which link it came hangs on its row, on the links of its device and
    on whether the day matters for its traffic source.
    """
    of = SessionInputs(linked.links, list_dated_sources(matched.links).collect())
    identities = [[piece.identity] for piece in matched.pieces]
    spans = linked.keeper.each("devices of sessions", identities, write_spans, None, matched.pieces)
    links = linked.identify_links([pl.scan_ipc(one.open() / SPANS) for one in spans])
    decided = [
        [
            piece.identity,
            said,
            identify_rows(of.dated.lazy().join(piece.sources, on=SOURCE_KEY, how="semi")),
        ]
        for piece, said in zip(matched.pieces, links, strict=True)
    ]
    return linked.keep_pieces(SESSIONS, decided, write_session_piece, of, matched.pieces)


def write_session_piece(of: SessionInputs, piece: SessionPiece, folder: Path) -> None:
    """Write a piece of the sessions, as `KeyedVisits`."""
    rows = key_contacts(piece.rows).collect(engine="streaming")
    placed = fill_device_contacts(of.links, rows, SessionBase.started_at)
    write_piece(SESSIONS, key_links(placed, of.dated.lazy()), folder)


def write_spans(_: None, piece: SessionPiece, folder: Path) -> None:
    """Write the `DeviceSpans` of the sessions of a piece that name no contact."""
    nameless = piece.rows.filter(pl.col(SessionBase.contact_id).is_null())
    spans = span_devices(nameless, SessionBase.started_at).collect(engine="streaming")
    spans.write_ipc(folder / SPANS, compression="lz4")


def write_orders(orders: Rows[PricedOrders], linked: LinkedPieces) -> Pieces:
    """Have every order written, as `KeyedOrders`: those of a month together.

    Args:
        orders: In memory.
    """
    keyed = fill_device_contacts(
        linked.links, key_contacts(orders).collect(), PricedOrders.credited_at
    )
    month = pl.col(KeyedOrders.ordered_at).dt.strftime("%Y-%m").alias(MONTH)
    months = keyed.with_columns(month).collect().partition_by(MONTH, include_key=False)
    decided = [[identify_rows(rows.lazy())] for rows in months]
    return linked.keep_pieces(ORDERS, decided, write_order_piece, None, months)


def write_order_piece(_: None, orders: pl.DataFrame, folder: Path) -> None:
    """Write the orders of a month, as `KeyedOrders`."""
    write_piece(ORDERS, orders.lazy(), folder)
