"""Our attribution and journeys, each as one process that the benchmark can measure.

Both start from the described activities, cut into groups of people. `last` credits the last touch
alone, `models` all models; `journey` writes every contact's journey, sorted and checked.
"""

import argparse
import shutil
import sys
from pathlib import Path

import polars as pl

from contracts.columns import polars_schema
from contracts.config.workspace import AttributionSection, Workspace
from contracts.manifest import Check
from contracts.reports.attribution import MODELS, order_touches_contract
from contracts.reports.journeys import ContactJourney, IdentityLinks
from flows.steps.attribution_reports import CreditedOrders, build_credited_orders
from flows.steps.people.activities import Activities
from flows.steps.people.people_reports import write_journeys
from flows.storage.report_files import write_table
from tests.benchmarks.generate_people import MESSAGES, PEOPLE, generate


def write_touches(root: Path, models: tuple[str, ...]) -> CreditedOrders:
    """Credit the orders under some models and write `order_touches`."""
    rules = AttributionSection.model_validate({"models": models})
    credited = build_credited_orders(open_activities(root), Workspace(attribution=rules))
    contract = order_touches_contract(models)
    folder = root / "ours" / str(len(models))
    refuse(write_table(folder, "attribution", "order_touches", credited.touches, table=contract))
    return credited


def write_all_journeys(root: Path) -> None:
    """Write `contact_journey`, a part for each range of contacts."""
    activities = open_activities(root)
    refuse(write_journeys(activities, Workspace(), root / "ours", lambda _done, _all: None))


def open_activities(root: Path) -> Activities:
    """The activities as the generator left them."""
    generate(root, 0)
    people, messages = (pl.read_parquet(root / name) for name in (PEOPLE, MESSAGES))
    links = pl.DataFrame(schema=polars_schema(IdentityLinks))
    return Activities(root / "activities", people, messages, links)


def refuse(checks: list[Check]) -> None:
    """Fail as a run would where a check does not hold."""
    if not all(check.holds for check in checks):
        sys.exit("the reports do not add up")


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("mode", choices=("start", "last", "models", "journey"))
    arguments.add_argument("root", type=Path)
    chosen = arguments.parse_args()
    if chosen.mode == "start":
        ContactJourney.validate(pl.DataFrame(schema=polars_schema(ContactJourney)))
    elif chosen.mode == "last":
        write_touches(chosen.root, ("last_touch",))
    elif chosen.mode == "models":
        write_touches(chosen.root, MODELS)
    else:
        shutil.rmtree(chosen.root / "ours/people", ignore_errors=True)
        write_all_journeys(chosen.root)
