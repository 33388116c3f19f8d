"""The people of a run: every contact that any row names, numbered."""

import polars as pl

from contracts.facts.people.numbered_activities import People
from flows.errors import REPORT_IT, CampaignReportsError
from flows.runtime.materialize import materialize
from flows.steps.activities.people_inputs import PeopleInputs
from transforms.activities.person_numbers import key_people, list_people


def find_people(inputs: PeopleInputs, orders: pl.LazyFrame, links: pl.DataFrame) -> pl.DataFrame:
    """Number the contacts that any row names, as `People`.

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
        raise CampaignReportsError(msg, REPORT_IT)
    return materialize(listed.lazy(), People).collect()
