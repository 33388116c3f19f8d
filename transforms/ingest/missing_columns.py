"""What a file lacks of the columns that a mapping's expressions read."""

import re
from collections.abc import Iterable, Mapping

from contracts.config.source_mapping import (
    Expression,
    FirstInFile,
    FirstOf,
    InHeader,
    Joined,
    Labels,
    Like,
    PageUrl,
    SumOf,
)
from transforms.ingest.expressions import file_columns, fold


def missing_of(expression: Expression, named: Mapping[str, str]) -> tuple[str, ...]:
    """The columns for want of which a file gives nothing, or not all, to an expression.

    Args:
        expression: Where the value comes from.
        named: The file's columns (`index_header`).

    Returns:
        Their names, or the patterns by which they would be found; none if nothing is missing.
    """
    match expression:
        case FirstOf():
            return _missing_of_all(expression.first, named)
        case FirstInFile():
            return _missing_of_all(expression.first_in_file, named)
        case Labels():
            return _missing_of_all(expression.labels, named)
        case Like():
            return () if file_columns(expression, named.values()) else (_legible(expression.like),)
        case InHeader():
            found = file_columns(expression, named.values())
            return () if found else (_legible(expression.in_header),)
        case Joined() if not expression.join:
            return _missing_of_all(expression.optional, named)
        case PageUrl():
            return missing_of(expression.url, named)
        case Joined():
            return tuple(name for one in expression.join for name in missing_of(one, named))
    needed = expression.sum if isinstance(expression, SumOf) else file_columns(expression)
    return tuple(name for name in needed if fold(name) not in named)


def _missing_of_all(
    alternatives: Iterable[Expression], named: Mapping[str, str]
) -> tuple[str, ...]:
    """What all alternatives lack; nothing if one of them lacks nothing."""
    missing = [missing_of(one, named) for one in alternatives]
    return tuple(name for one in missing for name in one) if all(missing) else ()


def _legible(pattern: str) -> str:
    r"""A pattern of a column's name for people: `amount spent \(([a-z]+)\)` is `… (…)`."""
    plain = pattern.replace(r"\(", "\0").replace(r"\)", "\1")
    plain = re.sub(r"\([^()]*\)\??|\.[*+]|\[[^\]]*\][*+?]?", "…", plain)
    return re.sub("…+", "…", plain.replace("\0", "(").replace("\1", ")").replace("\\", ""))
