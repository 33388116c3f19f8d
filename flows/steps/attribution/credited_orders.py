"""Orders credited to the touches that led to them, some groups of people at a time."""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from contracts.columns import Held, Rows, columns, polars_schema
from contracts.config.workspace import AttributionSection, Workspace
from contracts.facts.order_facts import (
    LastDays,
    MessageOrders,
    MessageTouches,
    OrderRevenue,
    PairedTouches,
    PathEnds,
    PricedOrders,
    RankedTouches,
    SessionOrders,
    Touches,
    VisitTouches,
)
from contracts.facts.people.described_activities import ContactSends
from contracts.facts.people.numbered_activities import NumberedMessages, People
from contracts.reports.attribution import (
    HoldoutLift,
    Paths,
    campaign_credits_contract,
    credited_orders_contract,
    order_touches_contract,
)
from contracts.vocabulary import Channel
from flows.cluster.workers import count_up, perform
from flows.config.memory import TOUCH_ROWS, count_at_once
from flows.runtime.materialize import hold, materialize
from flows.steps.activities.write_activities import Activities
from flows.steps.attribution.credit_files import (
    BY_MESSAGE,
    BY_SESSION,
    CAMPAIGNS,
    LIFT,
    PATHS,
    REVENUE,
    TOUCHES,
    CreditFiles,
)
from flows.steps.step_inputs import StepInputs
from transforms.attribution.credit_orders import credit_orders, pair_touches, rank_touches
from transforms.attribution.holdouts import report_holdout_lift
from transforms.attribution.landings import drop_landings, find_landings
from transforms.attribution.paths import (
    find_last_days,
    list_open_ends,
    name_paths,
    number_ends,
    part_ends,
    sum_paths,
)
from transforms.attribution.persons import add_persons, number_devices
from transforms.attribution.touches import (
    describe_mail,
    leave_pathless,
    span_ends,
    touch_by_direct_mail,
    touch_by_events,
    touch_by_sessions,
)
from transforms.common.joins import take
from transforms.reports.attribution import (
    count_orders_by_message,
    count_orders_by_session,
    sum_campaigns,
)

SENDS = ("sends", "shown mail")
KINDS = ("events", "sessions", "orders")
LAID_FROM = 3
"""From how many groups of people on it pays to lay activities in their order: for two of them it
takes a fifth of that time to look through all activities twice."""


@dataclass(frozen=True)
class CreditInputs:
    """What the orders of any people are credited from.

    Attributes:
        rules: Which touches count, and how they share an order.
        most_rows: How many touches are led to orders at a time, about: of a till's one customer
            they are as many as all touches times all orders.
    """

    activities: Activities
    last_days: Held[LastDays]
    rules: AttributionSection
    timezone: str
    most_rows: int

    @property
    def mailed(self) -> Rows[NumberedMessages]:
        """The messages that are direct mail."""
        is_mail = pl.col(NumberedMessages.channel) == Channel.DIRECT_MAIL
        return self.activities.messages.lazy().filter(is_mail)

    def scan(self, kind: str, groups: range) -> pl.LazyFrame:
        """What orders are credited from, of a kind and some groups of people, with numbers."""
        if kind in list_touching(self.rules):
            return self.activities.scan_touching(kind, groups)
        return self.activities.scan_numbered(kind, groups)


@dataclass(frozen=True)
class PeoplesPaths:
    """The touches of some people, and some of the orders that they led to."""

    ends: Rows[PathEnds]
    touches: Held[Touches]
    ranked: Rows[RankedTouches]


def build_credited_orders(inputs: StepInputs, activities: Activities, files: CreditFiles) -> None:
    """Share every order among the touches that led to it.

    Args:
        inputs: The configuration; its keeper has activities in the order of people, where few
            people's are looked at at a time.
    """
    config, workers = inputs.config, inputs.workers
    most_rows = count_at_once(config.run, TOUCH_ROWS) // workers.at_once
    batches = list_batches(activities, config.attribution, most_rows)
    if len(batches) >= LAID_FROM:
        kinds = list_touching(config.attribution)
        activities = activities.lay_by_person(kinds, inputs.keeper)
    of = find_inputs(activities, config, most_rows)
    perform(workers, credit_people, (of, files), batches, count_up(inputs.on_part, len(batches)))
    sends = pl.concat(activities.scan_keyed(kind).select(ContactSends.is_holdout) for kind in SENDS)
    if sends.select(pl.col(ContactSends.is_holdout).any()).collect().item():
        lift = report_holdout_lift(
            activities.scan("sends"), activities.scan("orders"), of.rules, of.timezone
        )
        files.write(LIFT, "all", materialize(lift, HoldoutLift).collect())


def find_inputs(activities: Activities, config: Workspace, most_rows: int) -> CreditInputs:
    """What orders are credited from, beside the configuration."""
    timezone = config.workspace.timezone
    last_days = materialize(find_last_days(activities.list_last_instants(), timezone), LastDays)
    return CreditInputs(activities, last_days.collect(), config.attribution, timezone, most_rows)


def list_touching(rules: AttributionSection) -> tuple[str, ...]:
    """The kinds of activities of which only a part is looked at: of events the clicks."""
    return KINDS[1:] if rules.touch_opens or rules.touch_events else KINDS


def list_batches(activities: Activities, rules: AttributionSection, most_rows: int) -> list[range]:
    """Cut the groups of people so that so many activities are looked at at a time, about.

    Rounded to the nearest: for a part of the few that others leave, all activities would be looked
    through once more.
    """
    pieces, touching = activities.pieces, list_touching(rules)
    rows = sum(
        pieces[kind].count_touching() if kind in touching else pieces[kind].count()
        for kind in KINDS
    )
    groups = activities.groups
    at_once = max(1, round(groups * most_rows / max(1, rows)))
    return [range(first, min(first + at_once, groups)) for first in range(0, groups, at_once)]


def credit_people(shared: tuple[CreditInputs, CreditFiles], groups: range) -> None:
    """Credit the orders of some groups of people, and write them with their sums."""
    of, files = shared
    named = []
    for place, found in enumerate(find_paths(of, groups)):
        _credit_orders(of, found, files, f"{groups.start}-{place}")
        named.append(name_paths(found.ranked, found.ends).collect())
    # A person counts once a path, on which some of their orders lie each.
    whole = {
        PATHS: (sum_paths(pl.concat(named).lazy()), Paths),
        REVENUE: (_sum_revenue(of.scan("orders", groups)), OrderRevenue),
    }
    for kind, (rows, table) in whole.items():
        files.write(kind, str(groups.start), hold(rows, table).collect())


def _credit_orders(of: CreditInputs, found: PeoplesPaths, files: CreditFiles, part: str) -> None:
    models = of.rules.models
    contract = credited_orders_contract(models)
    ends = found.ends.collect()
    credited = hold(credit_orders(found.ranked, found.touches, ends, of.rules), contract)
    campaigns = sum_campaigns(credited, found.ranked, found.ends, models)
    written = {
        TOUCHES: (credited, order_touches_contract(models)),
        CAMPAIGNS: (campaigns, campaign_credits_contract(models)),
        BY_MESSAGE: (count_orders_by_message(credited), MessageOrders),
        BY_SESSION: (count_orders_by_session(credited), SessionOrders),
    }
    for kind, (rows, table) in written.items():
        files.write(kind, part, hold(rows, table).collect())


def _sum_revenue(orders: pl.LazyFrame) -> Rows[OrderRevenue]:
    """What orders brought as they are: what credits are compared with."""
    conversions = orders.filter(PricedOrders.is_conversion)
    dtype = polars_schema(OrderRevenue)[OrderRevenue.revenue]
    return conversions.select(pl.col(PricedOrders.revenue).sum().cast(dtype))


def find_paths(of: CreditInputs, groups: range) -> Iterator[PeoplesPaths]:
    """Find the touches of some groups of people, and what they led to: some orders at a time."""
    people = of.activities.list_people(groups)
    contact_id = take(of.activities.people, People.contact_id, People.contact_no)
    orders = (
        of.scan("orders", groups)
        .with_columns(contact_id)
        .select(People.contact_no, *columns(PricedOrders))
        .collect()
        .lazy()
    )
    devices = number_devices(orders).collect()
    known = devices.lazy() if devices.height else None
    open_ends = list_open_ends(people, orders, of.last_days.lazy(), of.rules)
    ends = materialize(number_ends(orders, open_ends, known), PathEnds)
    touches = _find_touches(of, groups, known, ends)
    held, end_no = touches.collect(), pl.col(PathEnds.end_no)
    parts = part_ends(ends, touches, of.most_rows).collect().rows()
    for first, count in parts or [(0, 0)]:
        some = hold(ends.slice(first, count).with_columns(end_no - first), PathEnds)
        paired = materialize(pair_touches(touches, some), PairedTouches)
        yield PeoplesPaths(some, held, hold(rank_touches(paired), RankedTouches))


def _find_touches(
    of: CreditInputs, groups: range, known: pl.LazyFrame | None, ends: Rows[PathEnds]
) -> Rows[Touches]:
    """The touches of some groups of people; what they are made of is held no longer than that."""
    spans = span_ends(ends).collect().lazy()
    events = add_persons(of.scan("events", groups), known)
    messages = of.activities.messages.lazy()
    by_events = materialize(touch_by_events(events, messages, of.rules), MessageTouches)
    sessions = add_persons(of.scan("sessions", groups), known)
    visits = leave_pathless(touch_by_sessions(sessions, of.rules), spans)
    by_sessions = materialize(visits, VisitTouches)
    mail = describe_mail(*(of.scan(kind, groups) for kind in SENDS), of.mailed)
    by_mail = touch_by_direct_mail(add_persons(mail, None), of.rules, of.timezone)
    landings = find_landings(by_sessions, by_events).collect().to_series()
    others = pl.concat([by_events.select(columns(Touches)), by_mail])
    lying = [leave_pathless(others, spans), drop_landings(by_sessions, landings)]
    return materialize(pl.concat(lying), Touches)


def list_open_paths(activities: Activities, config: Workspace) -> Iterator[pl.LazyFrame]:
    """The contacts without an order (`PathEnds`) with the `path` that they have come, in parts."""
    of = find_inputs(activities, config, count_at_once(config.run, TOUCH_ROWS))
    for groups in list_batches(activities, config.attribution, of.most_rows):
        for found in find_paths(of, groups):
            yield name_paths(found.ranked, found.ends.filter(PathEnds.is_open))
