"""The Acquia sample: campaigns of several dispatches, custom events and a direct mailing.

The files differ in delimiter and encoding as exports of several tools do. Stamps carry no offset:
they are New York's. Damaged rows stand at the end of the event, message and mailing files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from data.generators.acquia_mail import DIRECT_MAIL, MAILING, make_direct_mail, make_mailing
from data.generators.people import Person, invent_people
from data.generators.writing import instant, later, local_stamp, write_csv

Rows = list[dict[str, Any]]
CUSTOMER = (
    "SourceCustomerNumber", "FirstName", "LastName", "Email", "PrimaryPhone", "DateCreated",
    "DateModified", "c_LoyaltyTier",
)  # fmt: skip
CAMPAIGN = ("SourceCampaignNumber", "Name", "DateCreated", "c_Objective")
DISPATCH = (
    "SourceDispatchNumber", "Name", "SourceCampaignNumber", "Type", "SubType", "DateCreated",
    "AttributionWindow", "AttributionStartDate", "c_SendCalendar",
)  # fmt: skip
MESSAGE = (
    "SourceMessageNumber", "SourceDispatchNumber", "Name", "Subject", "Content", "SendDate",
    "MessageFrom", "Links", "DateCreated", "Variant", "Cost", "AttributionWindow",
    "AttributionStartDate", "c_Designer",
)  # fmt: skip
EVENT = (
    "Cookie", "Type", "Subtype", "EventTimeStamp", "SourceCustomerNumber", "Email",
    "SourceMessageNumber", "ClickedUrl", "UserAgent", "c_Store",
)  # fmt: skip
BROWSER = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36"
OPENING = instant("2026-03-01 10:00:00")
PREFETCHER = "Mozilla/5.0"
LINKS = ("https://www.example.com/vip", "https://www.example.com/new-in?from=mail")


@dataclass(frozen=True)
class Plan:
    """A message: its dispatch, campaign and when it goes out."""

    campaign: str
    dispatch: str
    message: str
    type: str
    variant: str | None
    day: str
    recipients: int


CAMPAIGNS = {
    "0100": "VIP reactivation",
    "0200": "Spring, summer & fête des mères",
    "0300": "Search ads, brand",
}
PLANS = (
    Plan("0100", "0101", "01011", "Email", "A", "2026-02-10 09:00:00", 60),
    Plan("0100", "0101", "01012", "Email", "B", "2026-02-10 09:00:00", 60),
    Plan("0100", "0102", "01021", "SMS", None, "2026-02-17 12:00:00", 50),
    Plan("0200", "0201", "02011", "Email", None, "2026-03-07 21:00:00", 80),
    Plan("0300", "0301", "03011", "cpc", None, "2026-03-01 00:00:00", 0),
)
OUTLET_PLANS = (Plan("0100", "0101", "01011", "Email", None, "2026-03-10 08:00:00", 25),)


def write_acquia(workspace: Path) -> None:
    """Write the raw files of the Acquia sample."""
    random = Random(20260210)
    raw = workspace / "raw"
    people = invent_people(random, 140)
    customers = [make_customer(random, person) for person in people]
    write_csv(
        raw / "customer/2025.tsv",
        [older(row) for row in customers[:7]],
        columns=CUSTOMER,
        delimiter="\t",
        encoding="utf-16",
    )
    write_csv(
        raw / "customer/2026.tsv", customers, columns=CUSTOMER, delimiter="\t", encoding="utf-16"
    )
    write_csv(raw / "campaign.csv", make_campaigns(), columns=CAMPAIGN, encoding="utf-8-sig")
    write_csv(raw / "dispatch.csv", make_dispatches(PLANS), columns=DISPATCH, delimiter=";")
    messages = list(make_messages(PLANS))
    write_csv(
        raw / "message/2026-02.csv",
        [{**messages[0], "Name": "untitled"}],
        columns=MESSAGE,
        encoding="latin-1",
    )
    write_csv(raw / "message/2026-03.csv", messages, columns=MESSAGE, encoding="latin-1")
    events = [event for plan in PLANS for event in make_events(random, plan, customers)]
    write_events(raw / "event", events, random, customers)
    write_csv(raw / "direct_mail.csv", make_direct_mail(), columns=DIRECT_MAIL)
    write_csv(raw / "mailing/2026-03.csv.gz", make_mailing(random, people), columns=MAILING)
    write_outlet(raw / "outlet", random)


def write_outlet(folder: Path, random: Random) -> None:
    """A second tenant with the same numbers as the first, in its own folder."""
    people = invent_people(random, 30, first_number=501)
    customers = [
        {**make_customer(random, person), "SourceCustomerNumber": f"{person.number - 500:05d}"}
        for person in people
    ]
    events = [event for plan in OUTLET_PLANS for event in make_events(random, plan, customers)]
    write_csv(folder / "customer.csv", customers, columns=CUSTOMER)
    write_csv(folder / "campaign.csv", list(make_campaigns())[:1], columns=CAMPAIGN)
    write_csv(folder / "dispatch.csv", make_dispatches(OUTLET_PLANS), columns=DISPATCH)
    write_csv(folder / "message.csv", make_messages(OUTLET_PLANS), columns=MESSAGE)
    write_csv(folder / "event.csv", events, columns=EVENT, delimiter="|")


def make_customer(random: Random, person: Person) -> dict[str, Any]:
    """A customer; the number has leading zeros that must stay."""
    created = later(instant("2024-01-05 08:00:00"), random, most_minutes=500_000)
    return {
        "SourceCustomerNumber": f"{person.number:05d}",
        "FirstName": person.first_name,
        "LastName": person.last_name,
        "Email": person.email,
        "PrimaryPhone": person.phone,
        "DateCreated": local_stamp(created),
        "DateModified": local_stamp(created + timedelta(days=200)),
        "c_LoyaltyTier": random.choice(("gold", "silver", None)),
    }


def older(customer: dict[str, Any]) -> dict[str, Any]:
    """An earlier version of a customer."""
    return {**customer, "Email": None, "DateModified": customer["DateCreated"]}


def make_campaigns() -> Iterator[dict[str, Any]]:
    """The campaigns, each with a custom attribute."""
    for number, name in CAMPAIGNS.items():
        yield {
            "SourceCampaignNumber": number,
            "Name": name,
            "DateCreated": "2026-01-15 10:00:00",
            "c_Objective": "retention" if number == "0100" else "revenue",
        }


def make_dispatches(plans: tuple[Plan, ...]) -> Iterator[dict[str, Any]]:
    """The dispatches of the plans, each once."""
    for plan in {plan.dispatch: plan for plan in plans}.values():
        yield {
            "SourceDispatchNumber": plan.dispatch,
            "Name": f"{CAMPAIGNS[plan.campaign]} / {plan.type} {plan.day[:10]}",
            "SourceCampaignNumber": plan.campaign,
            "Type": plan.type,
            "SubType": "google" if plan.type == "cpc" else "newsletter",
            "DateCreated": plan.day,
            "c_SendCalendar": "retail 4-5-4",
        }


def make_messages(plans: tuple[Plan, ...]) -> Iterator[dict[str, Any]]:
    """The messages of the plans: one a variant."""
    for plan in plans:
        name = CAMPAIGNS[plan.campaign]
        yield {
            "SourceMessageNumber": plan.message,
            "SourceDispatchNumber": plan.dispatch,
            "Name": f"{name}, {plan.variant or 'only version'}",
            "Subject": None if plan.type == "SMS" else f"{name}: à bientôt",
            "Content": "You have been missed.",
            "SendDate": plan.day,
            "MessageFrom": "Acme <news@example.com>",
            "Links": ",".join(LINKS),
            "DateCreated": plan.day,
            "Variant": plan.variant,
            "c_Designer": "Zoë",
        }


def make_events(random: Random, plan: Plan, customers: Rows) -> Iterator[dict[str, Any]]:
    """What the recipients of a message did; one in five is named by e-mail alone, in capitals."""
    kind = "sms" if plan.type == "SMS" else "email"
    for customer in random.sample(customers, min(plan.recipients, len(customers))):
        who = {"SourceCustomerNumber": customer["SourceCustomerNumber"]}
        if random.random() < 0.2:
            who = {"Email": f" {customer['Email'].upper()}"}
        of = {**who, "SourceMessageNumber": plan.message}
        sent = later(datetime.fromisoformat(plan.day), random, most_minutes=20)
        if kind == "email" and random.random() < 0.03:
            yield {**of, "Type": "emailNotSent", "EventTimeStamp": local_stamp(sent)}
            continue
        yield {**of, "Type": f"{kind}Send", "EventTimeStamp": local_stamp(sent)}
        if kind == "email" and random.random() < 0.06:
            bounced = {"Type": "emailBounce", "Subtype": random.choice(("hard", "soft"))}
            yield {**of, **bounced, "EventTimeStamp": local_stamp(sent + timedelta(seconds=40))}
            continue
        if kind == "sms":
            yield {
                **of,
                "Type": "smsDeliver",
                "EventTimeStamp": local_stamp(sent + timedelta(seconds=9)),
            }
        yield from make_reactions(random, kind, of, sent)


def make_reactions(
    random: Random, kind: str, of: dict[str, Any], sent: datetime
) -> Iterator[dict[str, Any]]:
    """Opens, some by a machine, clicks and unsubscribes."""
    moment = later(sent, random, most_minutes=2_500)
    if kind == "email" and random.random() < 0.5:
        yield {
            **of,
            "Type": "emailOpen",
            "EventTimeStamp": local_stamp(moment),
            "UserAgent": random.choice((BROWSER, BROWSER, PREFETCHER)),
        }
    if random.random() < 0.2:
        clicked = local_stamp(moment + timedelta(minutes=2))
        yield {
            **of,
            "Type": f"{kind}Click",
            "EventTimeStamp": clicked,
            "ClickedUrl": random.choice(LINKS),
            "UserAgent": BROWSER,
        }
    if random.random() < 0.04:
        yield {
            **of,
            "Type": f"{kind}Unsubscribe",
            "EventTimeStamp": local_stamp(moment + timedelta(days=1)),
        }


def write_events(folder: Path, events: Rows, random: Random, customers: Rows) -> None:
    """Two months and one of them again, with events of the tenant's own and damaged ones."""
    own = [
        {
            "Type": random.choice(("storeVisit", "surveyFilled")),
            "EventTimeStamp": local_stamp(later(OPENING, random, most_minutes=20_000)),
            "Email": customer["Email"].title(),
            "c_Store": random.choice(("Lyon", "Kraków")),
        }
        for customer in customers[:25]
    ]
    first = [event for event in events if event["EventTimeStamp"] < "2026-03"]
    second = [event for event in events if event["EventTimeStamp"] >= "2026-03"] + own
    known = {"SourceCustomerNumber": "00001", "Type": "emailOpen"}
    odd: list[dict[str, Any] | str] = [
        {
            **known,
            "SourceMessageNumber": "no-such-message",
            "EventTimeStamp": "2026-03-12 08:00:00",
        },
        {"Cookie": "ck-1", "Type": "productBrowsed", "EventTimeStamp": "2025-11-02 01:30:00"},
        {**known, "EventTimeStamp": "2026-03-08 02:30:00"},
        {**known, "EventTimeStamp": "12/31/26"},
        {**known, "Type": None, "EventTimeStamp": "2026-03-12 08:00:00"},
        "ck-2|emailOpen|",
        "ck-3|emailOpen||2026-03-12 08:00:00||x@example.com|01011||||one|too|many",
    ]
    write_csv(folder / "2026-02.txt.gz", first, columns=EVENT, delimiter="|")
    write_csv(folder / "2026-02-again.txt", first, columns=EVENT, delimiter="|")
    write_csv(
        folder / "2026-03.txt.zst", [*second, *second[3:5], *odd], columns=EVENT, delimiter="|"
    )
