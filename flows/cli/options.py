"""Kinds of options that many commands have, whose default needs no word in their help."""

from collections.abc import Iterable
from typing import Annotated

from cyclopts import Parameter

Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
"""An option that is there or not."""

Texts = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
"""An option that may be given several times."""


def split_names(given: Iterable[str]) -> list[str]:
    """Names given one by one, or several with commas between them."""
    return [name.strip() for one in given for name in one.split(",") if name.strip()]
