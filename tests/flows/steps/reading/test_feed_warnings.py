"""What is said about feeds that are allowed and look like a mistake: figures by hand."""

from pathlib import Path

import pytest

from contracts.manifest import Warned
from tests.support.workspaces import feed, read_files

CONTACTS = feed("contacts", "raw/contacts/*")
EVENTS = feed("events", "raw/events/*")
PEOPLE = {"raw/contacts/1.csv": b"contact_id\n1\n"}
GOOGLE = '[[feeds]]\nsource = "google_ads.report"\nfiles = "raw/ads/*"\n'
HEADER = b"Day,Campaign ID,Campaign,Currency code,Cost,Clicks,Impr.,Conversions,Conv. value\n"
CODE = "far_off_time"
ROW = b"2026-01-31,7,Spring,EUR,12.50,3,100,1,20\n"


def warned(found: list[Warned], code: str) -> list[Warned]:
    return [one for one in found if one.code == code]


def test_a_metric_that_a_file_lacks_is_told_once_a_feed_and_column(tmp_path: Path) -> None:
    """Two of three files have no clicks: one warning with the setting that silences it."""
    lean = HEADER.replace(b"Clicks,", b""), ROW.replace(b",3,", b",")
    files = {
        "raw/ads/1.csv": HEADER + ROW,
        "raw/ads/2.csv": lean[0] + lean[1].replace(b"-31", b"-30"),
        "raw/ads/3.csv": lean[0] + lean[1].replace(b"-31", b"-29"),
    }
    found = read_files(tmp_path / "told", GOOGLE, files)
    (told,) = [
        o for o in warned(found.warnings, "column_missing") if "ad_stats.clicks" in o.message
    ]
    assert (told.feed, told.count) == ("google_ads.report", 2)
    assert "2 of 3 files have no column" in told.message
    assert told.setting == "feeds[0].without"
    silenced = read_files(tmp_path / "silenced", GOOGLE + 'without = ["clicks"]\n', files)
    assert not [one for one in silenced.warnings if "ad_stats.clicks" in one.message]


def test_a_currency_that_a_file_lacks_is_told(tmp_path: Path) -> None:
    """Spend is taken to be in dollars: a renamed header must not change the money in silence."""
    files = {"raw/ads/1.csv": HEADER.replace(b"Currency code", b"Billing code") + ROW}
    found = read_files(tmp_path / "told", GOOGLE, files)
    (told,) = [o for o in found.warnings if "ad_stats.currency" in o.message]
    assert (told.code, told.count, told.setting) == ("column_missing", 1, "feeds[0].without")
    assert "so amounts are taken to be in their account's currency, else USD" in told.message
    for settles in ('without = ["currency"]\n', 'constants = { currency = "EUR" }\n'):
        silenced = read_files(tmp_path / settles[:5], GOOGLE + settles, files)
        assert not [one for one in silenced.warnings if "ad_stats.currency" in one.message]


@pytest.mark.parametrize(
    ("header", "settings", "currency", "count"),
    [
        ("Revenue (USD)", "", "EUR", 1),
        ("revenue_usd", "", "EUR", 1),
        ("Revenue $", "", "EUR", 1),
        ("Revenue (USD)", "", "USD", 0),
        ("Revenue (VAT incl.)", "", "EUR", 0),
        ("EUR from USD", "", "EUR", 0),
        ("Revenue (USD)", 'constants = { currency = "USD" }\n', "EUR", 0),
        ("Revenue (USD)", 'without = ["currency"]\n', "EUR", 0),
    ],
)
def test_amounts_of_a_column_that_names_another_currency_are_told(
    tmp_path: Path, header: str, settings: str, currency: str, count: int
) -> None:
    toml = f'[workspace]\ncurrency = "{currency}"\n'
    toml += feed("orders", "raw/o/*", columns=f'{{ revenue = "{header}" }}') + settings
    files = {"raw/o/1.csv": f"order_id,ordered_at,{header}\n1,2026-01-31,12.50\n".encode()}
    told = warned(read_files(tmp_path, toml, files).warnings, "column_missing")
    assert [one.setting for one in told] == ["feeds[0].constants"] * count
    assert all(f'column "{header}" are taken to be in {currency}' in one.message for one in told)


ORDER = b"order_id;ordered_at;revenue\n1;2026-01-31;12,50 \xe2\x82\xac\n"


@pytest.mark.parametrize(
    ("settings", "workspace", "content", "count"),
    [
        ("", "", ORDER, 1),
        ('constants = { currency = "EUR" }\n', "", ORDER, 0),
        ('without = ["currency"]\n', "", ORDER, 0),
        ("", '[workspace]\ncurrency = "EUR"\n', ORDER, 0),
        ("", "", ORDER.replace(b"revenue\n", b"revenue;Currency\n")[:-1] + b";USD\n", 0),
    ],
)
def test_amounts_with_the_sign_of_another_currency_are_told(
    tmp_path: Path, settings: str, workspace: str, content: bytes, count: int
) -> None:
    """Taken off, the sign would make dollars of euros in silence."""
    orders = feed("orders", "raw/orders/*", decimal='","', symbols='["€"]') + settings
    found = read_files(tmp_path, workspace + orders, {"raw/orders/1.csv": content})
    told = warned(found.warnings, "column_missing")
    assert [one.count for one in told] == [1] * count
    assert all(
        "amounts with '€' are taken to be in USD" in one.message
        and "say it in constants" in one.message
        for one in told
    )


def test_a_column_that_earlier_files_had_is_told(tmp_path: Path) -> None:
    """File 10 comes after file 9: digits count as numbers."""
    files = {
        "raw/contacts/9.csv": b"contact_id,tier,mood\n1,gold,calm\n",
        "raw/contacts/10.csv": b"contact_id,mood\n2,calm\n",
        "raw/contacts/11.csv": b"contact_id,mood\n3,calm\n",
    }
    found = read_files(tmp_path, CONTACTS + EVENTS, files)
    (told,) = warned(found.warnings, "column_gone")
    assert (told.feed, told.path, told.count) == ("contacts", "raw/contacts/10.csv", 2)
    assert 'column "tier"' in told.message


@pytest.mark.parametrize(("gone", "warnings"), [(10, 10), (11, 1)])
def test_many_columns_that_go_together_are_told_once(
    tmp_path: Path, gone: int, warnings: int
) -> None:
    """A wide export beside a narrow one would bury every other warning."""
    wide = ",".join(f"extra_{number:02}" for number in range(gone))
    files = {
        "raw/contacts/1.csv": f"contact_id,{wide}\n1{',x' * gone}\n".encode(),
        "raw/contacts/2.csv": b"contact_id\n2\n",
    }
    told = warned(read_files(tmp_path, CONTACTS + EVENTS, files).warnings, "column_gone")
    assert [one.count for one in told] == [1] * warnings
    assert all(f"extra_{number:02}" in str(told) for number in range(3))
    assert warnings > 1 or "each of 11 columns" in told[0].message


DECLARED = (
    "",
    '[events]\ngeneric = ["email_open"]\n',
    '[attribution]\ntouch_events = ["email_open"]\n',
)


@pytest.mark.parametrize("declared", DECLARED)
def test_an_event_type_that_is_no_standard_one_is_told_with_the_nearest(
    tmp_path: Path, declared: str
) -> None:
    """`email_open` gave no opens and said nothing; three rows bear it."""
    toml = CONTACTS + EVENTS + declared
    types = ("email_open", "email_opened", "email_open", "email_open", "opened")
    lines = [f"{at},{name},2026-01-0{at},1" for at, name in enumerate(types, start=1)]
    content = "\n".join(["event_id,event_type,occurred_at,contact_id", *lines, ""]).encode()
    found = read_files(tmp_path, toml, {**PEOPLE, "raw/events/1.csv": content})
    told = warned(found.warnings, "unknown_event_type")
    if declared:
        assert told == []
    else:
        assert [(one.feed, one.count, one.setting) for one in told] == [
            ("events", 3, "events.generic")
        ]
        assert "did you mean 'email_opened'?" in told[0].message


def test_no_word_of_another_channel_is_proposed(tmp_path: Path) -> None:
    """`sms_failed` is the nearest word of `email_failed`, and would make it a text message."""
    content = b"event_id,event_type,occurred_at,contact_id\n1,email_failed,2026-01-01,1\n"
    found = read_files(tmp_path, CONTACTS + EVENTS, {**PEOPLE, "raw/events/1.csv": content})
    (told,) = warned(found.warnings, "unknown_event_type")
    assert "did you mean" not in told.message
    assert 'values = { event_type = { email_failed = "…" } }' in told.message


def test_what_reads_as_a_word_of_an_own_channel_is_told_how_to_name_that(tmp_path: Path) -> None:
    content = b"event_id,event_type,occurred_at,contact_id\n1,in_app_opened,2026-01-01,1\n"
    found = read_files(tmp_path, CONTACTS + EVENTS, {**PEOPLE, "raw/events/1.csv": content})
    (told,) = warned(found.warnings, "unknown_event_type")
    assert 'or name its channel: channels = ["in_app"], or declare it' in told.message


@pytest.mark.parametrize(
    ("name", "meant"),
    [("in_app_sent", None), ("whatsap_sent", "whatsapp_sent"), ("emial_opened", "email_opened")],
)
def test_a_word_is_meant_for_its_own_channel(tmp_path: Path, name: str, meant: str | None) -> None:
    """In-app messages were to be mapped to WhatsApp, which is the nearest word with `_sent`."""
    toml = '[workspace]\nchannels = ["whatsapp"]\n' + CONTACTS + EVENTS
    content = f"event_id,event_type,occurred_at,contact_id\n1,{name},2026-01-01,1\n".encode()
    found = read_files(tmp_path, toml, {**PEOPLE, "raw/events/1.csv": content})
    (told,) = warned(found.warnings, "unknown_event_type")
    assert ("did you mean" in told.message) == (meant is not None)
    assert f'values = {{ event_type = {{ {name} = "{meant or "…"}" }} }}' in told.message


def test_the_words_of_an_own_channel_are_no_mistake(tmp_path: Path) -> None:
    toml = '[workspace]\nchannels = ["whatsapp"]\n' + CONTACTS + EVENTS
    content = b"event_id,event_type,occurred_at,contact_id\n1,whatsapp_sent,2026-01-01,1\n"
    found = read_files(tmp_path, toml, {**PEOPLE, "raw/events/1.csv": content})
    assert warned(found.warnings, "unknown_event_type") == []


def test_the_words_of_a_shipped_source_are_no_mistake(tmp_path: Path) -> None:
    toml = CONTACTS + '[[feeds]]\nsource = "acquia.event"\nfiles = "raw/events/*"\n'
    content = b"Type,EventTimeStamp,SourceCustomerNumber\nstoreVisit,2026-01-01,1\n"
    found = read_files(tmp_path, toml, {**PEOPLE, "raw/events/1.csv": content})
    (told,) = warned(found.warnings, "unknown_event_type")
    assert "'store_visit'" in told.message


def test_a_feed_without_a_row_is_told(tmp_path: Path) -> None:
    files = {**PEOPLE, "raw/events/1.csv": b"event_type,occurred_at\n", "raw/events/2.csv": b""}
    found = read_files(tmp_path, CONTACTS + EVENTS, files)
    (told,) = warned(found.warnings, "feed_empty")
    assert (told.feed, told.count) == ("events", 2)


def test_days_without_a_time_that_the_reports_would_shift_are_told(tmp_path: Path) -> None:
    """Midnight of 5 March in London is 4 March in New York, and 5 March in Berlin."""
    orders = {
        "raw/o.csv": b"order_id,ordered_at,revenue\n1,2026-03-05,1\n2,2026-03-05T09:00:00Z,1\n"
    }
    toml = '[workspace]\ntimezone = "{}"\n[[feeds]]\ntable = "orders"\nfiles = "raw/o.csv"\n{}'
    here = toml.format("America/New_York", "")
    (told,) = warned(read_files(tmp_path / "1", here, orders).warnings, "no_time")
    assert (told.feed, told.count, told.setting) == ("orders", 1, "feeds[0].timezone")
    assert 'say timezone = "America/New_York" in the feed' in told.message
    for settled in (
        toml.format("America/New_York", 'timezone = "America/New_York"\n'),
        toml.format("Europe/Berlin", ""),
    ):
        read = read_files(tmp_path / str(len(settled)), settled, orders)
        assert not warned(read.warnings, "no_time")


@pytest.mark.parametrize(
    ("form", "stamp", "told"),
    [
        ("%d-%b-%Y", "05-Mar-2026", 1),
        ("%d-%b-%Y %H:%M", "05-Mar-2026 00:00", 0),
        ("%d/%m/%y %-I:%M %p", "05/03/26 9:00 AM", 0),
    ],
)
def test_days_of_a_format_without_a_time_are_told_too(
    tmp_path: Path, form: str, stamp: str, told: int
) -> None:
    toml = '[workspace]\ntimezone = "America/New_York"\n'
    toml += feed("orders", "raw/o/*", formats=f'{{ ordered_at = "{form}" }}')
    files = {"raw/o/1.csv": f"order_id,ordered_at,revenue\n1,{stamp},1\n".encode()}
    assert len(warned(read_files(tmp_path, toml, files).warnings, "no_time")) == told


ODD = 'Ann <ann@x.org>\nmailto:ann@x.org\nann@x.org; b@x.org\n"""Ann"" <ann@x.org>"\n'


def test_addresses_with_a_name_beside_them_are_told_with_what_takes_them_out(
    tmp_path: Path,
) -> None:
    """Ann's order would be a stranger's, and her mailbox's domain `x.org>`."""
    bare = " Ann.B+c@x.org \n"
    files = {"raw/contacts/1.csv": ("email\n" + bare + ODD).replace("\n", ",1\n").encode()}
    files["raw/contacts/1.csv"] = files["raw/contacts/1.csv"].replace(
        b"email,1", b"email,contact_id"
    )
    files["raw/o/1.csv"] = b"order_id,ordered_at,revenue\n"
    toml = CONTACTS + feed("orders", "raw/o/*")
    (told,) = warned(read_files(tmp_path / "1", toml, files).warnings, "address_odd")
    assert (told.feed, told.count) == ("contacts", 4)
    assert "ann" not in told.message.lower()
    mends = told.message[told.message.index("columns = ") : told.message.index(" takes")]
    toml = CONTACTS + mends.replace("…", "email") + "\n" + feed("orders", "raw/o/*")
    found = read_files(tmp_path / "2", toml, files)
    assert not warned(found.warnings, "address_odd")


def test_ids_are_read_bare_and_their_number_is_told(tmp_path: Path) -> None:
    """Blanks around an id, and the formula that keeps a spreadsheet from cutting its zeros."""
    orders = (
        b"order_id,ordered_at,contact_id,revenue\n1,2026-03-05, 007 ,1\n"
        b'2 ,2026-03-05,="007",2\n3,2026-03-05,"=""007""",3\n4,2026-03-05, ,4\n5,2026-03-05,007,5\n'
        b"6,2026-03-05,'007,6\n7,2026-03-05,'s,7\n"
    )
    toml = '[[feeds]]\ntable = "orders"\nfiles = "raw/o.csv"\n'
    read = read_files(tmp_path, toml, {"raw/o.csv": orders})
    rows = read.catalog.scan("orders").select("order_id", "contact_id").sort("order_id").collect()
    assert rows.rows() == [
        ("1", "007"),
        ("2", "007"),
        ("3", "007"),
        ("4", None),
        ("5", "007"),
        ("6", "007"),
        ("7", "'s"),
    ]
    told = {one.message.split()[5]: one.count for one in warned(read.warnings, "ids_bared")}
    assert told == {"orders.order_id": 1, "orders.contact_id": 5}


def test_a_platform_that_links_name_otherwise_is_told(tmp_path: Path) -> None:
    """A session from google is matched to ads of google_ads alone."""
    stats = (
        b"date_day,platform,campaign_id,spend\n2026-03-05,google,1,1\n2026-03-06,google,1,1\n"
        b"2026-03-05,google_ads,2,1\n2026-03-05,podcast,3,1\n"
    )
    toml = '[[feeds]]\ntable = "ad_stats"\nfiles = "raw/a.csv"\n'
    (told,) = warned(
        read_files(tmp_path / "1", toml, {"raw/a.csv": stats}).warnings, "unusual_platform"
    )
    assert (told.feed, told.count) == ("ad_stats", 2)
    assert 'values = { platform = { google = "google_ads" } }' in told.message
    for settled in (
        toml + 'values = { platform = { google = "google_ads" } }\n',
        toml + '[ads.sources]\ngoogle = "google"\n',
    ):
        read = read_files(tmp_path / str(len(settled)), settled, {"raw/a.csv": stats})
        assert not warned(read.warnings, "unusual_platform")


@pytest.mark.parametrize(
    ("time", "where"),
    [
        ("1899-12-30T00:00:00Z", "before 2000"),
        ("1970-01-21T05:00:00Z", "before 2000"),
        ("2206-11-21T10:00:00Z", "more than a year ahead"),
        ("2000-01-01T00:00:00Z", None),
        ("2026-11-21T10:00:00Z", None),
    ],
)
def test_a_time_far_off_is_told(tmp_path: Path, time: str, where: str | None) -> None:
    """A spreadsheet's zero, milliseconds read as seconds, a mistyped year: told, and counted."""
    orders = b"order_id,ordered_at,revenue\n1,2026-01-31T10:00:00Z,5\n"
    files = {
        "raw/orders/1.csv": orders,
        "raw/orders/2.csv": orders.replace(b"1,2026-01-31T10:00:00Z", f"2,{time}".encode()),
    }
    found = warned(read_files(tmp_path, feed("orders", "raw/orders/*"), files).warnings, CODE)
    assert len(found) == (where is not None)
    for told in found:
        assert f"1 file with rows {where}, as orders of {time[:10]}" in told.message
        assert "in raw/orders/2.csv" in told.message
        assert (told.count, told.setting) == (1, "feeds[0].null_values")


def test_events_that_name_their_campaign_alone_are_told(tmp_path: Path) -> None:
    """Their clicks would stand under (none), and the campaign without any."""
    files = PEOPLE | {
        "raw/events/1.csv": b"event_type,occurred_at,contact_id,campaign_id\n"
        b"email_clicked,2026-01-01T00:00:00Z,1,c1\n"
    }
    found = read_files(tmp_path / "told", CONTACTS + EVENTS, files)
    (told,) = [one for one in found.warnings if "which message or send" in one.message]
    assert (told.code, told.count) == ("column_missing", 1)
    for setting in ('columns = { message_id = "campaign_id" }', 'without = ["message_id"]'):
        found = read_files(tmp_path / setting[:7], CONTACTS + EVENTS + setting + "\n", files)
        assert not [one for one in found.warnings if "which message or send" in one.message]


SENDS = "send_id,contact_id,status,sent_at"
ORDERS = "order_id,email,ordered_at,revenue"
SUMMARY = "channel,message_id,sends,opens"
VISITS = "session_id,anonymous_id,started_at"
CUSTOMERS = "contact_id,email,created_at,updated_at"


@pytest.mark.parametrize(
    ("table", "header", "first", "second", "told"),
    [
        ("sends", SENDS, "job,1,sent,2026-01-01\njob,2,sent,2026-01-01", "", [1]),
        ("sends", SENDS, "s,1,queued,2026-01-01\ns,1,sent,2026-01-01", "", []),
        ("sends", SENDS, "s,1,sent,2026-01-01", "s,2,sent,2026-01-01", []),  # merged contacts
        ("orders", ORDERS, "1,a@x.de,2026-01-01,5", "1,b@x.de,2026-01-02,7", [1]),
        ("orders", ORDERS, "1,a@x.de,2026-01-01,5", "1, A@x.de,2026-01-02,7", []),
        ("orders", ORDERS, "1,a@x.de,2026-01-01,5", "1,,2026-01-02,7", []),
        ("sessions", VISITS, "1,a,2026-01-01\n1,b,2026-01-01", "", [1]),
        ("message_stats", SUMMARY, "email,weekly,9,4\nemail,weekly,9,3", "", [1]),
        ("message_stats", SUMMARY, "email,weekly,9,4\nsms,weekly,9,3", "", []),
        ("message_stats", SUMMARY, "email,weekly,9,3", "email,weekly,9,4", []),
        ("contacts", CUSTOMERS, "1,a,2026-01-01,2026-01-01\n1,b,2026-01-01,2026-01-02", "", []),
        ("contacts", CUSTOMERS, "1,a@x.de,2026-01-01,", "1,b@x.de,2026-01-02,", [1]),
    ],
)  # fmt: skip
def test_ids_that_several_things_bear_are_told(
    tmp_path: Path, table: str, header: str, first: str, second: str, told: list[int]
) -> None:
    """All but one are lost: an id of a mailing for its sends, a name of each week's mailing."""
    files = {
        f"raw/x/{at}.csv": f"{header}\n{rows}\n".encode()
        for at, rows in enumerate((first, second))
        if rows
    }
    files |= {"raw/contacts/1.csv": b"contact_id\n9\n", "raw/orders/1.csv": b""}
    toml = feed(table, "raw/x/*") + CONTACTS + feed("orders", "raw/orders/*")
    found = warned(read_files(tmp_path, toml, files).warnings, "ids_shared")
    assert [one.count for one in found] == told


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (b"1,2026-01-01,5,\n1,2026-01-01,7,\n1,2026-01-01,7.5,\n2,2026-01-01,9,\n", [1]),
        (b"1,2026-01-01,5,\n1,2026-01-01,5,\n2,2026-01-01,5,\n", []),
        (b"1,2026-01-01,5,\n1,2026-01-02,7,\n", []),
        (b"1,2026-01-01,5,\n1,2026-01-01,-5,1\n", []),
        (b"1,2026-01-01,5,\n1,2026-01-09,-5,\n", [1]),
    ],
)
def test_orders_of_several_rows_with_other_revenue_are_told(
    tmp_path: Path, rows: bytes, told: list[int]
) -> None:
    """A shop's export has a row an item: the last one's revenue would stand for the order's."""
    files = {"raw/orders/1.csv": b"order_id,ordered_at,revenue,refund_of\n" + rows}
    found = read_files(tmp_path, feed("orders", "raw/orders/*"), files)
    assert [one.count for one in warned(found.warnings, "order_lines")] == told


def test_an_order_that_a_later_file_corrects_is_none_of_several_rows(tmp_path: Path) -> None:
    head = b"order_id,ordered_at,revenue\n1,2026-01-01,"
    files = {"raw/orders/1.csv": head + b"5\n", "raw/orders/2.csv": head + b"7\n"}
    found = read_files(tmp_path, feed("orders", "raw/orders/*"), files)
    assert not warned(found.warnings, "order_lines")


@pytest.mark.parametrize(
    ("names", "told"),
    [('["Purchse", "lead "]', ["'Purchse'"]), ('["purchase"]', []), ('["x9"]', ["'x9'"])],
)
def test_a_conversion_that_no_row_bears_is_told(
    tmp_path: Path, names: str, told: list[str]
) -> None:
    """A misspelt name would leave out every conversion of the platform."""
    toml = GOOGLE + feed(
        "ad_conversions",
        "raw/c/*",
        constants='{ platform = "google_ads" }',
        conversions=names,
    )
    rows = b"2026-01-31,7,Purchase,4\n2026-01-31,7, Lead,2\n"
    files = {
        "raw/ads/1.csv": HEADER + ROW,
        "raw/c/1.csv": b"date_day,campaign_id,conversion_name,conversions\n" + rows,
    }
    found = warned(read_files(tmp_path, toml, files).warnings, "conversion_unknown")
    assert [one.setting for one in found] == ["feeds[1].conversions"] * len(told)
    assert all(name in one.message for name, one in zip(told, found, strict=True))
    assert all("did you mean 'Purchase'" in one.message for one in found if "Purchse" in told[0])


@pytest.mark.parametrize(
    ("header", "settings", "told"),
    [
        ("currency", {}, 1),
        ("Currency ", {}, 1),
        ("Cur", {}, 0),
        ("Cur", {"columns": '{ currency = "Cur" }'}, 0),
        ("currency", {"columns": '{ currency = "currency" }'}, 0),
    ],
)
def test_a_column_in_whose_place_a_constant_stands_is_told(
    tmp_path: Path, header: str, settings: dict[str, str], told: int
) -> None:
    """Five dollars would be five euros: what the warning says reads them."""
    rate = feed("exchange_rates", "raw/r/*")
    toml = feed("orders", "raw/o/*", constants='{ currency = "EUR" }', **settings) + rate
    files = {
        "raw/o/1.csv": f"order_id,ordered_at,revenue,{header}\n1,2026-01-01,5,USD\n".encode(),
        "raw/r/1.csv": b"currency,date_day,rate\nEUR,2026-01-01,1.085\n",
    }
    found = warned(read_files(tmp_path, toml, files).warnings, "constant_over_column")
    assert [one.setting for one in found] == ["feeds[0].constants.currency"] * told
    assert all('columns = { currency = "' in one.message for one in found)


def test_a_day_of_a_source_in_whose_place_a_constant_stands_is_told(tmp_path: Path) -> None:
    """All days would be the one of which a refusal of another file once said to name it."""
    toml = GOOGLE + 'constants = { date_day = "2026-01-31" }\n'
    found = read_files(tmp_path, toml, {"raw/ads/1.csv": HEADER + ROW})
    (told,) = warned(found.warnings, "constant_over_column")
    assert 'columns = { date_day = "Day" }' in told.message


AMOUNTS = b"order_id,ordered_at,revenue,refunded\n1,2026-01-01,1.234,\n2,2026-01-01,950,2.000\n"


@pytest.mark.parametrize(
    ("settings", "more", "told"),
    [
        ({}, b"", 2),
        ({}, b"3,2026-01-01,7.50,\n", 0),
        ({}, b"3,2026-01-01,0.125,\n", 0),
        ({}, b"3,2026-01-01,1000.125,\n", 0),
        ({}, b"3,2026-01-01,$7.125,\n", 2),
        ({"decimal": '"."'}, b"", 0),
        ({"decimal": '","'}, b"", 0),
        ({"units": '{ revenue = "micros", refunded = "micros" }'}, b"", 0),
    ],
)
def test_numbers_whose_point_may_group_thousands_are_told_once_a_feed(
    tmp_path: Path, settings: dict[str, str], more: bytes, told: int
) -> None:
    """1.234 is 1,234 in half of Europe: no mark of the file's own says that it is not."""
    toml = feed("orders", "raw/orders/*", symbols='["$"]', **settings)
    found = read_files(tmp_path, toml, {"raw/orders/1.csv": AMOUNTS + more})
    counts = [one.count for one in warned(found.warnings, "point_unclear")]
    assert counts == ([told + more.count(b"$")] if told else [])


@pytest.mark.parametrize(
    ("settings", "cells", "told"),
    [
        ("", "1.000;980", [1]),
        ("", "1000;1.234", []),
        ("", "1000;12.5", []),
        ("", "1.000;12.5", []),
        ('decimal = ","', "1.000;980", []),
    ],
)
def test_a_source_s_count_of_1_000_is_told(
    tmp_path: Path, settings: str, cells: str, told: list[int]
) -> None:
    """A thousand, of which nothing but its zeros says so; an amount may have three decimals."""
    toml = f'[[feeds]]\nsource = "email.campaign_report"\nfiles = "raw/mail/*"\n{settings}\n'
    file = f"Name;Recipients;Revenue\nSpring;{cells}\n".encode()
    found = read_files(tmp_path, CONTACTS + toml, PEOPLE | {"raw/mail/a.csv": file})
    assert [one.count for one in warned(found.warnings, "point_unclear")] == told


def test_another_file_or_the_grammar_of_json_shows_that_points_are_decimal(tmp_path: Path) -> None:
    orders = feed("orders", "raw/orders/*")
    other = b"order_id,ordered_at,revenue\n3,2026-01-01,7.5\n"
    files = {"raw/orders/1.csv": AMOUNTS, "raw/orders/2.csv": other}
    assert not warned(read_files(tmp_path / "1", orders, files).warnings, "point_unclear")
    line = b'{"order_id":1,"ordered_at":"2026-01-01","revenue":1.234}\n'
    found = read_files(tmp_path / "2", orders, {"raw/orders/1.jsonl": line})
    assert not warned(found.warnings, "point_unclear")


@pytest.mark.parametrize(("files", "told_of"), [("raw/ads/{a,b}.csv", 1), ("raw/x/*.csv", 0)])
def test_braces_that_match_nothing_are_told_to_be_no_wildcards(
    tmp_path: Path, files: str, told_of: int
) -> None:
    found = read_files(tmp_path, CONTACTS + GOOGLE.replace("raw/ads/*", files), PEOPLE)
    (told,) = warned(found.warnings, "no_files")
    assert told.message.count("braces stand for themselves") == told_of


@pytest.mark.parametrize(("header", "told"), [("c_Tier", 1), ("c_HoldOut", 0)])
def test_a_mailing_without_a_mark_of_hold_outs_is_read_and_told(
    tmp_path: Path, header: str, told: int
) -> None:
    """The mark is a column of the user's own: without it, everybody counts as mailed."""
    rows = (
        f"SourceMessageNumber,SourceCustomerNumber,Email,InHomeDate,{header}\nm,007,,2026-03-05,y\n"
    )
    toml = '[[feeds]]\nsource = "acquia.direct_mail_recipients"\nfiles = "raw/mail/*"\n'
    toml += feed("contacts", "raw/c/*")
    files = {"raw/mail/1.csv": rows.encode(), "raw/c/1.csv": b"contact_id\n007\n"}
    read = read_files(tmp_path, toml, files)
    assert read.refused == []
    found = warned(read.warnings, "column_missing")
    assert ["sends.is_holdout" in one.message for one in found] == [True] * told
