"""Sessions and orders, each written once, in files that many nights read."""

from functools import partial
from pathlib import Path

import polars as pl

from contracts.facts.matching.session_facts import SessionBase
from contracts.facts.order_facts import PricedOrders
from contracts.facts.people.numbered_activities import KeyedOrders
from flows.kept.identities import identify_rows
from flows.steps.activities.activity_pieces import ORDERS, SESSIONS, Pieces, keep_piece
from flows.steps.activities.placing import Placing
from transforms.activities.ad_names_now import key_links, list_dated_sources
from transforms.activities.linked_rows import span_devices
from transforms.activities.person_numbers import key_contacts
from transforms.matching.match_sessions import MatchedSessions, SessionPiece
from transforms.web.traffic_sources import SOURCE_KEY

MONTH = "month"
SPANS = "spans.arrow"


def write_sessions(matched: MatchedSessions, placing: Placing) -> Pieces:
    """Have every session written, as `KeyedVisits`.

    Whose a session is and by which link it came hangs on its row, on the links of its device and
    on whether the day matters for its traffic source.
    """
    dated = list_dated_sources(matched.links).collect()
    links = placing.identify_links([_span_devices(piece, placing) for piece in matched.pieces])

    def read(piece: SessionPiece) -> pl.LazyFrame:
        rows = key_contacts(piece.rows).collect(engine="streaming")
        placed = placing.place_linked(rows, SessionBase.started_at)
        return key_links(placed, dated.lazy())

    folders = []
    for piece, linked in zip(matched.pieces, links, strict=True):
        own = dated.lazy().join(piece.sources, on=SOURCE_KEY, how="semi")
        decided = [piece.identity, linked, identify_rows(own)]
        folders.append(keep_piece(placing.keeper, SESSIONS, decided, partial(read, piece)))
    return Pieces(SESSIONS, tuple(folders))


def _span_devices(piece: SessionPiece, placing: Placing) -> pl.LazyFrame:
    """`DeviceSpans` of the sessions that name no contact."""

    def write(folder: Path) -> str:
        nameless = piece.rows.filter(pl.col(SessionBase.contact_id).is_null())
        spans = span_devices(nameless, SessionBase.started_at).collect(engine="streaming")
        spans.write_ipc(folder / SPANS, compression="lz4")
        return piece.identity

    kept = placing.keeper.folder("devices of sessions", [piece.identity], write)
    return pl.scan_ipc(kept.open() / SPANS)


def write_orders(orders: pl.LazyFrame, placing: Placing) -> Pieces:
    """Have every order written, as `KeyedOrders`: those of a month together.

    Args:
        orders: `PricedOrders`, in memory.
        placing: Whose devices were, and where to write.
    """
    keyed = placing.place_linked(key_contacts(orders).collect(), PricedOrders.credited_at)
    month = pl.col(KeyedOrders.ordered_at).dt.strftime("%Y-%m").alias(MONTH)
    months = keyed.with_columns(month).collect().partition_by(MONTH, include_key=False)
    folders = [
        keep_piece(placing.keeper, ORDERS, [identify_rows(rows.lazy())], rows.lazy)
        for rows in months
    ]
    return Pieces(ORDERS, tuple(folders))
