"""The workspace configuration: what campaigns.toml may say (SPEC §3)."""

import re
from pathlib import PurePosixPath
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo, available_timezones

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from contracts import columns
from contracts.config.nearest_names import nearest, unknown
from contracts.config.source_mapping import Expression
from contracts.feeds import FEEDS
from contracts.feeds.orders import CURRENCY_PATTERN
from contracts.vocabulary import NAME_PATTERN

TOLD = "told"
"""The type of the errors that come with a sentence for the user, in `ctx["told"]`."""


def existing_time_zone(name: str) -> str:
    """The name itself, where the time zone database has it."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        near = nearest(name, available_timezones())
        hint = f"did you mean {near!r}?" if near else "the IANA names count, as 'Europe/Paris'"
        msg = f"unknown time zone {name!r}; {hint}"
        raise PydanticCustomError(TOLD, "{told}", {"told": msg}) from error
    return name


def path_below_workspace(glob: str) -> str:
    """The glob itself, where it can only lead to files below the workspace."""
    parts = PurePosixPath(glob).parts
    if glob.startswith("/") or WINDOWS_PATH.match(glob) or ".." in parts:
        problem = "leads out of the workspace; give a path below it, as 'raw/contacts/*.csv'"
    elif not parts:
        problem = "names no file; give a path below the workspace, as 'raw/contacts/*.csv'"
    elif parts[0] in WRITTEN_BY_RUNS:
        problem = f"reads what runs write into {parts[0]}/; keep feed files elsewhere, as in raw/"
    else:
        return glob
    raise PydanticCustomError(TOLD, "{told}", {"told": problem})


WINDOWS_PATH = re.compile(r"[A-Za-z]:|\\")
"""How a path begins on a system that runs do not know."""

WRITTEN_BY_RUNS = ("reports", "quarantine", "state")
"""The folders of a workspace that hold no feeds."""

TimeZone = Annotated[str, AfterValidator(existing_time_zone)]
Currency = Annotated[str, Field(pattern=CURRENCY_PATTERN)]
PlatformName = Annotated[str, Field(pattern=NAME_PATTERN)]
FeedPath = Annotated[str, AfterValidator(path_below_workspace)]
FEED_NAME_PATTERN = r"^\w[\w .()-]*$"
"""What a feed may be called: its name becomes a file's."""


class Section(BaseModel):
    """A section of the configuration: it knows its keys and is never changed."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class WorkspaceSection(Section):
    """`[workspace]`: what holds for the whole workspace."""

    timezone: TimeZone = Field("UTC", description="which midnight ends a reporting day")
    currency: Currency = Field("USD", description="reporting currency")
    max_rejected_share: float = Field(
        0.05, ge=0, le=1, description="per feed; above it nothing is published"
    )


class FeedSection(Section):
    """`[[feeds]]`: some files, and how they are read as canonical tables."""

    table: str | None = Field(
        None,
        description="canonical table of a file with our columns",
        json_schema_extra={"enum": [*FEEDS]},
    )
    source: str | None = Field(None, description="source mapping that ships with the product")
    files: FeedPath = Field(description="glob below the workspace")
    name: str | None = Field(
        None,
        description="how messages and quarantine call the feed",
        pattern=FEED_NAME_PATTERN,
    )
    columns: dict[str, Expression] = Field({}, description="our column = the file's")
    constants: dict[str, str] = Field({}, description="our column = one value for every row")
    encoding: str | None = Field(None, description="detected where not given")
    delimiter: str | None = Field(None, min_length=1, max_length=1)
    null_values: tuple[str, ...] = Field((), description="texts that mean no value")
    timezone: TimeZone | None = Field(None, description="of stamps that carry no offset")
    on_refused: Literal["fail", "skip"] = Field("fail", description="what a refused file does")
    conversions: tuple[str, ...] = Field(
        (), description="names of the conversions that count, for platforms that report by name"
    )

    @model_validator(mode="after")
    def reads_one_thing(self) -> Self:
        """A feed names a table or a source, and only columns of that table."""
        if (self.table is None) == (self.source is None):
            told = "a feed names either a table or a source"
            raise wrong(told)
        if self.table is not None:
            if self.table not in FEEDS:
                raise wrong(unknown("table", self.table, FEEDS), "table")
            known = columns.columns(FEEDS[self.table])
            for section, named in (("columns", self.columns), ("constants", self.constants)):
                for name in named:
                    if name not in known:
                        told = unknown(f"column of {self.table}", name, known)
                        raise wrong(told, section, name)
        return self

    @property
    def label(self) -> str:
        """How messages and quarantine call the feed."""
        return self.name or self.source or self.table or ""


class AdAlias(Section):
    """A value of `[ads.aliases]`: the ad or campaign that an old link means."""

    platform: PlatformName
    campaign_id: str | None = None
    ad_id: str | None = None

    @model_validator(mode="after")
    def names_a_target(self) -> Self:
        """An alias leads to an ad or to a campaign."""
        if self.campaign_id is None and self.ad_id is None:
            told = "an alias names a campaign_id or an ad_id"
            raise wrong(told)
        return self


class AdsSection(Section):
    """`[ads]`: how sessions find their ads."""

    match: Literal["auto", "utm_content", "utm_campaign"] = "auto"
    sources: dict[str, PlatformName] = Field({}, description="utm_source -> platform")
    aliases: dict[str, AdAlias] = Field({}, description="utm value -> campaign or ad")


class SessionsSection(Section):
    """`[sessions]`: how page views become sessions."""

    timeout_minutes: int = Field(30, gt=0)
    split_at_midnight: bool = Field(
        default=False, description="whether a reporting day's end ends them"
    )


AttributionModel = Literal[
    "first_touch", "last_touch", "last_non_direct", "linear", "position_based", "time_decay"
]


class AttributionSection(Section):
    """`[attribution]`: which touches count, and how they share an order."""

    lookback_days: float = Field(30, gt=0)
    lookback_hours: dict[str, Annotated[float, Field(gt=0)]] = Field(
        {}, description="per channel, in place of the days"
    )
    half_life_days: float = Field(7, gt=0)
    models: tuple[AttributionModel, ...] = Field(
        ("first_touch", "last_touch", "linear", "position_based", "time_decay"), min_length=1
    )
    touch_opens: bool = Field(default=False, description="whether human opens are touches")
    touch_events: tuple[str, ...] = Field((), description="generic event types that are touches")

    @model_validator(mode="after")
    def names_each_model_once(self) -> Self:
        """A model is a column of its own name."""
        if repeated := {model for model in self.models if self.models.count(model) > 1}:
            msg = f"models: {', '.join(sorted(repeated))} stands twice; name each model once"
            raise PydanticCustomError(TOLD, "{told}", {"told": msg})
        return self


class IdentitySection(Section):
    """`[identity]`: how far back a device's earlier visits become a person's."""

    backward_days: float = Field(30, ge=0)


class AudienceSection(Section):
    """`[[audiences]]`: a list of contacts drawn in every run."""

    name: str = Field(pattern=NAME_PATTERN)
    performed: str | None = None
    campaign: str | None = None
    message: str | None = None
    start: str | None = Field(None, alias="from")
    until: str | None = Field(None, alias="to")
    never: str | None = None
    segment: str | None = None


class Workspace(Section):
    """campaigns.toml as a whole."""

    workspace: WorkspaceSection = WorkspaceSection()
    feeds: tuple[FeedSection, ...] = ()
    ads: AdsSection = AdsSection()
    sessions: SessionsSection = SessionsSection()
    attribution: AttributionSection = AttributionSection()
    identity: IdentitySection = IdentitySection()
    audiences: tuple[AudienceSection, ...] = ()


def wrong(told: str, *path: str) -> PydanticCustomError:
    """An error of a whole section that says at which of its keys, in `ctx["path"]`."""
    return PydanticCustomError(TOLD, "{told}", {"told": told, "path": path})
