"""Drawing the page of a snapshot: one file, no request to anywhere, bounded in size (SPEC §12)."""

import base64
import hashlib
import json
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from typing import Any

from markupsafe import Markup

from contracts.channels import STANDARD
from flows.page.figures import plain
from flows.page.glance import answer_of_reports, answer_of_run
from flows.page.pieces import PagePiece, fit_pieces
from flows.page.report_periods import DEFAULT_PERIOD, ReportPeriod, list_periods
from flows.page.snapshot_tables import SnapshotTables, last_day
from flows.page.tabs.ads_tab import build_ads_tab
from flows.page.tabs.attribution_tab import build_attribution_tab
from flows.page.tabs.campaigns_tab import build_campaigns_tab
from flows.page.tabs.channel_tab import build_channel_tab
from flows.page.tabs.people_tab import build_people_tab
from flows.page.tabs.run_tab import build_run_tab
from flows.page.views import Page, Tab
from flows.page.writing import TabWriter, read_template, read_templates
from flows.storage.snapshots.published_files import PAGE

MOST_BYTES = 2_000_000
DAILY = ("daily_report", "campaign_performance")
ORDERED = ("attribution/channel_attribution",)
"""What has the days of orders: they count where nothing else has any."""
NOTHING_YET = (
    "There is nothing to report yet: no feed has a row beyond its headers. To report on messages, "
    "configure a parent model (a feed of contacts) with sends or events; ads need their stats."
)
TEMPLATES = ("parts.html", "page.html", "page.css", "page.js")
Keep = Callable[[str, Sequence[object], Callable[[], str]], str]
"""Gives the text of a part of the page: the one that is kept under all that decides it, or a new
one, which it keeps. Its name, what decides it, and what writes it."""


def write_anew(name: str, inputs: Sequence[object], write: Callable[[], str]) -> str:
    """Write a part of the page, and keep nothing."""
    del name, inputs
    return write()


def write_page(published: SnapshotTables, keep: Keep = write_anew) -> Path:
    """Write the page of a snapshot into its folder.

    Args:
        keep: Where parts of the page are kept whose tables may not have changed since.

    Returns:
        The file, at most 2 MB; as all of the snapshot it is flushed when that is published.
    """
    path = published.folder / PAGE
    path.write_text(draw_page(published, keep), encoding="utf-8")
    return path


def draw_page(published: SnapshotTables, keep: Keep) -> str:
    """Write a page as HTML: every text escaped, styles and script allowed by their hash alone."""
    groups = published.groups()
    channels = [name for name in groups if published.has(f"{name}/message_report")]
    standard = {name: place for place, name in enumerate(STANDARD)}
    channels.sort(key=lambda name: (standard.get(name, len(standard)), name))
    daily = [f"{group}/{table}" for group in groups for table in DAILY]
    last = last_day(published, daily) or last_day(published, ORDERED)
    periods = list_periods(last)
    drawing = _Drawing(published, keep, periods)
    has_rows = any(out.rows for out in published.manifest.outputs if out.group != "run")
    tabs = drawing.write_tabs(groups, channels)
    page = Page(
        title=published.workspace,
        facts=(
            plain(f"Newest day of the reports: {last}" if last else "No day has figures yet"),
            plain(f"Days end at midnight in {published.timezone}"),
            plain(f"Money in {published.currency}"),
        ),
        periods=tuple((period.name, period.title) for period in periods),
        answers=drawing.write_answers(channels) if has_rows else "",
        tabs=tuple(Tab(name, ()) for name in tabs),
        currency=published.currency,
        timezone=published.timezone,
        keys={
            f"{out.group}/{out.table}": published.key(f"{out.group}/{out.table}")
            for out in published.manifest.outputs
            if published.has(f"{out.group}/{out.table}")
        },
        notes=() if has_rows else (NOTHING_YET,),
    )
    room = MOST_BYTES - len(drawing.render(page, "").encode())
    return drawing.render(page, "".join(fit_pieces(tabs, room).values()))


@dataclass(frozen=True)
class _Drawing:
    """What all parts of a page share."""

    published: SnapshotTables
    keep: Keep
    periods: list[ReportPeriod]

    @cached_property
    def parts(self) -> Any:
        """The macros of the parts of a page."""
        return read_templates().get_template("parts.html").module

    @property
    def period(self) -> str:
        """The period that is chosen at first."""
        names = [period.name for period in self.periods]
        return DEFAULT_PERIOD if DEFAULT_PERIOD in names else names[-1]

    def write_tabs(self, groups: list[str], channels: list[str]) -> dict[str, list[PagePiece]]:
        """Name -> pieces of each tab, in the order of the page."""
        one = self.published.only
        attributed = one("ads", "attribution/order_touches")
        builders: dict[str, tuple[SnapshotTables, Callable[[SnapshotTables], Tab]]] = {
            "campaigns": (one("campaigns"), build_campaigns_tab),
            **{
                name: (
                    one(name, "people/list_growth"),
                    partial(build_channel_tab, channel=name, periods=self.periods),
                )
                for name in channels
            },
            "ads": (attributed, partial(build_ads_tab, periods=self.periods)),
            "people": (one("people"), partial(build_people_tab, periods=self.periods)),
            "attribution": (
                one("attribution"),
                partial(build_attribution_tab, periods=self.periods),
            ),
        }
        # Each waits for the disk that keeps it.
        with ThreadPoolExecutor() as pool:
            tabs = {
                name: pool.submit(self._keep_tab, name, tables, build)
                for name, (tables, build) in builders.items()
                if name in groups
            }
            last = self._write_tab(build_run_tab(self.published))
        return {**{name: tab.result() for name, tab in tabs.items()}, "run": last}

    def write_answers(self, channels: list[str]) -> Markup:
        """The answers to the questions of every day."""
        tables = self.published.only("ads", *channels)

        def write() -> str:
            return self.parts.answers(answer_of_reports(tables, channels, self.periods[0]))

        of_reports = self.keep("page answers", [*self._decided_by(tables), channels], write)
        of_run = self.parts.answers(answer_of_run(self.published))
        return Markup(of_reports) + of_run  # noqa: S704 - a template's, that escapes texts

    def render(self, page: Page, tabs: str) -> str:
        """The page around its tabs."""
        style, script = read_template("page.css"), read_template("page.js")
        template = read_templates().get_template("page.html")
        return template.render(
            page=page,
            tabs=Markup(tabs),  # noqa: S704 - texts are escaped where they are written
            keys=json.dumps(page.keys, ensure_ascii=False),
            period=self.period,
            style=Markup(style),  # noqa: S704 - our own file, without data
            script=Markup(script),  # noqa: S704 - our own file, without data
            policy=(
                f"default-src 'none'; style-src '{_hash(style)}'; script-src '{_hash(script)}'; "
                "base-uri 'none'; form-action 'none'"
            ),
        )

    def _keep_tab(
        self, name: str, tables: SnapshotTables, build: Callable[[SnapshotTables], Tab]
    ) -> list[PagePiece]:
        """The pieces of a tab: those kept, where no table of it has changed."""

        def write() -> str:
            return json.dumps(self._write_tab(build(tables)), ensure_ascii=False)

        kept = json.loads(self.keep(f"page {name}", self._decided_by(tables), write))
        return [PagePiece(*piece) for piece in kept]

    def _write_tab(self, tab: Tab) -> list[PagePiece]:
        return TabWriter(self.parts, self.period).write(tab)

    def _decided_by(self, tables: SnapshotTables) -> list[object]:
        """All that decides a part of the page that is made from some tables alone."""
        last = self.periods[0].last
        return [tables.identity, str(last), [_hash(read_template(name)) for name in TEMPLATES]]


def _hash(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
