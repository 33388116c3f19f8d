"""Whether a session can have come from an ad: one row a rule of SPEC §7.2, in their order."""

import polars as pl
import pytest

from contracts.facts.matching.session_matching import DescribedSources, MessageNameKeys
from contracts.feeds.messages import Campaigns, Dispatches, Messages, MessageStats
from tests.support.frames import frame
from transforms.matching.ad_evidence import judge_evidence, list_message_names

NEWS = frame(MessageNameKeys, [{"org_id": "default", "name_key": "june news"}])


@pytest.mark.parametrize(
    ("click_id", "by", "medium", "campaign", "evidence", "may_be_ad"),
    [
        ("gclid", None, "email", "june news", "click_id", True),
        (None, "source", "E-Mail", None, "message_medium", False),
        (None, None, "web_push", None, "message_medium", False),
        (None, "source", "Organic", None, "unpaid_medium", False),
        (None, "click_id", "organic", None, "other_medium", False),
        (None, "source", "social", "june news", "platform_source", True),
        (None, "source", None, None, "platform_source", True),
        (None, None, "CPC", "june news", "paid_medium", True),
        (None, None, "paid-search", None, "paid_medium", True),
        (None, None, "Social Boost", None, "paid_medium", True),
        (None, None, "affiliate", None, "other_medium", False),
        (None, None, None, "june news", "message_campaign", False),
        (None, None, None, "july news", "nothing_against", True),
        (None, None, "(not set)", None, "nothing_against", True),
    ],
)
def test_the_first_rule_that_applies(
    click_id: str | None,
    by: str | None,
    medium: str | None,
    campaign: str | None,
    evidence: str,
    may_be_ad: object,
) -> None:
    row = {"org_id": "default", "click_id": click_id, "platform_by": by, "utm_medium": medium}
    source = frame(DescribedSources, [row | {"campaign_key": campaign}])
    judged = judge_evidence(
        source.drop("ad_evidence", "may_be_ad"), NEWS, ["social_boost"]
    ).collect()
    assert judged.select("ad_evidence", "may_be_ad").row(0) == (evidence, may_be_ad)


def test_message_names_are_those_of_message_channels_normalised() -> None:
    org = {"org_id": "default"}
    names = list_message_names(
        frame(
            Campaigns,
            [
                org | {"campaign_id": "C-1", "name": "June_News", "channel": "email"},
                org | {"campaign_id": "C2", "name": "Faces", "channel": "ads"},
            ],
        ),
        frame(Dispatches, [org | {"dispatch_id": "D1", "name": "June News"}]),
        frame(Messages, [org | {"message_id": "M1", "name": "Hello", "channel": "sms"}]),
        frame(MessageStats, [org | {"channel": "email", "message_id": "S1"}]),
    )
    listed = names.collect()
    assert sorted(listed["name_key"]) == ["c 1", "d1", "hello", "june news", "m1", "s1"]
    assert listed.schema == pl.Schema({"org_id": pl.String, "name_key": pl.String})
