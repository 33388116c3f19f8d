"""JSON values as text, exactly as the source has them."""

import json
import re
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring
from typing import NamedTuple

_FRACTION = re.compile(r"[.eE]")
_EXACT = 2**53
"""Below which number a float tells every whole one from the next."""


class NotJsonError(ValueError):
    """What is wrong with a text that Python's json module would take; never with its values."""


class _Number(str):
    """A number's digits as they stand in the source."""

    __slots__ = ()


class Spelling(NamedTuple):
    """How the numbers of a column are written.

    Attributes:
        decimal: The mark before a fraction.
        is_id: Whether they are ids: a whole one has no fraction then.
    """

    decimal: str = "."
    is_id: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether numbers stay as the source has them."""
        return self == Spelling()

    def write(self, digits: str) -> str:
        """Write a number that stands in the source as these digits."""
        if self.is_id and _FRACTION.search(digits):
            number = Decimal(digits)
            is_whole = abs(number) < _EXACT and number == number.to_integral_value()
            return str(int(number)) if is_whole else digits
        return digits.replace(".", self.decimal)


PLAIN = Spelling()


def _refuse_constant(name: str) -> None:
    msg = f"not valid JSON: {name} is not a JSON number; write null"
    raise NotJsonError(msg)


def _read_members(members: list[tuple[str, object]]) -> dict[str, object]:
    """An object; of a key that stands twice both must say the same."""
    read = dict(members)
    if len(read) < len(members) and any(read[key] != value for key, value in members):
        msg = "a key stands twice in the object, with two values"
        raise NotJsonError(msg)
    return read


DECODER = json.JSONDecoder(
    parse_int=_Number,
    parse_float=_Number,
    parse_constant=_refuse_constant,
    object_pairs_hook=_read_members,
)


def to_text(value: object, spelling: Spelling = PLAIN) -> str | None:
    """Return a decoded value as a cell: null and empty text as None, nested ones as JSON."""
    if value is None or value == "":
        return None
    if isinstance(value, _Number):
        return spelling.write(value)
    if isinstance(value, str):
        return value
    return compact(value)


def compact(value: object) -> str:
    """Return a decoded value as JSON without blanks, numbers with their source digits."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case _Number():
            return value
        case str():
            return encode_basestring(value)
        case dict():
            members = (f"{encode_basestring(k)}:{compact(v)}" for k, v in value.items())
            return "{" + ",".join(members) + "}"
        case list():
            return "[" + ",".join(map(compact, value)) + "]"
    raise TypeError(type(value))


def value_at(value: object, path: str) -> object:
    """Return what stands at a dotted path in a decoded value, None if there is nothing.

    A step is a member's name, a place in an array, `*` for whichever member has the rest of the
    path, `name=text` for the first object of an array whose member of that name is that text, or
    `+` for the sum of what the elements of an array have there.
    """
    return _at(value, path.split("."))


def _at(value: object, steps: list[str]) -> object:
    if not steps:
        return value
    step, *rest = steps
    if isinstance(value, dict):
        if step == "*":
            found = (_at(member, rest) for member in value.values())
            return next((one for one in found if one is not None), None)
        return _at(value.get(step), rest)
    if isinstance(value, list):
        if step == "+":
            return _sum([_at(element, rest) for element in value])
        return _at(_element(value, step), rest)
    return None


def _sum(found: list[object]) -> object:
    """Return the sum of numbers; what is none stays as it is, for the cell's parser to refuse."""
    given = [one for one in found if one is not None]
    try:
        return _Number(sum(Decimal(str(one)) for one in given)) if given else None
    except InvalidOperation:
        return given


def _element(array: list[object], step: str) -> object:
    """Return an array's element by its place, or by the text of one of its members."""
    if step.isdecimal():
        return array[int(step)] if int(step) < len(array) else None
    name, _, text = step.partition("=")
    return next((one for one in array if isinstance(one, dict) and one.get(name) == text), None)
