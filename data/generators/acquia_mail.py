"""The direct mailing of the Acquia sample."""

from collections.abc import Iterator
from random import Random
from typing import Any

from data.generators.people import Person

DIRECT_MAIL = (
    "AttributionStartDate", "AttributionWindow", "CampaignName", "SourceCampaignNumber",
    "DispatchType", "DispatchSubType", "DispatchName", "SourceDispatchNumber", "MessageContent",
    "MessageSubject", "MessageName", "MessageVariant", "SourceMessageNumber", "Cost",
)  # fmt: skip
MAILING = (
    "FirstName", "LastName", "Address1", "City", "State", "ZipCode", "Email", "InHomeDate",
    "SourceAddressNumber", "SourceCustomerNumber", "SourceMessageNumber", "c_HoldOut", "c_Tier",
)  # fmt: skip


def make_direct_mail() -> Iterator[dict[str, Any]]:
    """A catalog in two variants: the flat file says campaign, dispatch and message at once."""
    for variant, cost in (("A", "412.50"), ("B", "398.05")):
        yield {
            "AttributionStartDate": "2026-03-05",
            "AttributionWindow": "14",
            "CampaignName": "Spring catalog, 2026",
            "SourceCampaignNumber": "0400",
            "DispatchType": "Direct Mail",
            "DispatchSubType": "Catalog",
            "DispatchName": "Spring catalog, first drop",
            "SourceDispatchNumber": "0401",
            "MessageContent": f"48 pages, cover {variant}",
            "MessageSubject": "Spring is here",
            "MessageName": f"Cover {variant}",
            "MessageVariant": variant,
            "SourceMessageNumber": f"0401{variant}",
            "Cost": cost,
        }


def make_mailing(random: Random, people: list[Person]) -> list[dict[str, Any]]:
    """The recipients, one in eight held out, and one row whose day cannot be."""
    rows = [
        {
            "FirstName": person.first_name,
            "LastName": person.last_name,
            "Address1": f"{person.number} Example Street",
            "City": "Springfield",
            "State": "NY",
            "ZipCode": f"0{person.number:04d}",
            "Email": person.email,
            "InHomeDate": "2026-03-05",
            "SourceAddressNumber": f"A{person.number:04d}",
            "SourceCustomerNumber": f"{person.number:05d}",
            "SourceMessageNumber": "0401A" if person.number % 2 else "0401B",
            "c_HoldOut": "Y" if person.number % 8 == 0 else "N",
            "c_Tier": random.choice(("top", "middle")),
        }
        for person in people[:96]
    ]
    impossible = {"SourceCustomerNumber": "00097", "InHomeDate": "2026-02-31"}
    return [*rows, {**impossible, "SourceMessageNumber": "0401A", "SourceAddressNumber": "A0097"}]
