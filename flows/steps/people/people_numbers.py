"""The people of a run: every contact that any row names, numbered and cut into ranges."""

import polars as pl

from contracts.facts.numbered_activities import People
from flows.catalog.canonical_tables import Catalog
from flows.errors import CampaignReportsError
from flows.runtime.materialize import materialize
from flows.steps.people.people_inputs import PeopleInputs
from transforms.people.person_numbers import add_parts, find_cuts, key_people, list_people

ROWS_A_PART = 500_000
"""How many activities a range of contacts has at most, if all do as much."""
MOST_PARTS = 256
"""Into how many ranges contacts are cut about, however many there are."""
ACTIVITIES = ("sends", "events", "sessions", "page_views", "orders")


def find_people(inputs: PeopleInputs, orders: pl.LazyFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Number the contacts that any row names, as `People`.

    How they are cut depends on who they are and on how many rows there are alone, so that the parts
    of the tables about them are the same on every machine.

    Args:
        inputs: What was read.
        orders: `PricedOrders`.
        links: `IdentityLinks`.

    Raises:
        CampaignReportsError: Two contacts share a key, which no workspace has shown yet.
    """
    naming = [inputs.scan_named("sends"), inputs.scan_named("events"), inputs.sessions]
    named = pl.concat([key_people(rows) for rows in (*naming, orders, links.lazy())])
    known = key_people(inputs.catalog.scan("contacts")).collect(engine="streaming").lazy()
    listed = list_people(known, named).collect(engine="streaming")
    keys = listed.get_column(People.contact_key)
    if keys.n_unique() < len(keys):
        msg = "two contacts share a 64-bit key"
        raise CampaignReportsError(msg, "This is a fault of the program; please report it.")
    cuts = find_cuts(keys, _contacts_a_part(inputs.catalog, len(keys)))
    return materialize(add_parts(listed.lazy(), cuts), People).collect()


def _contacts_a_part(catalog: Catalog, contacts: int) -> int:
    """How many contacts a range may have: a power of two, which lasts until the rows double."""
    rows = sum(file.count_valid(table) for table in ACTIVITIES for file in catalog.feeding(table))
    most = max(ROWS_A_PART, rows // MOST_PARTS) * contacts // max(1, rows)
    return 1 << max(0, most.bit_length() - 1)
