"""Reading a configuration: the environment on top, and every mistake told with its key."""

import hashlib
import json
from pathlib import Path

import pytest

from flows.config.configured_feeds import configure_feeds
from flows.config.environment import overlay, overrides, variable
from flows.config.loading import LoadedWorkspace, config_schema, load_workspace
from flows.errors import ConfigurationError

FEED = '[[feeds]]\ntable = "contacts"\nfiles = "raw/contacts/*.csv"\n'


def load(root: Path, text: str, environ: dict[str, str] | None = None) -> LoadedWorkspace:
    """Load a workspace whose configuration is `text`."""
    (root / "campaigns.toml").write_text(text, "utf-8")
    return load_workspace(root, environ or {})


def feed(**settings: str) -> str:
    """The text of one feed with TOML values."""
    given = {"table": '"contacts"', "files": '"raw/x.csv"', **settings}
    lines = [f"{key} = {value}" for key, value in given.items() if value]
    return "\n".join(["[[feeds]]", *lines])


WRONG = [
    ('[workspce]\ntimezone = "UTC"', "workspce: unknown key", "'workspace'"),
    ('[workspace]\ntimezon = "UTC"', "workspace.timezon: unknown key", "'timezone'"),
    ('[workspace]\ntimezone = "Europe/Pari"', "workspace.timezone: unknown", "'Europe/Paris'"),
    ("[workspace]\ntimezone = 5", "workspace.timezone: must be text", "not a number"),
    ('[workspace]\ncurrency = "usd"', "workspace.currency:", "'USD'"),
    ('[workspace]\nmax_rejected_share = "0.1"', "max_rejected_share: must be a number", "text"),
    ("[workspace]\nmax_rejected_share = true", "max_rejected_share: must be a number", "true"),
    ("[workspace]\nmax_rejected_share = 1.5", "max_rejected_share:", "less than or equal to 1"),
    ("[workspace]\nmax_rejected_share = nan", "max_rejected_share:", "finite"),
    ('[[workspace]]\ntimezone = "UTC"', "workspace: must be a table", "not a list"),
    ('[feeds]\ntable = "contacts"', "feeds: must be a list", "[[feeds]]"),
    ('feeds = ["raw/x"]', "feeds[0]: must be a table", "not text"),
    (feed(files=""), "feeds[0].files: is missing", "glob below the workspace"),
    (feed(files="5"), "feeds[0].files: must be text", "not a number"),
    (feed(files='"/etc/*"'), "feeds[0].files: leads out of the workspace", "raw/"),
    (feed(files='"gs://shop/raw/*"'), "feeds[0].files: is an address", "s3://bucket/prefix"),
    (feed(files='"s3://shop-*/raw/*"'), "feeds[0].files: is an address", "s3://bucket/prefix"),
    (feed(files='"s3://shop/raw/"'), "feeds[0].files: is an address", "s3://bucket/prefix"),
    (feed(files='"s3://shop/../raw/*"'), "feeds[0].files: is an address", "s3://bucket/prefix"),
    (feed(files='"raw/../../x"'), "feeds[0].files: leads out of the workspace", "raw/"),
    (feed(files='"C:\\\\feeds"'), "feeds[0].files: leads out of the workspace", "raw/"),
    (feed(files='"./reports/*.parquet"'), "feeds[0].files: reads what runs write", "raw/"),
    (feed(files='""'), "feeds[0].files: names no file", "raw/"),
    (feed(files='"raw/**.csv"'), "feeds[0].files: has ** beside other characters", "raw/**/*.csv"),
    (feed(files='"raw/**"'), "feeds[0].files: has ** beside other characters", "raw/**/*.csv"),
    (feed(files='"s3://shop/**.csv"'), "feeds[0].files: has ** beside other", "raw/**/*.csv"),
    (feed(expect_every='"9999999d"'), "feeds[0].expect_every: must be a number of hours", "'1d'"),
    ("[workspace]\nkeep_days = 1e9", "workspace.keep_days: must be less", "365000"),
    ("[attribution]\nlookback_days = 1e12", "attribution.lookback_days: must be less", "365000"),
    ("[attribution]\nlookback_hours = { sms = 1e14 }", "lookback_hours.sms: must be less", ""),
    ("[attribution]\nhalf_life_days = 1e-300", "half_life_days: must be greater", "0.001"),
    ("[identity]\nbackward_days = 1e12", "identity.backward_days: must be less", "365000"),
    (feed(table='"contcts"'), "feeds[0].table: unknown table 'contcts'", "'contacts'"),
    (feed(table=""), "feeds[0]: a feed names either a table or a source", ""),
    (feed(source='"skene.contacts"'), "feeds[0]: a feed names either a table or a source", ""),
    (feed(fles='"raw/x"'), "feeds[0].fles: unknown key", "'files'"),
    (feed(columns='{ contct_id = "id" }'), "feeds[0].columns.contct_id: unknown", "'contact_id'"),
    (feed(columns="{ contact_id = 5 }"), "feeds[0].columns.contact_id: must be a column", "first"),
    (feed(columns='{ email = { frist = ["a"] } }'), "feeds[0].columns.email: must be", "first"),
    (
        feed(columns='{ contact_id = { column = "ref", extract = "#(" } }'),
        "feeds[0].columns.contact_id: '#(' is not a regular expression",
        "Rust",
    ),
    (
        feed(columns='{ contact_id = { column = "ref", extract = "(?<=#)(.)" } }'),
        "feeds[0].columns.contact_id: '(?<=#)(.)' is not a regular expression",
        "look-around",
    ),
    (
        feed(columns='{ contact_id = { first = ["id", { column = "ref", extract = "#.+" }] } }'),
        "feeds[0].columns.contact_id: '#.+' has no group",
        "( )",
    ),
    (
        feed(columns='{ email = { like = "mail(" } }'),
        "'mail(' is not a regular expression",
        "email",
    ),
    (feed(columns='{ email = { in_header = "mail" } }'), "'mail' has no group", "( )"),
    (feed(units='{ email = "unix" }'), "feeds[0].units.email: 'unix' is of stamps alone", ""),
    (feed(units='{ created_at = "micros" }'), "'micros' is of amounts alone", "created_at"),
    (feed(units='{ created_at = "unx" }'), "feeds[0].units.created_at: must be", "'unix'"),
    (
        feed(units='{ created_at = "unix" }', formats='{ created_at = "%d.%m.%Y" }'),
        "feeds[0].units.created_at: has a format, too",
        "one of the two",
    ),
    (feed(formats='{ created_at = ["%Y-%m-%d", "%m"] }'), "created_at: reads no whole day", ""),
    (feed(formats='{ created_at = "%d" }'), "feeds[0].formats.created_at: reads no whole day", ""),
    (feed(formats="{ created_at = 5 }"), "feeds[0].formats.created_at: must be text", ""),
    (
        feed(table="", source='"shopify.orders"', units='{ revenue = "unix" }'),
        "feeds[0].units.revenue: 'unix' is of stamps alone",
        "",
    ),
    (feed(thousands='"."'), "feeds[0].thousands: is the decimal mark too", "decimal"),
    (
        feed(table="", source='"google_ads.report"', decimal='","', thousands='","'),
        "feeds[0].thousands: is the decimal mark too",
        "decimal",
    ),
    (feed(formats='{ email = "%d.%m.%Y" }'), "feeds[0].formats.email: is neither a day", "stamp"),
    (
        feed(table="", source='"skene.contacts"', formats='{ email = "%d.%m.%Y" }'),
        "feeds[0].formats.email: is neither a day",
        "stamp",
    ),
    (feed(formats='{ created_at = "dd.mm.yyyy" }'), "feeds[0].formats.created_at:", "'%d.%m.%Y'"),
    (
        feed(formats='{ created_at = "%Q" }'),
        "feeds[0].formats.created_at: reads no whole day",
        "%d",
    ),
    (feed(formats='{ created_at = "%d.%m.%Y %H" }'), "created_at: reads no whole day", "minutes"),
    (feed(formats='{ created_at = "%c %Z" }'), "formats.created_at: reads over a zone", "timezone"),
    (
        '[[audiences]]\nname = "a"\n[[audiences]]\nname = "a"',
        "audiences[1].name: is the name of audiences[0], too",
        "file",
    ),
    (feed(constants='{ orgid = "a" }'), "feeds[0].constants.orgid: unknown", "'org_id'"),
    (feed(constants="{ org_id = 5 }"), "feeds[0].constants.org_id: must be text", "not a number"),
    (
        feed(max_rejected_share="0.1"),
        "feeds[0].max_rejected_share: unknown key 'max_rejected_share' here",
        "under [workspace]",
    ),
    ('timezone = "UTC"\n' + FEED, "timezone: unknown key", "under [workspace] or [[feeds]]"),
    ('[workspace]\non_late = "fail"\n', "workspace.on_late: unknown key", "under [[feeds]]"),
    *(
        (feed(delimiter=one), "feeds[0].delimiter: must be one character", "no letter, digit")
        for one in ('";;"', '""', r'"\n"', r'"\r"', r'"\""', '"a"', '"0"', '"ø"')
    ),
    (feed(null_values='"NA"'), "feeds[0].null_values: must be a list", "not text"),
    (feed(on_refused='"skp"'), "feeds[0].on_refused: must be one of 'fail', 'skip'", "'skip'"),
    (feed(name='"../x"'), "feeds[0].name: must be a name", ""),
    (feed(timezone='"Paris"'), "feeds[0].timezone: unknown time zone", "'Europe/Paris'"),
    (feed(encoding='"utf-9"'), "feeds[0].encoding: unknown encoding 'utf-9'", "'utf-8'"),
    (FEED + "[attribution]\nmodels = []\n", "attribution.models: must have", "one entry"),
    (
        FEED + '[[feeds]]\nsource = "skene.contcts"\nfiles = "raw/x"',
        "feeds[1].source: unknown source 'skene.contcts'",
        "'skene.contacts'",
    ),
    (
        feed(table="", source='"skene.contacts"', columns='{ first_nam = "a" }'),
        "feeds[0].columns.first_nam: unknown column of skene.contacts",
        "'first_name'",
    ),
    (
        feed(table="", source='"skene.contacts"', constants='{ org = "a" }'),
        "feeds[0].constants.org: unknown column of skene.contacts",
        "'org_id'",
    ),
    ('[ads]\nmatch = "utm_contnt"', "ads.match: must be one of 'auto',", "'utm_content'"),
    ('[ads.sources]\nfb = "Facebook Ads"', "ads.sources.fb: must be a name", "'facebook_ads'"),
    ('[ads.aliases]\nx = { platform = "google_ads" }', "ads.aliases.x: an alias names", ""),
    ('[ads.aliases]\nx = { campaign_id = "1" }', "ads.aliases.x.platform: is missing", ""),
    ('[ads.aliases]\nx = "google_ads"', "ads.aliases.x: must be a table", "not text"),
    ("[sessions]\ntimeout_minutes = 0", "sessions.timeout_minutes: must be greater than 0", ""),
    ("[sessions]\ntimeout_minutes = 30.5", "timeout_minutes: must be a whole number", "fraction"),
    ('[attribution]\nmodels = ["first_tuch"]', "attribution.models[0]: must be", "'first_touch'"),
    ('[attribution]\nmodels = "linear"', "attribution.models: must be a list", "not text"),
    ("[workspace]\ntimezone = UTC\n", "is no TOML", "line 2"),
    ("[feeds]\na = 1\n[feeds]\n", "is no TOML", "[[feeds]], not [feeds]"),
    (feed(timezone='"CEST"'), "unknown time zone 'CEST'", "as 'Europe/Paris'"),
    ('[workspace]\nchannels = ["Whats App"]', "workspace.channels[0]: must be a name", "small"),
    ("[workspace]\nkeep_snapshots = 0", "workspace.keep_snapshots: must be greater", "1"),
    (feed(values='{ emial = { a = "b" } }'), "feeds[0].values.emial: unknown column", "'email'"),
    (feed(formats='{ created = "%F" }'), "feeds[0].formats.created: unknown", "'created_at'"),
    (feed(without='["emial"]'), "feeds[0].without.emial: unknown column", "'email'"),
    (feed(symbols='["€", "-"]'), "feeds[0].symbols[1]: '-' is a part of numbers", "'USD'"),
    (feed(symbols='["("]'), "feeds[0].symbols[0]: '(' is a part of numbers", "'USD'"),
    (feed(symbols='[" . "]'), "feeds[0].symbols[0]: ' . ' is a part of numbers", "decimal"),
    (feed(symbols='["€1"]'), "feeds[0].symbols[0]: '€1' is a part of numbers", "decimal"),
    (feed(total_rows='["Total", " "]'), "feeds[0].total_rows[1]: has no text", "first cell"),
    (feed(total_rows='["$"]'), "feeds[0].total_rows[0]: has no text", "first cell"),
    (feed(thousands='";"'), "feeds[0].thousands: must be one of ',', '.', ' ', \"'\"", ""),
    (feed(decimal='";"'), "feeds[0].decimal: must be one of '.', ','", ""),
    (feed(decimal='","', thousands='","'), "feeds[0].thousands: is the decimal mark too", ""),
    (feed(repeats='"ad"'), "feeds[0].repeats: must be one of 'replace', 'add'", "'add'"),
    (feed(expect_every='"1 day"'), "feeds[0].expect_every: must be a number of hours", "'1d'"),
    (feed(on_late='"stop"'), "feeds[0].on_late: must be one of 'warn', 'fail'", ""),
    (feed(max_drop="50"), "feeds[0].max_drop: must be less than or equal to 1", ""),
    (feed(min_rows="0"), "feeds[0].min_rows: must be greater than or equal to 1", ""),
    ('[run]\nmemory = "2"', "run.memory: must be a size", "'2GB'"),
    ('[run]\ndask = "localhost"', "run.dask: must be a scheduler's address", "tcp://"),
    ('[erasure]\naggregates = "drop"', "erasure.aggregates: must be one of 'restate', 'keep'", ""),
    ('[events]\ngeneric = "store_visit"', "events.generic: must be a list", "not text"),
]


@pytest.mark.parametrize(("text", "says", "near"), WRONG, ids=[says for _, says, _ in WRONG])
def test_a_mistake_is_told_with_its_key_and_what_was_meant(
    tmp_path: Path, text: str, says: str, near: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, text)
    message = str(told.value)
    assert told.value.exit_code == 2
    assert says in message
    assert near in message
    assert "pydantic" not in message
    assert str(tmp_path / "campaigns.toml") in message


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, "[workspace]\ntimezone = 5\n[sessions]\ntimeout_minutes = 0\n" + feed(x="1"))
    keys = [line.strip().split(":")[0] for line in str(told.value).splitlines()[1:]]
    assert sorted(keys) == ["feeds[0].x", "sessions.timeout_minutes", "workspace.timezone"]


def test_a_list_whose_only_word_is_wrong_is_not_called_too_short(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, FEED + '[attribution]\nmodels = ["last_tuch"]')
    _, *lines = str(told.value).splitlines()
    assert [line.strip().split(":")[0] for line in lines] == ["attribution.models[0]"]


@pytest.mark.parametrize(
    ("table", "settings", "says"),
    [
        ("ad_stats", 'constants = { platform = "Google" }', "; did you mean 'google_ads'?"),
        ("ad_stats", 'constants = { date_day = "31.01.2026" }', "date_day: not a date"),
        ("ad_stats", 'constants = { spend = "1,5" }', "spend: not a number"),
        ("events", 'constants = { is_machine = "maybe" }', "is_machine: not true or false"),
        ("events", 'constants = { event_type = "email opened" }', "event_type: does not look"),
        ("sends", 'constants = { status = "gone" }', "status: not one of queued, sent"),
    ],
)
def test_a_constant_that_its_column_cannot_hold_is_a_mistake_of_the_configuration(
    tmp_path: Path, table: str, settings: str, says: str
) -> None:
    """Not of every row of the files, which would be rejected for it."""
    with pytest.raises(ConfigurationError) as raised:
        load(tmp_path, FEED + feed(table=f'"{table}"') + "\n" + settings)
    (_, said) = str(raised.value).splitlines()
    assert said.startswith(f"  feeds[1].constants.{settings.split()[3]}: ")
    assert says in said


@pytest.mark.parametrize(
    "settings",
    [
        'constants = { date_day = "31.01.2026" }\nformats = { date_day = "%d.%m.%Y" }',
        'constants = { spend = "1.234,5" }\ndecimal = ","',
        'constants = { platform = "my_net", level = "ad", currency = "EUR" }',
    ],
)
def test_constants_are_read_as_the_feeds_rows_are(tmp_path: Path, settings: str) -> None:
    assert load(tmp_path, feed(table='"ad_stats"') + "\n" + settings)


@pytest.mark.parametrize("secret", ["jane@example.com", "4111 1111 1111 1111"])
def test_values_of_constants_are_never_repeated(tmp_path: Path, secret: str) -> None:
    text = feed(constants=f'{{ emial = "{secret}" }}', columns=f'{{ phon = "{secret}" }}')
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, text)
    assert secret not in str(told.value)


def test_reads_the_whole_configuration(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        '\ufeff[workspace]\r\ntimezone = "America/New_York"\r\n'
        + FEED
        + feed(table="", source='"skene.contacts"', columns='{ email = "mail" }')
        + '\n[ads.aliases]\n"old" = { platform = "google_ads", campaign_id = "123" }\n',
    )
    assert found.config.workspace.timezone == "America/New_York"
    assert [one.label for one in found.config.feeds] == ["contacts", "skene.contacts"]
    assert found.config.ads.aliases["old"].campaign_id == "123"
    assert found.root == tmp_path.resolve()
    assert found.warnings == ()


def test_a_platform_that_looks_misspelt_is_a_warning(tmp_path: Path) -> None:
    found = load(tmp_path, '[ads.sources]\nfb = "facebok_ads"\nown = "radio_spots"\n')
    (warned,) = found.warnings
    assert "'facebok_ads'" in warned.message
    assert "'facebook_ads'" in warned.message


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda root: root / "nowhere", "there is no workspace"),
        (lambda root: root.rename(root.parent / "M\udcfcller"), "is not UTF-8 text"),
        *(
            (lambda root, name=name: root.rename(root.parent / name), f"has '\\{name[-1]}' in it")
            for name in ("acme [", "acme *", "acme ?")
        ),
        (lambda root: root, "there is no campaigns.toml"),
        (lambda root: root / "file", "is a file, not a folder"),
        (lambda _: Path("s3://bucket/workspace"), "object store"),
    ],
)
def test_a_workspace_that_is_not_there(tmp_path: Path, make, says: str) -> None:  # noqa: ANN001
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigurationError, match=says):
        load_workspace(make(tmp_path), {})


def test_a_file_that_is_no_text_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "campaigns.toml").write_bytes(b'[workspace]\ntimezone = "\xff"\n')
    with pytest.raises(ConfigurationError, match="line 2: not UTF-8"):
        load_workspace(tmp_path, {})


@pytest.mark.parametrize(
    ("guards", "codes"),
    [
        ({}, ["setting_idle"]),
        ({"expect_every": '"1d"'}, []),
        ({"min_rows": "1"}, []),
        ({"max_drop": "0.0"}, []),
    ],
)
def test_a_feed_that_fails_when_late_and_is_never_late_is_told(
    tmp_path: Path, guards: dict[str, str], codes: list[str]
) -> None:
    found = load(tmp_path, FEED + feed(on_late='"fail"', **guards))
    assert [(one.code, one.setting) for one in found.warnings] == [
        (code, "feeds[1].on_late") for code in codes
    ]


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({"table": '"orders"', "repeats": '"add"'}, ["repeats"]),
        ({"table": '"ad_stats"', "repeats": '"add"'}, []),
        ({"table": '"orders"', "repeats": '"replace"'}, []),
        ({"table": '"events"', "without": '["event_type", "url"]'}, ["without"]),
        ({"table": '"events"', "without": '["url"]', "columns": '{ url = "u" }'}, ["without"]),
        ({"table": '"ad_stats"', "without": '["spend", "clicks"]'}, []),
        ({"table": "", "source": '"google_ads.report"', "without": '["date_day"]'}, ["without"]),
        ({"table": '"orders"', "conversions": '["purchase"]'}, ["conversions"]),
        ({"table": '"ad_stats"', "conversions": '["purchase"]'}, []),
        ({"table": '"ad_conversions"', "conversions": '["purchase"]'}, ["conversions"]),
        (
            {
                "table": '"ad_conversions"',
                "conversions": '["purchase"]',
                "constants": '{ platform = "google_ads" }',
            },
            [],
        ),
    ],
)
def test_a_feed_s_setting_that_does_nothing_is_told(
    tmp_path: Path, settings: dict[str, str], told: list[str]
) -> None:
    found = load(tmp_path, FEED + feed(**settings)).warnings
    assert [(one.code, one.setting) for one in found] == [
        ("setting_idle", f"feeds[1].{name}") for name in told
    ]


@pytest.mark.parametrize(
    ("feeds", "place"),
    [
        ([{"name": '"crm"'}, {"name": '"crm"'}], 1),
        ([{"name": '"orders"'}, {"table": '"orders"'}], 0),
        ([{}, {}, {"name": '"contacts_2"'}], 2),
    ],
)
def test_a_feed_s_name_that_another_bears_is_refused(
    tmp_path: Path, feeds: list[dict[str, str]], place: int
) -> None:
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, "\n".join(feed(**settings) for settings in feeds))
    assert str(told.value).count("is called that, too") == 1
    assert f"feeds[{place}].name" in str(told.value)


def test_feeds_without_names_are_numbered(tmp_path: Path) -> None:
    found = load(tmp_path, "\n".join([feed(), feed(name='"crm"'), feed()]))
    assert [one.name for one in configure_feeds(found.config)] == ["contacts", "crm", "contacts_2"]


def test_the_environment_wins(tmp_path: Path) -> None:
    found = load(
        tmp_path,
        FEED + "[sessions]\ntimeout_minutes = 10\n",
        {
            "CAMPAIGN_REPORTS_WORKSPACE__TIMEZONE": "Europe/Paris",
            "CAMPAIGN_REPORTS_SESSIONS__TIMEOUT_MINUTES": "20",
            "CAMPAIGN_REPORTS_SESSIONS__SPLIT_AT_MIDNIGHT": "true",
            "CAMPAIGN_REPORTS_ATTRIBUTION__MODELS": '["linear"]',
            "CAMPAIGN_REPORTS_FEEDS__0__CONSTANTS__ORG_ID": "0012",
            "CAMPAIGN_REPORTS_FEEDS__1__TABLE": "events",
            "CAMPAIGN_REPORTS_FEEDS__1__FILES": "raw/events.csv",
            "CAMPAIGN_REPORTS_DEBUG": "1",
            "OTHER": "x",
        },
    )
    config = found.config
    assert config.workspace.timezone == "Europe/Paris"
    assert (config.sessions.timeout_minutes, config.sessions.split_at_midnight) == (20, True)
    assert config.attribution.models == ("linear",)
    assert [one.table for one in config.feeds] == ["contacts", "events"]
    assert config.feeds[0].constants == {"org_id": "0012"}
    assert config.feeds[0].files == "raw/contacts/*.csv"


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("WORKSPACE__TIMEZON", "UTC", "workspace.timezon: unknown key"),
        ("SESSIONS__TIMEOUT_MINUTES", "soon", "sessions.timeout_minutes: must be a whole number"),
        ("WORKSPCE", "x", "workspce: unknown key"),
        ("WORKSPCE__TIMEZONE", "x", "workspce: unknown key"),
        ("WORKSPACE__MIN_ROWS", "1", "workspace.min_rows: unknown key 'min_rows' here"),
        ("WORKSPACE", "x", "workspace: must be a table"),
        ("FEEDS__2__FILES", "x", "feeds: the next entry is 1, not 2"),
        ("FEEDS__X__FILES", "x", "feeds: the next entry is 1, not x"),
        ("FEEDS__0__SYMBOLS__1", "x", "feeds[0].symbols: the next entry is 0, not 1"),
    ],
)
def test_a_mistake_in_the_environment_names_the_variable(
    tmp_path: Path, name: str, value: str, says: str
) -> None:
    with pytest.raises(ConfigurationError) as told:
        load(tmp_path, FEED, {f"CAMPAIGN_REPORTS_{name}": value})
    assert says in str(told.value)
    assert f"CAMPAIGN_REPORTS_{name}" in str(told.value)


def test_lists_that_are_not_written_come_from_the_environment_entry_by_entry(
    tmp_path: Path,
) -> None:
    """The positions of a list are numbers; a table's keys may be, too."""
    given = {f"FEEDS__{n}__FILES": f"raw/{n}.csv" for n in range(12)}
    given |= {f"FEEDS__{n}__TABLE": "contacts" for n in range(12)}
    given |= {
        "ATTRIBUTION__MODELS__0": "linear",
        "FEEDS__0__SYMBOLS__0": "€",
        "FEEDS__0__VALUES__EMAIL__0": "a@example.org",
        "FEEDS__0__VALUES__EMAIL__1": "b@example.org",
    }
    given = {f"CAMPAIGN_REPORTS_{name}": value for name, value in given.items()}
    config = load(tmp_path, "", given).config
    assert [feed.files for feed in config.feeds] == [f"raw/{n}.csv" for n in range(12)]
    assert config.attribution.models == ("linear",)
    assert config.feeds[0].symbols == ("€",)
    assert config.feeds[0].values == {"email": {"0": "a@example.org", "1": "b@example.org"}}


def test_overlay_changes_only_what_is_given() -> None:
    written = {"a": {"x": 1, "y": 2}, "b": [{"x": 1}, {"x": 2}]}
    given = {"a": {"y": "3"}, "b": {"1": {"x": "4"}, "2": {"x": "5"}}}
    assert overlay(written, given) == {
        "a": {"x": 1, "y": "3"},
        "b": [{"x": 1}, {"x": "4"}, {"x": "5"}],
    }
    assert written == {"a": {"x": 1, "y": 2}, "b": [{"x": 1}, {"x": 2}]}


def test_variables_are_named_back() -> None:
    given = overrides({"CAMPAIGN_REPORTS_FEEDS__0__FILES": "x", "CAMPAIGN_REPORTS_ADS": '{"m": 1}'})
    assert given == {"feeds": {"0": {"files": "x"}}, "ads": {"m": 1}}
    assert variable(("feeds", 0, "files"), given) == "CAMPAIGN_REPORTS_FEEDS__0__FILES"
    assert variable(("feeds", 0, "table"), given) is None


def test_the_hash_is_the_files_and_changes_with_the_environment(tmp_path: Path) -> None:
    alone = load(tmp_path, FEED)
    assert alone.config_sha256 == hashlib.sha256(FEED.encode()).hexdigest()
    other = load(tmp_path, FEED, {"CAMPAIGN_REPORTS_WORKSPACE__CURRENCY": "EUR"})
    assert other.config_sha256 != alone.config_sha256


def test_the_schema_knows_tables_sources_and_sections() -> None:
    schema = json.loads(json.dumps(config_schema()))
    feed_settings = schema["$defs"]["FeedSection"]["properties"]
    assert "contacts" in feed_settings["table"]["enum"]
    shipped, own, _ = feed_settings["source"]["anyOf"]
    assert "skene.contacts" in shipped["enum"]
    assert own == {"type": "string"}
    assert {"workspace", "feeds", "ads", "sessions", "attribution"} <= set(schema["properties"])
    assert feed_settings["files"]["description"]
