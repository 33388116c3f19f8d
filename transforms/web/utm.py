"""What a link says: its utm parameters, click ids, host and path (SPEC §7.1).

Parameters are read from the query, then from the fragment (`#utm_…` and `#/path?utm_…`), their
names in any case, the first with a value winning. Values are percent- and plus-decoded once.
"""

import re
import unicodedata
from urllib.parse import unquote_plus

import polars as pl

from contracts.reference.ad_platforms import CLICK_IDS
from contracts.reference.web_sources import PARAMETERS, SUBSTITUTES

BEFORE_NAME = r"(?i)(?:^\?|[&#]|#[^?=&]*\?)(?:amp;)?"
"""What stands before the name of a parameter, in a URL cut before its query."""

CLICK_NAMES = "|".join(click.name for click in CLICK_IDS)
NAMES = "|".join([*PARAMETERS.values(), *SUBSTITUTES.values()])
PARAMETERS_PATTERN = f"{BEFORE_NAME}(?:(?:{NAMES})=[^&#]+|(?:{CLICK_NAMES})=[^&#])"
"""The parameters that tell where a visit came from; of a click id only how it begins."""

MACRO_PATTERN = (
    r"(?i)\{[^{}]*\}|\{\{|\$\{|\[\[|%7b.*%7d|%7b%7b|%5b%5b|%24%7b"
    r"|^__[a-z0-9_]+__$|%%[a-z_.]+%%|\*\|"
)
"""A placeholder that the ad platform should have replaced by a name or an id."""

WHITE_SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    "\u2028\u2029\u202f\u205f\u3000"
)
"""What Unicode calls white space, and Polars strips; Python's own idea is wider."""

CLICK_MACRO_PATTERN = r"^[{$\[%_*]"
"""How an unresolved click id begins, and a real one never does."""


def read_parameter(url: pl.Expr, column: str) -> pl.Expr:
    """The value of one utm parameter (or what says the same) in a URL; null where it has none.

    Args:
        url: URLs, with or without scheme.
        column: Our name of the parameter, a key of `PARAMETERS`.
    """
    tail = cut_before_query(url)
    names = (of[column] for of in (PARAMETERS, SUBSTITUTES) if column in of)
    return pl.coalesce(decode_value(_extract(tail, name)) for name in names)


def read_click_id(url: pl.Expr, name: str) -> pl.Expr:
    """The value of one click id in a URL; null where it has none."""
    return decode_value(_extract(cut_before_query(url), name))


def read_parameters(url: pl.Expr) -> pl.Expr:
    """The part of a URL that tells where a visit came from: its utm parameters and click ids.

    Click ids are cut to their beginning, so that the many visits of one link share one value.
    `read_parameter` and `read_click_id` read it like a URL. Null where a URL has none of them.
    """
    with_query = pl.when(url.str.contains("[?#]")).then(url)
    found = cut_before_query(with_query).str.extract_all(PARAMETERS_PATTERN)
    joined = found.list.join("").str.replace(r"^[?&]?", "?")
    return pl.when(found.list.len() > 0).then(joined)


def cut_before_query(url: pl.Expr) -> pl.Expr:
    """A URL from its `?` or `#` on."""
    return url.str.replace(r"^[^?#]*", "")


def decode_value(value: pl.Expr) -> pl.Expr:
    """A value as it was meant: percent- and plus-decoded once, trimmed, null where empty.

    What is not a valid percent sequence stays as it stands; bytes that are not UTF-8 become U+FFFD.
    """
    decoded = value.map_batches(_decode, return_dtype=pl.String, is_elementwise=True)
    return trim_value(decoded)


def trim_value(value: pl.Expr) -> pl.Expr:
    """A value without surrounding space; null where nothing is left."""
    stripped = value.str.strip_chars()
    return pl.when(stripped != "").then(stripped)


def normalize_value(value: pl.Expr) -> pl.Expr:
    """What two spellings of one name have in common.

    Case-folded, each run of inner space and `+ _ -` one space; canonically equal Unicode is equal.
    Null where nothing else is left.
    """
    folded = value.map_batches(_fold, return_dtype=pl.String, is_elementwise=True)
    return trim_value(folded.str.replace_all(r"[\s+_-]+", " "))


def normalize_text(text: str) -> str:
    """What `normalize_value` makes of a single text; empty where nothing is left."""
    folded = unicodedata.normalize("NFC", text.lower().casefold())
    return re.sub(f"[{WHITE_SPACE}+_-]+", " ", folded).strip(WHITE_SPACE)


def is_macro(value: pl.Expr) -> pl.Expr:
    """Whether a value holds a macro that was never resolved; false for null."""
    return value.str.contains(MACRO_PATTERN).fill_null(value=False)


def is_click_macro(value: pl.Expr) -> pl.Expr:
    """Whether a click id, or its beginning, is a macro that was never resolved."""
    return value.str.contains(CLICK_MACRO_PATTERN).fill_null(value=False)


def base_url(url: pl.Expr) -> pl.Expr:
    """A URL without query and fragment."""
    return trim_value(before_query(url))


def before_query(url: pl.Expr) -> pl.Expr:
    """A URL up to its `?` or `#`."""
    return url.str.splitn("?", 2).struct[0].str.splitn("#", 2).struct[0]


def url_host(url: pl.Expr) -> pl.Expr:
    """The host of a URL, with or without scheme, in lower case, without port and user.

    An international name stands as the URL writes it.
    """
    host = url.str.extract(
        r"^\s*(?:(?:[A-Za-z][A-Za-z0-9+.-]*:)?//)?(?:[^/?#@\s]*@)?([^/?#:\s]*\.[^/?#:\s]+|localhost)"
    )
    return trim_value(host.str.to_lowercase())


def url_path(url: pl.Expr) -> pl.Expr:
    """The path of a URL, from its first slash on; `/` where it has a host and no path."""
    rest = url.str.replace(r"^\s*(?:[A-Za-z][A-Za-z0-9+.-]*:)?//", "")
    path = rest.str.extract(r"^[^/?#]*(/[^?#]*)")
    return pl.coalesce(trim_value(path), pl.when(url_host(url).is_not_null()).then(pl.lit("/")))


def _extract(tail: pl.Expr, name: str) -> pl.Expr:
    return tail.str.extract(f"{BEFORE_NAME}(?:{name})=([^&#]+)")


def _decode(values: pl.Series) -> pl.Series:
    encoded = values.filter(values.str.contains("[%+]")).unique()
    return values.replace(encoded, pl.Series([unquote_plus(v) for v in encoded], dtype=pl.String))


def _fold(values: pl.Series) -> pl.Series:
    lowered = values.str.to_lowercase()
    foreign = lowered.filter(lowered.str.len_bytes() != lowered.str.len_chars()).unique()
    folded = [unicodedata.normalize("NFC", value.casefold()) for value in foreign]
    return lowered.replace(foreign, pl.Series(folded, dtype=pl.String))
