from collections.abc import Callable
from urllib.parse import parse_qsl, quote_plus, urlsplit

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.reference.web_sources import PARAMETERS
from transforms.web import utm

Expression = Callable[[pl.Expr], pl.Expr]


def read(expression: Expression, value: str | None) -> str | None:
    frame = pl.LazyFrame({"value": [value]}, schema={"value": pl.String})
    return frame.select(expression(pl.col("value"))).collect().item()


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://x.com/?utm_campaign=a", "a"),
        ("https://x.com/?utm_campaign=a%20b+c", "a b c"),
        ("https://x.com/?utm_campaign=+a+", "a"),
        ("https://x.com/?utm_campaign=a%2Bb", "a+b"),
        ("https://x.com/?utm_campaign=a%252Bb", "a%2Bb"),
        ("https://x.com/?utm_campaign=%C3%A9", "é"),
        ("https://x.com/?utm_campaign=%E9", "\ufffd"),
        ("https://x.com/?utm_campaign=%zz%", "%zz%"),
        ("https://x.com/?utm_campaign=", None),
        ("https://x.com/?utm_campaign=%20", None),
        ("https://x.com/?utm_campaign", None),
        ("https://x.com/?utm_campaign=a=b", "a=b"),
        ("https://x.com/?utm_campaign=a;b", "a;b"),
        ("https://x.com/?UTM_CAMPAIGN=a", "a"),
        ("https://x.com/?utm%5Fcampaign=a", "a"),
        ("https://x.com/?utm_campaign=a&utm_campaign=b", "a"),
        ("https://x.com/?utm_campaign=&utm_campaign=b", "b"),
        ("https://x.com/?prev_utm_campaign=a", None),
        ("https://x.com/?a=1&amp;utm_campaign=a", "a"),
        ("https://x.com/?utm_campaign_name=a", None),
        ("https://x.com/?a=1?utm_campaign=a", None),
        ("https://x.com/utm_campaign=a", None),
        ("https://x.com/#utm_campaign=a", "a"),
        ("https://x.com/#!/p?utm_campaign=a", "a"),
        ("https://x.com/?b#x=1&utm_campaign=a", "a"),
        ("https://x.com/?utm_campaign=q#utm_campaign=f", "q"),
        ("https://x.com/?utm_campaign=#utm_campaign=f", "f"),
        ("https://x.com/?mtm_campaign=a", "a"),
        ("https://x.com/?pk_campaign=a", "a"),
        ("?utm_campaign=a", "a"),
        ("/p?utm_campaign=a", "a"),
        ("", None),
        (None, None),
    ],
)
def test_parameter_is_read(url: str | None, expected: str | None) -> None:
    assert read(lambda value: utm.read_parameter(value, "utm_campaign"), url) == expected
    parameters = read(
        lambda value: utm.read_parameter(utm.read_parameters(value), "utm_campaign"), url
    )
    assert parameters == expected


@pytest.mark.parametrize("name", PARAMETERS)
def test_every_parameter_has_its_name(name: str) -> None:
    url = f"https://x.com/?{name}=one"
    assert read(lambda value: utm.read_parameter(value, name), url) == "one"


@pytest.mark.parametrize(
    ("name", "parameter"),
    [
        ("mtm_kwd", "utm_term"),
        ("pk_keyword", "utm_term"),
        ("mtm_cid", "utm_id"),
        ("pk_cid", "utm_id"),
        ("gad_campaignid", "utm_id"),
    ],
)
def test_others_call_some_differently(name: str, parameter: str) -> None:
    url = f"https://x.com/?{name}=one"
    assert read(lambda value: utm.read_parameter(value, parameter), url) == "one"


pairs = st.lists(
    st.tuples(
        st.sampled_from(["utm_campaign", "utm_source", "utm_campaigns", "x", "prev_utm_campaign"]),
        st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8),
    ),
    max_size=5,
)


@given(pairs)
def test_reads_what_the_standard_library_reads(found: list) -> None:
    url = "https://x.com/p?" + "&".join(f"{name}={quote_plus(value)}" for name, value in found)
    said = [
        value.strip() for name, value in parse_qsl(urlsplit(url).query) if name == "utm_campaign"
    ]
    expected = (said[0] or None) if said else None
    assert read(lambda value: utm.read_parameter(value, "utm_campaign"), url) == expected


@given(st.text(max_size=20))
def test_one_text_and_a_column_are_normalised_alike(text: str) -> None:
    assert (read(utm.normalize_value, text) or "") == utm.normalize_text(text)


@given(st.text(max_size=20))
def test_normalising_twice_changes_nothing(text: str) -> None:
    once = utm.normalize_text(text)
    assert utm.normalize_text(once) == once


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Spring  Sale", "spring sale"),
        ("spring_-+sale", "spring sale"),
        ("STRASSE", "strasse"),
        ("straße", "strasse"),
        ("e\u0301", "é"),
        (" - ", None),
        (None, None),
    ],
)
def test_names_are_compared_by_what_they_share(name: str | None, expected: str | None) -> None:
    assert read(utm.normalize_value, name) == expected


@pytest.mark.parametrize(
    ("url", "base", "host", "path"),
    [
        ("https://Fivetran.com/Demo?a=1#b", "https://Fivetran.com/Demo", "fivetran.com", "/Demo"),
        ("https://x.com", "https://x.com", "x.com", "/"),
        ("https://x.com?a", "https://x.com", "x.com", "/"),
        ("x.com/a/b?c", "x.com/a/b", "x.com", "/a/b"),
        ("//cdn.x.com/a", "//cdn.x.com/a", "cdn.x.com", "/a"),
        ("http://u:p@x.com:8080/a", "http://u:p@x.com:8080/a", "x.com", "/a"),
        ("http://localhost:3000/a", "http://localhost:3000/a", "localhost", "/a"),
        ("https://bücher.example/ä", "https://bücher.example/ä", "bücher.example", "/ä"),
        ("/a/b?c=x.y", "/a/b", None, "/a/b"),
        ("?a=1", None, None, None),
        ("", None, None, None),
        (None, None, None, None),
    ],
)
def test_parts_of_a_url(
    url: str | None, base: str | None, host: str | None, path: str | None
) -> None:
    assert (read(utm.base_url, url), read(utm.url_host, url), read(utm.url_path, url)) == (
        base,
        host,
        path,
    )


def test_click_ids_keep_their_case() -> None:
    url = "https://x.com/?GcLiD=AbC-_1%2B"
    assert read(lambda value: utm.read_click_id(value, "gclid"), url) == "AbC-_1+"


def test_visits_of_one_link_share_their_marks() -> None:
    urls = [
        f"https://x.com/p{n}?sid={n}&utm_source=google&gclid=Cj{n}&fbclid=Iw{n}" for n in range(3)
    ]
    frame = pl.LazyFrame({"url": urls}).select(utm.read_parameters(pl.col("url"))).unique()
    assert frame.collect().height == 1
