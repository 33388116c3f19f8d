"""Figures of the message channels' reports, and of those over all channels."""

from dataclasses import dataclass

import polars as pl

from contracts.channels import SEVERAL_CHANNELS
from contracts.facts.messaging.hierarchy import DescribedMessages
from contracts.facts.messaging.send_counts import Counts
from contracts.facts.messaging.send_facts import CountedEvents
from contracts.facts.messaging.send_keys import ContactDomains, DomainNames
from contracts.reports.campaigns import HierarchyReport
from contracts.reports.messaging import DomainReport, LinkReport
from contracts.vocabulary import MessageLevel
from flows.explain.cells import AskedCell
from flows.explain.explanation import Explanation, leave_out, merge_left_out
from flows.explain.messaging.send_figures import SendFigures
from flows.explain.messaging.send_scopes import CHANNEL, SendScope, are_to, scope_of_key
from flows.explain.messaging.unit_facts import NAMES
from transforms.common.keys import LINK
from transforms.explain.row_places import ROW_PLACE
from transforms.messaging.domain_sums import NO_DOMAIN

DOMAINS, LINKS = "domain_report", "link_report"
OF_LINKS = {
    LinkReport.clicks: "the number of clicks on the link",
    LinkReport.unique_clicks: "the number of sends with a click on the link",
}


@dataclass(frozen=True)
class MessageCells:
    """Explains the figures of sends by message, campaign, day, link and mailbox domain."""

    sends: SendFigures

    def explain(self, cell: AskedCell) -> Explanation:
        """How a figure came to be."""
        if cell.name == LINKS:
            return self._count_clicks(cell)
        return self.sends.explain(self._find_scope(cell), cell.column, cell.row)

    def _find_scope(self, cell: AskedCell) -> SendScope:
        if cell.name == DOMAINS:
            org_id, domain = cell.row[DomainReport.org_id], cell.row[DomainReport.domain]
            to_domain = self._are_to_domain(domain)
            return SendScope({DescribedMessages.org_id: org_id}, [cell.group], to_domain)
        if cell.name == "hierarchy_report":
            depth = [*MessageLevel].index(cell.row[HierarchyReport.level])
            named = cell.row[CHANNEL]
            channels = (
                self.sends.run.names.channels.messages if named == SEVERAL_CHANNELS else [named]
            )
            return scope_of_key(cell, list(channels), NAMES[: depth + 2])
        if cell.name == "delivery_summary":
            return scope_of_key(cell, list(self.sends.run.names.channels.codes))
        return scope_of_key(cell, [cell.group])

    def _are_to_domain(self, domain: str) -> pl.Expr:
        """Whether sends are to a mailbox at a domain; `(none)` where none is known."""
        names = self.sends.run.names
        if domain == NO_DOMAIN:
            return ~are_to(names.domains.collect().get_column(ContactDomains.contact_key))
        own = names.domain_names.lazy().filter(pl.col(DomainNames.domain) == domain)
        known = names.domains.join(own, on=ContactDomains.domain_key, how="semi").collect()
        return are_to(known.get_column(ContactDomains.contact_key))

    def _count_clicks(self, cell: AskedCell) -> Explanation:
        """The clicks on a link; of a send the first where sends are counted."""
        link = pl.select(pl.lit(cell.row[LinkReport.url]).hash(LINK)).item()
        scope = scope_of_key(cell, [cell.group])
        is_own = pl.col(CountedEvents.link_key) == link
        facts = self.sends.facts.of(scope)
        clicks = facts.events.filter(pl.col(Counts.clicks) > 0, is_own, *scope.are_sends()).sort(
            ROW_PLACE
        )
        counted = clicks
        if cell.column == LinkReport.unique_clicks:
            counted = clicks.unique(CountedEvents.unit_key, keep="first", maintain_order=True)
        why = pl.lit("its send has an earlier click on the link, which counts once")
        again = leave_out(clicks.join(counted, on=ROW_PLACE, how="anti"), "events", why)
        messages = self.sends.find_messages(scope)
        left = self.sends.exclusions.list_uncounted(messages, scope, Counts.clicks, is_own)
        return Explanation(
            OF_LINKS[cell.column],
            self.sends.state_counts(facts, counted, Counts.clicks),
            excluded=merge_left_out([again, left]),
        )
