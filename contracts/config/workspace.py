"""The workspace configuration: what campaigns.toml may say (SPEC §3)."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from contracts.config.feed_section import FeedSection
from contracts.config.setting_types import (
    ChannelName,
    Currency,
    DaskAddress,
    Memory,
    Moment,
    Name,
    Section,
    Share,
    TimeZone,
    problem,
)

LONGEST_DAYS = 365_000
"""The longest time that a setting may say, a thousand years: far beyond it no time is a stamp."""


class WorkspaceSection(Section):
    """`[workspace]`: what holds for the whole workspace."""

    timezone: TimeZone = Field(
        "UTC", description="which midnight ends a reporting day", examples=["America/New_York"]
    )
    currency: Currency = Field("USD", description="reporting currency", examples=["EUR"])
    channels: tuple[ChannelName, ...] = Field(
        (),
        description="channels of one's own, beside those that campaigns and messages name",
        examples=[["whatsapp"]],
    )
    max_rejected_share: Share = Field(0.05, description="per feed; above it nothing is published")
    keep_snapshots: int = Field(
        30, ge=1, description="how many snapshots are kept at least; the published one always"
    )
    keep_days: float = Field(
        7, ge=0, le=LONGEST_DAYS, description="snapshots younger than this are kept too"
    )
    settle_seconds: float = Field(
        0, ge=0, description="raw files younger than this wait for the next run"
    )


class AdAlias(Section):
    """A value of `[ads.aliases]`: the ad or campaign that an old link means."""

    platform: Name
    campaign_id: str | None = None
    ad_id: str | None = None

    @model_validator(mode="after")
    def names_a_target(self) -> Self:
        """An alias leads to an ad or to a campaign."""
        if self.campaign_id is None and self.ad_id is None:
            msg = "an alias names a campaign_id or an ad_id"
            raise problem(msg)
        return self


class AdsSection(Section):
    """`[ads]`: how sessions find their ads."""

    match: Literal["auto", "utm_content", "utm_campaign"] = Field(
        "auto", description="which utm parameter names the ad; auto: content first, then campaign"
    )
    mediums: tuple[str, ...] = Field(
        (),
        description="utm_medium values of one's own that mean a paid click",
        examples=[["paid-soc"]],
    )
    sources: dict[str, Name] = Field(
        {},
        description="a utm_source of one's own = the platform that it means",
        examples=[{"fb-prospecting": "facebook_ads"}],
    )
    aliases: dict[str, AdAlias] = Field(
        {},
        description="a utm value = the campaign or ad that it means, for links that stand",
        examples=[{"sprng-sale": {"platform": "google_ads", "campaign_id": "123"}}],
    )


class EventsSection(Section):
    """`[events]`: event types of the user's own."""

    generic: tuple[Name, ...] = Field(
        (),
        description="event types that are neither standard nor a mistake",
        examples=[["store_visit"]],
    )


class SessionsSection(Section):
    """`[sessions]`: how page views become sessions."""

    timeout_minutes: int = Field(
        30, gt=0, le=LONGEST_DAYS * 24 * 60, description="the longest pause within a session"
    )
    split_at_midnight: bool = Field(
        default=False, description="whether a reporting day's end ends them"
    )


AttributionModel = Literal[
    "first_touch", "last_touch", "last_non_direct", "linear", "position_based", "time_decay"
]


class AttributionSection(Section):
    """`[attribution]`: which touches count, and how they share an order."""

    lookback_days: float = Field(
        30, gt=0, le=LONGEST_DAYS, description="how long before an order a touch counts"
    )
    lookback_hours: dict[str, Annotated[float, Field(gt=0, le=LONGEST_DAYS * 24)]] = Field(
        {}, description="per channel, in place of the days", examples=[{"sms": 48}]
    )
    half_life_days: float = Field(
        7, ge=0.001, le=LONGEST_DAYS, description="in which time_decay halves a credit"
    )
    models: tuple[AttributionModel, ...] = Field(
        ("first_touch", "last_touch", "linear", "position_based", "time_decay"),
        min_length=1,
        description="how an order's credit is shared; a column each",
    )
    touch_opens: bool = Field(default=False, description="whether human opens are touches")
    touch_events: tuple[str, ...] = Field(
        (), description="generic event types that are touches", examples=[["store_visit"]]
    )

    @model_validator(mode="after")
    def names_each_model_once(self) -> Self:
        """A model is a column of its own name."""
        if repeated := {model for model in self.models if self.models.count(model) > 1}:
            twice = ", ".join(sorted(repeated))
            msg = f"models: {twice} stands twice; name each model once"
            raise problem(msg)
        return self


class IdentitySection(Section):
    """`[identity]`: how far back a device's earlier visits become a person's."""

    backward_days: float = Field(
        30,
        ge=0,
        le=LONGEST_DAYS,
        description="how long before the first identification a visit is the person's",
    )


class AudienceSection(Section):
    """`[[audiences]]`: a list of contacts drawn in every run."""

    name: Name = Field(
        description="the audience; its file is called so", examples=["clicked_and_stayed"]
    )
    performed: str | None = Field(
        None, description="an event type that the contact did", examples=["email_clicked"]
    )
    campaign: str | None = Field(
        None, description="of this campaign, by id or name", examples=["VIP reactivation"]
    )
    message: str | None = Field(
        None, description="of this message, by id or name", examples=["msg-1"]
    )
    start: Moment | None = Field(
        None, alias="from", description="first day, or first instant", examples=["2026-01-01"]
    )
    until: Moment | None = Field(
        None, alias="to", description="last day, or last instant", examples=["2026-01-31"]
    )
    never: str | None = Field(
        None,
        description="an event type that the contact never did",
        examples=["email_unsubscribed"],
    )
    segment: str | None = Field(
        None, description="on a list through this segment", examples=["VIPs"]
    )
    subscribed: str | None = Field(
        None, description="a channel that the contact is subscribed to", examples=["email"]
    )


class RunSection(Section):
    """`[run]`: what a run may use."""

    memory: Memory | None = Field(
        None, description="what bounds a run; default half the machine's", examples=["2GB"]
    )
    dask: DaskAddress | None = Field(
        None,
        description="scheduler of the cluster that runs tasks",
        examples=["tcp://scheduler:8786"],
    )
    max_expansion: int = Field(
        1000, ge=1, description="how many times its size a compressed file may expand to"
    )
    max_columns: int = Field(2000, ge=1, description="how many columns a file may have")


class ErasureSection(Section):
    """`[erasure]`: what becomes of an erased contact's figures."""

    aggregates: Literal["restate", "keep"] = Field(
        "restate", description="whether sums go without the person, or keep the facts without ids"
    )


class Workspace(Section):
    """campaigns.toml as a whole."""

    workspace: WorkspaceSection = WorkspaceSection()
    feeds: tuple[FeedSection, ...] = ()
    ads: AdsSection = AdsSection()
    events: EventsSection = EventsSection()
    sessions: SessionsSection = SessionsSection()
    attribution: AttributionSection = AttributionSection()
    identity: IdentitySection = IdentitySection()
    audiences: tuple[AudienceSection, ...] = ()
    run: RunSection = RunSection()
    erasure: ErasureSection = ErasureSection()

    @model_validator(mode="after")
    def names_each_audience_once(self) -> Self:
        """An audience is a file of its own name."""
        names = [audience.name for audience in self.audiences]
        for place, name in enumerate(names):
            if name in names[:place]:
                msg = f"is the name of audiences[{names.index(name)}], too; each is a file"
                raise problem(msg, f"audiences[{place}].name")
        return self

    @property
    def feed_files(self) -> list[str]:
        """The glob of each feed's files."""
        return [feed.files for feed in self.feeds]
