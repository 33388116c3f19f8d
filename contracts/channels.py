"""The channels of a run: the standard ones, and those that its user names (SPEC §1, §4.2).

The standard channels are a closed set (`vocabulary.Channel`); a run's channels are data: whoever
needs them takes a `RunChannels`.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import polars as pl

from contracts.columns import Rule
from contracts.vocabulary import CHANNEL_ACTIONS, INTERACTIONS, NAME_PATTERN, Action, Channel

OTHER_CHANNEL = "other"
"""The channel of what no feed gives a channel: it is never taken for e-mail."""
SEVERAL_CHANNELS = "several"
"""The channel of a campaign or dispatch that has more than one."""
NO_CHANNELS = frozenset({"people", "attribution", "campaigns", "run", SEVERAL_CHANNELS})
"""Names that no channel can bear: those of the other groups of tables, and `several`."""
CHANNEL_NAME = Rule(
    f"not a channel: does not look like {NAME_PATTERN}, or is the name of other tables "
    f"({', '.join(sorted(NO_CHANNELS))})",
    lambda cell: cell.str.contains(NAME_PATTERN) & ~cell.is_in(list(NO_CHANNELS)),
)
STANDARD = tuple(str(channel) for channel in Channel)
STANDARD_CODES: dict[str, int] = {name: code for code, name in enumerate(STANDARD, start=1)}
OTHER_CODE = len(STANDARD) + 1
FIRST_OWN_CODE = OTHER_CODE + 1
"""Facts name channels by numbers: those of the standard ones never change."""
MOST_OWN_CHANNELS = 200
"""How many channels of the user's own a run can have: more are a column read wrongly."""


@dataclass(frozen=True)
class RunChannels:
    """The channels of one run.

    Attributes:
        own: The channels of the user's own, in the order of their names.
    """

    own: tuple[str, ...] = ()

    @classmethod
    def of(cls, named: Iterable[str]) -> Self:
        """The channels of a run whose configuration, campaigns, dispatches or messages name these.

        Args:
            named: Names of channels, standard ones and repetitions among them.
        """
        return cls(tuple(sorted({*named} - {*STANDARD, OTHER_CHANNEL})))

    @property
    def messages(self) -> tuple[str, ...]:
        """The channels whose unit is the send, in the order of their reports."""
        return (*(str(channel) for channel in CHANNEL_ACTIONS), *self.own, OTHER_CHANNEL)

    @cached_property
    def codes(self) -> dict[str, int]:
        """Channel -> its number in facts."""
        own = {name: code for code, name in enumerate(self.own, start=FIRST_OWN_CODE)}
        return {**STANDARD_CODES, OTHER_CHANNEL: OTHER_CODE, **own}

    @cached_property
    def names(self) -> dict[int, str]:
        """Number in facts -> channel."""
        return {code: name for name, code in self.codes.items()}

    @cached_property
    def interactions(self) -> dict[str, tuple[str, Action]]:
        """Event type -> its channel and action; an own channel has the words of all actions."""
        standard = {
            name: (str(channel), action) for name, (channel, action) in INTERACTIONS.items()
        }
        own = {f"{name}_{action}": (name, action) for name in self.own for action in Action}
        return standard | own


def own_channel_of(event_type: str) -> str | None:
    """The channel of the user's own that an event type may name; null for a standard type.

    Whether it does is known only once all feeds are read: any feed may name the channel.
    """
    channel, _, action = event_type.rpartition("_")
    standard = {*STANDARD, OTHER_CHANNEL, *NO_CHANNELS}
    return channel if channel and channel not in standard and action in ACTION_WORDS else None


ACTION_WORDS: Collection[str] = frozenset(str(action) for action in Action)


def name_codes(channels: RunChannels, column: str) -> pl.Expr:
    """The names of channels in the place of their numbers."""
    return pl.col(column).replace_strict(channels.names, return_dtype=pl.String)
