"""Drawing the page of a snapshot: one file, no request to anywhere, bounded in size (SPEC §12)."""

import base64
import hashlib
import json
from functools import partial
from importlib.resources import files
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from contracts.channels import STANDARD
from flows.page.charts import HEIGHT, WIDTH
from flows.page.figures import plain
from flows.page.glance import answer_questions
from flows.page.report_periods import DEFAULT_PERIOD, list_periods
from flows.page.snapshot_tables import SnapshotTables, last_day
from flows.page.tabs.ads_tab import build_ads_tab
from flows.page.tabs.attribution_tab import build_attribution_tab
from flows.page.tabs.campaigns_tab import build_campaigns_tab
from flows.page.tabs.channel_tab import build_channel_tab
from flows.page.tabs.people_tab import build_people_tab
from flows.page.tabs.run_tab import build_run_tab
from flows.page.views import Page, Tab
from flows.storage.published_files import PAGE
from flows.storage.workspace_files import write_durably

MOST_BYTES = 2_000_000
LIMITS = (50, 25, 12, 6, 3, 1)
"""How many rows a table shows: the first number with which the page is small enough."""

ENTITIES = {"&": "&amp;", "'": "&#39;", "<": "&lt;", ">": "&gt;"}
"""What is escaped between apostrophes, the ampersand first."""

DAILY = ("daily_report", "campaign_performance")
NOTHING_YET = (
    "There is nothing to report yet: no feed has a row beyond its headers. To report on messages, "
    "configure a parent model (a feed of contacts) with sends or events; ads need their stats."
)


def write_page(published: SnapshotTables) -> Path:
    """Write the page of a snapshot into its folder.

    Args:
        published: The snapshot, its tables written.

    Returns:
        The file, at most 2 MB.
    """
    path = published.folder / PAGE
    text = ""
    for limit in LIMITS:
        text = render_page(build_page(published, limit))
        if len(text.encode()) <= MOST_BYTES:
            break
    write_durably(path, text)
    return path


def build_page(published: SnapshotTables, limit: int) -> Page:
    """Put together what the page shows.

    Args:
        published: The snapshot.
        limit: How many rows a table shows at most.
    """
    groups = published.groups()
    channels = [name for name in groups if published.has(f"{name}/message_report")]
    standard = {name: place for place, name in enumerate(STANDARD)}
    channels.sort(key=lambda name: (standard.get(name, len(standard)), name))
    daily = [f"{group}/{table}" for group in groups for table in DAILY]
    last = last_day(published, [table for table in daily if published.has(table)])
    periods = list_periods(last)
    builders = {
        "campaigns": partial(build_campaigns_tab, published, limit),
        **{name: partial(build_channel_tab, published, name, periods, limit) for name in channels},
        "ads": partial(build_ads_tab, published, periods, limit),
        "people": partial(build_people_tab, published, periods, limit),
        "attribution": partial(build_attribution_tab, published, periods, limit),
    }
    tabs: list[Tab] = [build() for name, build in builders.items() if name in groups]
    has_rows = any(out.rows for out in published.manifest.outputs if out.group != "run")
    facts = (
        plain(f"Newest day of the reports: {last}" if last else "No day has figures yet"),
        plain(f"Days end at midnight in {published.timezone}"),
        plain(f"Money in {published.currency}"),
    )
    return Page(
        title=published.workspace,
        facts=facts,
        periods=tuple((period.name, period.title) for period in periods),
        answers=answer_questions(published, channels, periods[0]) if has_rows else (),
        tabs=(*tabs, build_run_tab(published, limit)),
        currency=published.currency,
        timezone=published.timezone,
        keys={
            f"{out.group}/{out.table}": published.key(f"{out.group}/{out.table}")
            for out in published.manifest.outputs
            if published.has(f"{out.group}/{out.table}")
        },
        notes=() if has_rows else (NOTHING_YET,),
    )


def render_page(page: Page) -> str:
    """Write a page as HTML: every text escaped, styles and script allowed by their hash alone."""
    style, script = _read("page.css"), _read("page.js")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    default = DEFAULT_PERIOD if any(n == DEFAULT_PERIOD for n, _ in page.periods) else "all"
    environment.filters["quoted"] = _quote
    return environment.from_string(_read("page.html")).render(
        page=page,
        keys=json.dumps(page.keys, ensure_ascii=False),
        period=default,
        style=Markup(style),  # noqa: S704 - our own file, without data
        script=Markup(script),  # noqa: S704 - our own file, without data
        policy=(
            f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
            "base-uri 'none'; form-action 'none'"
        ),
        width=WIDTH,
        height=HEIGHT,
    )


def _quote(text: str) -> Markup:
    """A text between apostrophes, where quotation marks may stay: keys are half as long so."""
    for character, entity in ENTITIES.items():
        text = text.replace(character, entity)
    return Markup(text)  # noqa: S704 - what could end the attribute is escaped above


def _read(name: str) -> str:
    return files("flows.page").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
