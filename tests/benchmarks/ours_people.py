"""Our attribution and journeys, each as one process that the benchmark can measure.

Both start from the described activities. `last` credits the last touch
alone, `models` all models; `journey` writes every contact's journey, sorted and checked.
"""

import shutil
import sys
from functools import partial
from pathlib import Path

import polars as pl

from contracts.columns import no_rows, polars_schema
from contracts.config.workspace import AttributionSection, Workspace
from contracts.facts.order_facts import DayCosts, NamedCampaigns
from contracts.manifest import Check
from contracts.reports.attribution import MODELS
from contracts.reports.journeys import ContactJourney, IdentityLinks
from flows.catalog.canonical_tables import Catalog
from flows.catalog.feed_contents import FeedContents
from flows.catalog.row_status import RowStatus
from flows.cluster.workers import THREADS
from flows.kept.kept_reports import KeptReports
from flows.steps.activities.activity_pieces import Pieces
from flows.steps.activities.write_activities import Activities
from flows.steps.attribution.attribution_reports import write_credited_orders, write_earnings
from flows.steps.attribution.credit_files import CreditFiles
from flows.steps.attribution.credited_orders import build_credited_orders
from flows.steps.people.journeys import JourneyParts, write_journeys
from flows.steps.step_inputs import StepInputs
from tests.benchmarks.generate_people import KINDS, LINKS, MESSAGES, PEOPLE, generate
from tests.benchmarks.modes import START, carry_out

NO_FEEDS = Catalog((), FeedContents((), ()), RowStatus({}, (), {}, pl.DataFrame(), {}))


def write_attribution(root: Path, models: tuple[str, ...]) -> Path:
    """Credit the orders under some models and write the attribution group; tell where."""
    rules = AttributionSection.model_validate({"models": models})
    folder = root / "ours" / str(len(models))
    shutil.rmtree(folder, ignore_errors=True)
    credited = CreditFiles(folder / "kept", models)
    credited.folder.mkdir(parents=True)
    given = StepInputs.afresh(NO_FEEDS, Workspace(attribution=rules), folder / "scratch")
    build_credited_orders(given, open_activities(root), credited)
    costs = pl.LazyFrame(schema=polars_schema(DayCosts))
    campaigns = pl.LazyFrame(schema=polars_schema(NamedCampaigns))
    refuse(write_credited_orders(credited, folder))
    refuse(write_earnings(credited, costs, campaigns, folder))
    return folder / "attribution"


def write_all_journeys(root: Path) -> None:
    """Write `contact_journey`, a part for each slice of time."""
    activities = open_activities(root)
    ours = root / "ours"
    shutil.rmtree(ours / "people", ignore_errors=True)
    of = JourneyParts(activities, "UTC", ours, ours / "scratch")
    nothing_kept = KeptReports(ours, ours / "kept", ours, "")
    refuse(write_journeys(of, nothing_kept, THREADS, lambda _done, _all: None))


def open_activities(root: Path) -> Activities:
    """The activities as the generator left them."""
    generate(root, 0)
    people, messages, names = (pl.read_parquet(root / name) for name in (PEOPLE, MESSAGES, LINKS))
    links = pl.DataFrame(schema=polars_schema(IdentityLinks))
    home = root / "activities"
    pieces = {
        name: Pieces(kind, tuple(sorted((home / name).glob("*")))) for name, kind in KINDS.items()
    }
    return Activities(home, people, messages, links, pieces, names)


def refuse(checks: list[Check]) -> None:
    """Fail as a run would where a check does not hold."""
    if not all(check.holds for check in checks):
        sys.exit("the reports do not add up")


if __name__ == "__main__":
    carry_out(
        {
            START: lambda _: ContactJourney.validate(no_rows(ContactJourney).collect()),
            "last": partial(write_attribution, models=("last_touch",)),
            "models": partial(write_attribution, models=MODELS),
            "journey": write_all_journeys,
        }
    )
