"""What messages and ads cost by the day, and what their campaigns are called, in files."""

from pathlib import Path

import polars as pl

from contracts.facts.order_facts import DayCosts, NamedCampaigns
from flows.kept.kept_frames import read_frame, write_frames
from flows.runtime.materialize import materialize
from flows.steps.ads.ad_facts import AdFacts
from flows.steps.messaging.message_reports import MessageFacts
from transforms.activities.ad_names_now import name_campaigns
from transforms.attribution.costs import list_costs, name_message_campaigns

COSTS, CAMPAIGNS = "costs", "campaigns"


def write_costs(folder: Path, sends: MessageFacts, ads: AdFacts) -> str:
    """Keep costs and names; return what they are."""
    messages = sends.all_rows()
    costs = list_costs(sends.days.lazy(), messages, ads.list_spend())
    campaigns = pl.concat([name_message_campaigns(messages), name_campaigns(ads.names.lazy())])
    frames = {
        COSTS: materialize(costs, DayCosts).collect(),
        CAMPAIGNS: materialize(campaigns, NamedCampaigns).collect(),
    }
    return write_frames(folder, frames)


def read_costs(folder: Path) -> tuple[pl.LazyFrame, pl.LazyFrame]:
    """`DayCosts` and `NamedCampaigns`."""
    costs = read_frame(folder, COSTS, DayCosts)
    return costs.lazy(), read_frame(folder, CAMPAIGNS, NamedCampaigns).lazy()
