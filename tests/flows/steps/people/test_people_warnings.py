"""What a person is told of ids that stand for nobody."""

from pathlib import Path

from tests.support.publishing import publish

LINK = "https://x.io/?utm_source=google&utm_medium=cpc"


def told(place: Path, orders: bytes, sessions: bytes) -> list[str]:
    ran = publish(
        place, contacts=b"contact_id\nann\n", orders=b"order_id,ordered_at,revenue," + orders,
        sessions=b"session_id,started_at,landing_url," + sessions,
    )  # fmt: skip
    found = [one for one in ran.warnings if one.code == "id_of_nobody"]
    return [one.message.partition(",")[0] for one in found]


def test_guests_that_a_shop_calls_0_are_told(tmp_path: Path) -> None:
    """Two people: the session of one would be a touch of the order of the other."""
    orders = b"contact_id\n1,2026-03-01T10:00:00Z,5,0\n2,2026-03-02T10:00:00Z,5,00\n"
    sessions = b"anonymous_id,contact_id\nv,2026-03-01T09:00:00Z,%s,undefined,NULL\n" % (
        LINK.encode()
    )
    assert told(tmp_path, orders, sessions) == [
        'rows with the id "0" are one contact',
        'rows with the id "NULL" are one contact',
        'rows with the id "undefined" are one device',
    ]


def test_ids_of_people_are_not_told(tmp_path: Path) -> None:
    orders = b"contact_id\n1,2026-03-01T10:00:00Z,5,ann\n2,2026-03-02T10:00:00Z,5,nullo\n"
    sessions = b"anonymous_id,contact_id\nv,2026-03-01T09:00:00Z,%s,d,ann\n" % LINK.encode()
    assert told(tmp_path, orders, sessions) == []
