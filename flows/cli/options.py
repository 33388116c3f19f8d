"""Kinds of options that many commands have, whose default needs no word in their help."""

from typing import Annotated

from cyclopts import Parameter

Flag = Annotated[bool, Parameter(negative=(), show_default=False)]
"""An option that is there or not."""

Texts = Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)]
"""An option that may be given several times."""
