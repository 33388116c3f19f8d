"""The send facts of what is asked about: of a few sends all, of many those of the row alone."""

from functools import cached_property

from contracts.facts.messaging.send_sums import MessageRows
from flows.explain.messaging.narrowed_keys import Seed, seed_contacts, seed_day, seed_messages
from flows.explain.messaging.send_scopes import SendScope
from flows.explain.messaging.unit_facts import MixedBasis, UnitBuilder, UnitFacts
from flows.explain.published_run import PublishedRun

FEW_ROWS = 300_000
"""Of so many sends and events the facts are built at once, whatever is asked of them."""
MOST_NARROWED = 12
"""After so many questions about single sends, building the facts of all costs less."""


class ScopedFacts:
    """Builds the facts of the sends that rows of reports are about."""

    def __init__(self, run: PublishedRun) -> None:
        """Build facts of a run."""
        self.run = run
        self._last: tuple[SendScope, UnitFacts] | None = None
        self._narrowed = 0

    @cached_property
    def _builder(self) -> UnitBuilder:
        return UnitBuilder(self.run)

    @cached_property
    def _whole(self) -> UnitFacts:
        return self._builder.build()

    def of(self, scope: SendScope) -> UnitFacts:
        """The sends of a row, with what it takes to tell them; where they are few, all."""
        if self._last is None or self._last[0] is not scope:
            self._last = (scope, self._build(scope))
        return self._last[1]

    def widen(self, scope: SendScope) -> bool:
        """Take the facts of all sends for a row; tell whether they differ from those it had."""
        had = self.of(scope)
        if self._narrowed == 0:
            return False
        self._last = (scope, self._whole)
        return had is not self._whole

    def _build(self, scope: SendScope) -> UnitFacts:
        seed = self._find_seed(scope)
        is_small = self._builder.count_rows() <= FEW_ROWS or self._narrowed == MOST_NARROWED
        if seed is None or is_small:
            return self._whole
        self._narrowed += 1
        try:
            return self._builder.build(seed)
        except MixedBasis:
            return self._whole

    def _find_seed(self, scope: SendScope) -> Seed | None:
        """What tells a row's sends best; None where nothing does."""
        if scope.contact is not None and (seed := seed_contacts(scope.contact)) is not None:
            return seed
        if len(scope.of_messages) > 1:
            own = self.run.names.messages.filter(*scope.are_messages())
            return seed_messages(own.get_column(MessageRows.message_key))
        zone = self.run.timezone
        return seed_day(scope.day, zone) if scope.day else None
