"""What links say of devices in the time in which rows name them: no more decides whose they are."""

from datetime import UTC, datetime, timedelta

import polars as pl
from hypothesis import given
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from contracts.reports.journeys import IdentityLinks
from tests.support.frames import frame
from transforms.activities.linked_rows import clip_links, fill_contacts, span_devices
from transforms.activities.person_numbers import DEVICE_KEY, key_contacts, key_device

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)
DEVICES, CONTACTS, MINUTES = ("d1", "d2"), ("1", "2", None), range(8)
rows_of_devices = st.lists(
    st.tuples(st.sampled_from(DEVICES), st.sampled_from(MINUTES), st.sampled_from(CONTACTS)),
    max_size=6,
)
stretches = st.lists(st.tuples(st.sampled_from(MINUTES), st.sampled_from(CONTACTS)), max_size=4)
"""Where another's time with a device begins; without a contact, nobody's."""


def at(minute: int) -> datetime:
    return NOON + timedelta(minutes=minute)


def link(devices: dict[str, list[tuple[int, str | None]]]) -> pl.LazyFrame:
    """Links whose stretches do not overlap, with the keys of their device and contact."""
    links = []
    for device, starts in devices.items():
        whose = dict(sorted(dict(starts).items()))
        ends = [*[*whose][1:], None]
        for (since, contact), until in zip(whose.items(), ends, strict=False):
            if contact is not None:
                row = {"org_id": "o", "anonymous_id": device, "contact_id": contact}
                end = None if until is None else at(until)
                links.append(row | {"linked_from": at(since), "linked_until": end})
    keyed = key_contacts(frame(IdentityLinks, links))
    return keyed.with_columns(key_device().alias(DEVICE_KEY))


@given(rows=rows_of_devices, first=stretches, second=stretches)
def test_rows_are_filled_alike_from_what_links_say_of_their_time(
    rows: list[tuple[str, int, str | None]],
    first: list[tuple[int, str | None]],
    second: list[tuple[int, str | None]],
) -> None:
    links = link({"d1": first, "d2": second})
    told = [
        {"org_id": "o", "anonymous_id": device, "started_at": at(minute), "contact_id": contact}
        for device, minute, contact in rows
    ]
    schema = dict.fromkeys(("org_id", "anonymous_id", "contact_id"), pl.String())
    whole = pl.LazyFrame(told, schema=schema | {"started_at": pl.Datetime("us", "UTC")})
    keyed = key_contacts(whole)
    spans = span_devices(whole.filter(pl.col("contact_id").is_null()), "started_at")
    clipped = clip_links(links, spans).collect().lazy()
    filled = [
        fill_contacts(keyed, one, "started_at", "contact_key").collect() for one in (links, clipped)
    ]
    assert_frame_equal(*filled)
