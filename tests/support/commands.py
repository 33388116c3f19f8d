"""Commands called in this process, and what they said."""

from typing import NamedTuple, Protocol


class Said(NamedTuple):
    """What a command wrote to its two streams."""

    out: str
    err: str


class Call(Protocol):
    """Call a command, which ends with the exit code that is expected of it."""

    def __call__(self, *arguments: object, code: int = 0) -> Said: ...
