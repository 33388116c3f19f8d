"""JSON values as text, exactly as the source has them."""

import json
from decimal import Decimal, InvalidOperation
from json.encoder import encode_basestring


class _Number(str):
    """A number's digits as they stand in the source."""

    __slots__ = ()


def _refuse_constant(name: str) -> None:
    msg = f"{name} is not JSON"
    raise ValueError(msg)


DECODER = json.JSONDecoder(parse_int=_Number, parse_float=_Number, parse_constant=_refuse_constant)


def to_text(value: object, decimal: str = ".") -> str | None:
    """Return a decoded value as a cell: null and empty text as None, nested ones as JSON.

    Args:
        decimal: The mark with which a number's fraction is written.
    """
    if value is None or value == "":
        return None
    if isinstance(value, _Number):
        return value.replace(".", decimal)
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
